"""The base of every row that belongs to an organisation: its id, its tenant, who may see it."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models.base import ModelState

from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id


class FactQuerySet(models.QuerySet[Any]):
    """Reads begin with `visible_to(actor)`; what an actor may not see does not exist for it."""

    def visible_to(self, actor: Actor) -> Self:
        fact: type[Fact] = self.model
        own = self.filter(organisation_id=actor.organisation_id)
        if actor.is_provider_side:
            return own.filter(**fact.guest_filter(actor)) if fact.seen_by_guests else own.none()
        if actor.role == "requester" and fact.outtask_path is not None:
            return own.filter(**{f"{fact.outtask_path}owner_id": actor.id})
        return own


class FactManager(models.Manager[Any]):
    def get_queryset(self) -> FactQuerySet:
        # One query per relation for a whole page of rows, instead of one per row.
        return FactQuerySet(self.model, using=self._db).fetch_mode(models.FETCH_PEERS)

    def visible_to(self, actor: Actor) -> FactQuerySet:
        return self.get_queryset().visible_to(actor)


class Fact(models.Model):
    """A row of one tenant.

    outtask_path: lookup prefix from this row to its out-task ("outtask__", "" for the out-task itself is
        given by that model), None when it belongs to no out-task.
    seen_by_guests: whether the holder of a link may see it; then both the out-task and the provider of the
        link must match (`provider_path`, None when the row names no provider).
    concerns: lookups of the organisations whose journals tell of a change to this row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.PROTECT, related_name="+")

    objects = FactManager()

    outtask_path: ClassVar[str | None] = None
    provider_path: ClassVar[str | None] = None
    seen_by_guests: ClassVar[bool] = False
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id",)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **kwargs: Any) -> Self:
        """A row as it was read, without `__init__`, which asks of every column whether and how it was given:
        that was a tenth of what an action takes. A column that was not read is absent, which is how Django
        knows that it is deferred."""
        row = cls.__new__(cls)
        row.__dict__.update(zip(field_names, values, strict=True))
        row._state = state = ModelState()
        state.adding, state.db = False, db
        if (mode := kwargs.get("fetch_mode")) is not None:
            state.fetch_mode = mode
        return row

    @classmethod
    def guest_filter(cls, actor: Actor) -> dict[str, Any]:
        """Lookups that leave the rows of the out-task and the provider whose side the actor is on."""
        bound: dict[str, Any] = {}
        if cls.outtask_path is not None:
            bound |= cls.bound_to_outtask(actor, f"{cls.outtask_path}id")
        if cls.provider_path is not None:
            bound[cls.provider_path] = actor.provider_id
        return bound

    @staticmethod
    def bound_to_outtask(actor: Actor, column: str) -> dict[str, Any]:
        """The out-task of a guest's link; for a program, those its provider holds a live link to.

        So a program loses an out-task in the moment in which people would: when their links are revoked.
        """
        if not actor.is_program:
            return {column: actor.outtask_id}
        # Links belong to a room below this one and are found by name.
        links = apps.get_model("outtask", "Link").objects.filter(
            organisation_id=actor.organisation_id,
            provider_id=actor.provider_id,
            revoked_at__isnull=True,
            expires_at__gt=actor.came_at,
        )
        return {f"{column}__in": links.values("outtask_id")}

    @classmethod
    def organisations_of(cls, pk: UUID, *, beside: UUID) -> set[UUID]:
        """The organisations, `beside` and others, that a change to row `pk` by `beside` concerns."""
        if cls.concerns == Fact.concerns:
            return {beside}  # the row's own alone, and nobody acts on a row of somebody else's
        return {
            organisation for row in _concerned(cls, pk) for organisation in row if organisation is not None
        }


@prepared()
def _concerned(model: type[Fact], pk: UUID) -> models.QuerySet[Fact, tuple[UUID | None, ...]]:
    return model._default_manager.filter(pk=pk).values_list(*model.concerns)
