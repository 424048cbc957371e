"""The kinds of entry. Each room declares its own in `kinds.py`; a kind with a part missing is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outtask.kernel.words import Counted


class Audience(StrEnum):
    """Who reads entries of a kind in a timeline."""

    CLIENT = "client"
    PROVIDER = "provider"
    PUBLIC = "public"  # whoever knows the tracking code


class Says(StrEnum):
    """What a payload value is, and so how it is stored and told.

    WORDS are kept beside the journal under a salted digest; everything else stands in the hashed bytes,
    which therefore never hold a name, an address or free text.
    """

    WORDS = "words"
    MONEY = "money"
    COUNT = "count"
    DAY = "day"
    INSTANT = "instant"
    CODE = "code"
    SHA256 = "sha256"
    ID = "id"


@dataclass(frozen=True)
class Tally:
    """Counts told one after another, those of nothing left out: "3 passed, 1 failed".

    counts: payload name → its words. none: message id for when all of them are zero.
    """

    counts: Mapping[str, Counted]
    none: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of entry.

    name: `noun.past_participle`. payload: what it says. sentence: translatable message id told in the
    timeline, with `%(name)s` places for payload values. audience: who may read it besides the client.
    icon: of the style sheet's sprite. webhook: the name programs subscribe to. tallies: places of the
    sentence that are told from counts of the payload, each in its own number.
    """

    name: str
    sentence: str
    payload: Mapping[str, Says] = field(default_factory=dict)
    audience: frozenset[Audience] = frozenset({Audience.CLIENT})
    icon: str = "check"
    webhook: str = ""
    tone: str = ""
    tallies: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def webhook_name(self) -> str:
        return self.webhook or self.name


class KindRefused(ValueError):
    """A kind that is declared twice or with a part missing; raised at start-up."""


_KINDS: dict[str, Kind] = {}

BOTH = frozenset({Audience.CLIENT, Audience.PROVIDER})
EVERYBODY = frozenset({Audience.CLIENT, Audience.PROVIDER, Audience.PUBLIC})


def register(kinds: Iterable[Kind]) -> None:
    """Collect a room's kinds; declaring the very same kind again does nothing."""
    for kind in kinds:
        if _KINDS.get(kind.name, kind) != kind:
            raise KindRefused(f"The kind {kind.name} is declared twice.")
        if "." not in kind.name or not kind.sentence or not kind.audience:
            raise KindRefused(f"The kind {kind.name!r} needs a noun and a verb, a sentence and an audience.")
        counts = {name for tally in kind.tallies.values() for name in tally.counts}
        if any(kind.payload.get(name) is not Says.COUNT for name in counts):
            raise KindRefused(f"A tally of {kind.name} counts what its payload does not.")
        try:
            kind.sentence % dict.fromkeys([*kind.payload, *kind.tallies], "")
        except (KeyError, ValueError) as missing:
            raise KindRefused(
                f"The sentence of {kind.name} asks for what its payload lacks: {missing}."
            ) from missing
        _KINDS[kind.name] = kind


def kind_named(name: str) -> Kind:
    """The declared kind; KindRefused when no room declares it."""
    try:
        return _KINDS[name]
    except KeyError:
        raise KindRefused(f"No room declares the kind {name!r}.") from None


def all_kinds() -> tuple[Kind, ...]:
    return tuple(_KINDS.values())
