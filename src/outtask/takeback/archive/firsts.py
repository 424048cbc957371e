"""Who brings the first organisation along in an archive, and how they get in afterwards.

Whoever opens an installation that nobody uses yet may begin there, by founding or by an archive. An archive
carries no passwords, and there may be no mail to send a letter by; so the one who brings it says which owner
they are and sets that owner's password. That is safe because it is asked and done in the transaction that
writes the rows: only while there is no organisation but a sample, only for an organisation that was not here,
only for a person whom this very import brought. Nobody who was here before is let in by it, nor overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people import queries, rules
from outtask.people.founding import one_at_a_time
from outtask.people.models import Person
from outtask.takeback.archive.entries import Standing
from outtask.takeback.archive.merging import Plan
from outtask.takeback.archive.staging import Staging


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who owns the organisation in the archive. known: they are a person here already."""

    id: UUID
    name: str
    email: str
    known: bool


@dataclass(frozen=True, slots=True)
class First:
    """The owner of the archive who brings it, with the hash of the password they chose."""

    owner_id: UUID
    password_hash: str

    def why_not(self, plan: Plan) -> Refusal | None:
        """Why they may not; asked inside of the transaction that writes, where others wait."""
        one_at_a_time()
        late = rules.why_not_found(
            real_organisations=queries.real_organisations(), founder_known=False, sample=False
        )
        return late or why_not_first(plan) or self._why_not_owner(plan)

    def _why_not_owner(self, plan: Plan) -> Refusal | None:
        if self.owner_id.hex in plan.persons:
            reason = N_("Somebody here has this owner's address already. Choose another owner.")
            return Refusal("owner_known", reason, "owner")
        return None

    def let_in(self) -> None:
        """From now on they sign in with their password."""
        Person.objects.filter(pk=self.owner_id).update(password=self.password_hash)


def why_not_first(plan: Plan) -> Refusal | None:
    """Why this cannot be how an installation begins, None when it can."""
    if plan.refusal is not None or plan.standing is Standing.NEW:
        return plan.refusal
    reason = N_(
        "This organisation is here already, as the sample. Remove the sample first, or let whoever runs this"
        " installation use `outtask import archive`."
    )
    return Refusal("archive_here", reason, "archive")


def owners_in(organisation_id: UUID, staged: Staging, plan: Plan) -> list[Owner]:
    """The owners of a checked archive, by name; those who have left it are none."""
    found = staged.batches(
        "SELECT DISTINCT person.id, person.name, person.email FROM member JOIN person"
        " ON person.id = member.person WHERE member.role = 'owner' AND member.left_at IS NULL"
        f" AND member.organisation = '{organisation_id.hex}' AND person.is_active"
        " ORDER BY person.name, person.id"
    )
    return [Owner(UUID(pk), name, email, pk in plan.persons) for batch in found for pk, name, email in batch]
