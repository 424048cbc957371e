"""The one way to write: lock and load, decide, write, record.

    @action
    def accept_milestone(*, actor: Actor, now: datetime, key: Key = None, milestone_id: UUID) -> Outcome:
        on = (Milestone, milestone_id)
        with recording("milestone.accepted", actor=actor, on=on, now=now, key=key) as entry:
            milestone = entry.subject
            refuse_if(rules.why_not_accept(...))
            ...the writes...
            entry.says(milestone=entry.keep(milestone.title), amount=milestone.amount)
        return entry.outcome

`recording` owns the only transaction. In one organisation actions run one at a time (its journal head is
locked before anything is read); organisations run side by side.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from outtask.journal.appending import Said, append
from outtask.journal.body import digest_of_salted
from outtask.journal.direct import insert, rows_by_key
from outtask.journal.facts import Fact
from outtask.journal.kinds import Audience, kind_named
from outtask.journal.models import JournalHead, KeyUsed, Saying
from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_

# Asked after the lock, with the kind of the act: why whoever acts came too late to act at all. What let them
# in was read before the lock, and may have ended since: a link that was closed, a member who left.
admissions: list[Callable[[str, Actor, datetime], Refusal | None]] = []
# Called inside the transaction, after the writes and before the entry: what follows from facts is set here.
derivations: list[Callable[[Recording], None]] = []
# Called after the commit: whoever reads the journal may want to know at once.
wakers: list[Callable[[], None]] = []


class NotFound(Exception):
    """The subject does not exist for this actor; pages answer 404 with the bytes of any absent page."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of an action: its idempotency key together with a digest of the input it was used with.

    key: empty when the caller gave none. action, digest: filled in by `@action`.
    precondition: asked after the lock, before anything is decided; it raises when what the caller has seen
        no longer stands. A key used again is answered before it.
    """

    key: str
    action: str = ""
    digest: str = ""
    precondition: Callable[[], None] | None = None


type Key = str | Attempt | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did: its entry and the values its caller needs, kept for the same key used again."""

    kind: str
    entry_id: str
    seq: int
    values: dict[str, Any]
    repeated: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


class AlreadyDone(Exception):
    """The key was used before with the same input; carries the first outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.entry_id)
        self.outcome = outcome


@dataclass
class Recording:
    """An action under way: its subject, loaded after the lock, and what its entry will say."""

    kind: str
    actor: Actor
    now: datetime
    organisation_id: UUID
    subject_type: str
    subject_id: UUID
    subject: Any
    id: UUID = field(default_factory=new_id)
    outtask_id: UUID | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    concerned: dict[UUID, JournalHead] = field(default_factory=dict)
    sayings: list[Saying] = field(default_factory=list)
    seq: int = 0
    # Entries written beside the first one in the same transaction, by composites that tell of several things.
    also: list[tuple[str, Fact, dict[str, Any]]] = field(default_factory=list)

    def says(self, **payload: Any) -> None:
        """What the entry tells; each value must be declared by the kind."""
        self.payload |= payload

    def keep(self, text: str) -> dict[str, str]:
        """Keep words beside the journal and return the salted digest that stands for them inside it."""
        salt = os.urandom(16)
        saying = Saying(organisation_id=self.organisation_id, salt=salt, text=text)
        self.sayings.append(saying)
        return {"saying": str(saying.id), "digest": digest_of_salted(salt, text)}

    def also_says(self, kind: str, subject: Fact, **payload: Any) -> None:
        """A second entry in the same transaction, for a composite that does more than one thing."""
        self.also.append((kind, subject, payload))

    def becomes(self, kind: str) -> None:
        """Take another kind, for an act whose nature shows only after the lock."""
        self.kind = kind_named(kind).name

    def gives(self, **values: Any) -> None:
        """Values for the caller (ids, references), the same again when the key is used again."""
        self.values |= {
            name: str(value) if isinstance(value, UUID) else value for name, value in values.items()
        }

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.kind, str(self.id), self.seq, self.values)


def action[**P](function: Callable[P, Outcome]) -> Callable[P, Outcome]:
    """Mark a public action: keyword-only; the same key with the same input gives the first outcome again."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> Outcome:
        key: Any = kwargs.get("key")
        attempt: Attempt | None = Attempt(key) if isinstance(key, str) else key
        if attempt is not None and attempt.key:
            given = {name: value for name, value in kwargs.items() if name not in {"actor", "key", "now"}}
            digest = sha256_hex(repr(sorted(given.items())).encode())
            name = f"{function.__module__}.{function.__name__}"
            attempt = replace(attempt, action=name, digest=digest)
        kwargs["key"] = attempt
        try:
            return function(*args, **kwargs)
        except AlreadyDone as done:
            return done.outcome

    run.is_action = True  # type: ignore[attr-defined]  # read by the architecture tests
    return run


