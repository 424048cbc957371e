"""What is built once is planned once by PostgreSQL, with what never changes standing in its text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from outtask.journal import direct, sending
from outtask.journal.prepared import prepared
from outtask.models import Member, Organisation
from tests.world import World

MARK = "100 % of Zone/%s"


@prepared("name")
def marked(organisation_id: UUID, name: str) -> Any:
    rows = Member.objects.filter(organisation_id=organisation_id, person__name=name)
    return rows.exclude(person__name=MARK).exclude(person__name__contains="%").values_list("pk", flat=True)


def kept(part: str) -> list[tuple[str, int]]:
    """The statements that this connection's server keeps and that contain these words."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE position(%s IN statement) > 0",
            [part],
        )
        return [(str(statement), int(plans)) for statement, plans in cursor.fetchall()]


def test_a_read_is_kept_with_its_values_open(world: World) -> None:
    imke, joseph = world.members["imke"], world.members["joseph"]
    for _ in range(sending.MET):
        assert marked(imke.organisation_id, "Imke Vos") == [imke.pk]
    assert kept(MARK) == []
    for _ in range(3):
        assert marked(imke.organisation_id, joseph.person.name) == [joseph.pk]
        assert marked(imke.organisation_id, MARK) == []
    if connection.vendor == "postgresql":
        [(statement, times)] = kept(MARK)
        assert "$2" in statement and "$3" not in statement and times == 6


def test_a_write_is_kept_too_and_a_refused_one_leaves_the_connection_whole(world: World) -> None:
    organisation = Organisation.objects.get(pk=world.organisation.pk)
    for number in range(sending.MET + 3):
        organisation.name = f"Rows {number} %s"
        direct.update(organisation, "name")
    assert Organisation.objects.get(pk=organisation.pk).name == organisation.name
    if connection.vendor == "postgresql":
        assert len(kept('UPDATE "outtask_organisation"')) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        direct.insert([organisation])
    direct.update(organisation, "name")
    assert marked(organisation.pk, "Imke Vos") == [world.members["imke"].pk]


def test_rows_in_bulk_go_as_text(world: World) -> None:
    many = [*range(70_000)]  # more than a server takes beside its text
    with sending.sent(connection, f"SELECT 69999 IN ({', '.join(['%s'] * len(many))})", many) as cursor:
        assert cursor.fetchone() == (True,)
