"""Kinds are refused with a part missing, and accepted twice when they are the same."""

import pytest

from outtask.journal.kinds import Kind, KindRefused, Says, Tally, kind_named, register
from outtask.kernel.words import N_n

COUNTED = Tally({"n": N_n("%(n)s apple", "%(n)s apples")})


@pytest.mark.parametrize(
    "kind",
    [
        Kind("apples", "Eaten"),
        Kind("apples.eaten", ""),
        Kind("apples.eaten", "Eaten", audience=frozenset()),
        Kind("apples.eaten", "%(n)s eaten"),
        Kind("apples.eaten", "%(apples)s eaten", tallies={"apples": COUNTED}),
        Kind("apples.eaten", "%(apples)s eaten", {"n": Says.CODE}, tallies={"apples": COUNTED}),
    ],
)
def test_a_kind_with_a_part_missing_is_refused(kind: Kind) -> None:
    with pytest.raises(KindRefused):
        register([kind])
    with pytest.raises(KindRefused):
        kind_named("apples.eaten")


def test_declaring_the_same_again_does_nothing() -> None:
    register([kind_named("organisation.founded")])
    with pytest.raises(KindRefused):
        register([Kind("organisation.founded", "Another")])