@contextmanager
def recording(
    kind: str,
    *,
    actor: Actor,
    on: tuple[type[Fact], UUID] | None = None,
    now: datetime,
    key: Key = None,
    founding: bool = False,
) -> Iterator[Recording]:
    """Run one action: everything in the block happens together with its entry, or not at all.

    on: the subject, loaded through `visible_to(actor)` after the lock; None when the act is about the
        actor's organisation itself (creating something new in it).
    founding: the organisation does not exist yet; its log begins with this entry.
    Raises NotFound when the actor cannot see the subject, AlreadyDone when the key was used before with the
    same input, Refused when it was used with another input, when what the actor came by has ended, or when
    a rule says no.
    """
    kind_named(kind)
    if on is not None:  # programs and the queue of background work carry ids as text
        on = on[0], on[0]._meta.pk.to_python(on[1])
    with transaction.atomic(durable=True):
        concerned = _lock(actor, on, now, founding)
        _answer_again(actor, key)
        refuse_if(*(why_not(kind, actor, now) for why_not in admissions))
        if isinstance(key, Attempt) and key.precondition is not None:
            key.precondition()
        entry = _begin(kind, actor, on, now)
        entry.concerned = concerned
        yield entry
        for derive in derivations:
            derive(entry)
        _append(entry)
        _remember(entry, key)
    for wake in wakers:
        wake()


def _lock(
    actor: Actor, on: tuple[type[Fact], UUID] | None, now: datetime, founding: bool
) -> dict[UUID, JournalHead]:
    if founding:  # sent again, it is there: whoever comes second waits here for the first
        JournalHead.objects.bulk_create(
            [JournalHead(organisation_id=actor.organisation_id)], ignore_conflicts=True
        )
    wanted = {actor.organisation_id}
    if on is not None:
        model, pk = on
        wanted |= model.organisations_of(pk, beside=actor.organisation_id)
    locked = {head.organisation_id: head for head in rows_by_key(JournalHead, wanted, lock=True)}
    if actor.organisation_id not in locked:
        raise NotFound("organisation")
    return locked


def _begin(kind: str, actor: Actor, on: tuple[type[Fact], UUID] | None, now: datetime) -> Recording:
    if on is None:
        return Recording(kind, actor, now, actor.organisation_id, "organisation", actor.organisation_id, None)
    model, pk = on
    subject = _seen.first(model, actor, pk)
    if subject is None:
        raise NotFound(model._meta.model_name)
    entry = Recording(kind, actor, now, actor.organisation_id, str(model._meta.model_name), pk, subject)
    entry.outtask_id = outtask_of(subject)
    return entry


@prepared()
def _seen(model: type[Fact], actor: Actor, pk: UUID) -> QuerySet[Fact]:
    return model.objects.visible_to(actor).filter(pk=pk)


def outtask_of(subject: Fact) -> UUID | None:
    """The out-task a row belongs to, by its declared path."""
    path = type(subject).outtask_path
    if path is None:
        return None
    if not path:
        return subject.pk  # the out-task itself
    *through, last = path.removesuffix("__").split("__")
    value: Any = subject
    for step in through:
        value = getattr(value, step) if value is not None else None
    # Its id stands in the row before it: the out-task itself need not be read.
    return getattr(value, value._meta.get_field(last).attname) if value is not None else None


def _answer_again(actor: Actor, key: Key) -> None:
    if not isinstance(key, Attempt) or not key.key:
        return
    used = _used.first(actor.organisation_id, actor.id, key.key)
    if used is None:
        return
    if (used.action, used.digest) != (key.action, key.digest):
        raise Refused(
            Refusal(
                "key_used_otherwise",
                N_("This form was already sent with other content. Open the page again and send it afresh."),
                field="key",
            )
        )
    raise AlreadyDone(Outcome(**used.outcome, repeated=True))


def _append(entry: Recording) -> None:
    """The action's own line first, then those beside it, at the end of each concerned log.

    The log of another organisation that is concerned gets what its kind's audience lets a provider read.
    """
    said = [Said(entry.kind, entry.subject_type, entry.subject_id, entry.outtask_id, entry.payload, entry.id)]
    for kind, subject, payload in entry.also:
        about = outtask_of(subject) or entry.outtask_id
        said.append(Said(kind, str(subject._meta.model_name), subject.pk, about, payload, new_id()))
    shared = [line for line in said if Audience.PROVIDER in kind_named(line.kind).audience]
    for organisation_id, head in entry.concerned.items():
        if organisation_id == entry.organisation_id:
            entry.seq = append(head, said, entry.actor, entry.now, own=True)
        elif shared:
            append(head, shared, entry.actor, entry.now, own=False)
    insert(entry.sayings)


@prepared("key")
def _used(organisation_id: UUID, actor_id: UUID | None, key: str) -> QuerySet[KeyUsed]:
    return KeyUsed.objects.filter(organisation_id=organisation_id, actor_id=actor_id, key=key)


def _remember(entry: Recording, key: Key) -> None:
    if not isinstance(key, Attempt) or not key.key:
        return
    outcome = {"kind": entry.kind, "entry_id": str(entry.id), "seq": entry.seq, "values": entry.values}
    KeyUsed.objects.create(
        organisation_id=entry.organisation_id,
        actor_id=entry.actor.id,
        key=key.key,
        action=key.action,
        digest=key.digest,
        outcome=outcome,
        at=entry.now,
    )
