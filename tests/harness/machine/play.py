"""One life of the world: a step is an act, done or refused, and then everything is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.standing import facts_of, stand
from outtask.models import Agreement, Entry, Member, Milestone, OutTask, Provider, Submission, Verdict
from outtask.people.links import hash_of
from tests.harness.invariants import Broken, House, deep, hold
from tests.harness.invariants.house import Row
from tests.harness.machine import (
    budgeting,
    housekeeping,
    leaving,
    limits,
    ordering,
    peopling,
    shopping,
    sourcing,
    spending,
    telling,
    watching,
)
from tests.harness.machine.acts import ACTS, Act, Inputs
from tests.harness.machine.stage import Nothing, Stage

ROOMS = (
    budgeting, housekeeping, leaving, limits, ordering, peopling, shopping, sourcing, spending, telling,
    watching,
)  # fmt: skip
"""Importing these fills the table of acts."""

DIGESTS = {"sha256", "token_hash", "password_hash"}


@dataclass
class Play:
    """The machine's state. Every choice of a step follows from its seed and from what was done before."""

    stage: Stage
    done: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def begin(cls) -> Play:
        play = cls(Stage.open())
        hold(play.stage.house)
        return play

    # ---- steps ----

    def goes_on(self, seed: int) -> None:
        """Somebody does what comes next somewhere."""
        self._somebody(seed, [act for act in ACTS.values() if act.leads_on])

    def acts(self, seed: int) -> None:
        """Somebody does anything that could be done by somebody like them."""
        self._somebody(seed, list(ACTS.values()))

    def errs(self, seed: int) -> None:
        """The wrong person, a foreign id, a version before, words that are missing."""
        chosen = self._chosen(seed, list(ACTS.values()))
        if chosen is not None:
            act, actor, inputs = chosen
            for _ in range(self.stage.chance.choice([1, 1, 2])):
                actor, inputs = self._spoilt(actor, inputs)
            self._does(act.action, actor, inputs)

    def reaches_out(self, seed: int) -> None:
        """Somebody names what belongs to another organisation, where their own is asked for."""
        chosen = self._chosen(seed, list(ACTS.values()))
        if chosen is None:
            return
        act, actor, inputs = chosen
        names = sorted(name for name, value in inputs.items() if _ids(value))
        self.stage.chance.shuffle(names)
        for name in names:
            theirs = self._foreign(inputs[name], actor)
            if theirs is not None:
                self._does(act.action, actor, inputs | {name: theirs})
                return

    def repeats(self, seed: int) -> None:
        """A form that was sent already is sent again, as it was or with something else in it."""
        self.stage.chance = Random(seed)
        if not self.stage.keys:
            return
        key, action, actor, inputs = self.stage.chance.choice(self.stage.keys)
        if self.stage.chance.random() < 0.4:
            actor, inputs = self._spoilt(actor, inputs)
        self._does(action, actor, inputs, key)

    def time_passes(self, hours: int) -> None:
        self.stage.now += timedelta(hours=hours)
        self.stage.keys.clear()  # forms do not live that long, and inputs of the past say little now

    # ---- choosing ----

    def _somebody(self, seed: int, acts: list[Act]) -> None:
        chosen = self._chosen(seed, acts)
        if chosen is None:
            return
        act, actor, inputs = chosen
        key = f"key-{seed}-{len(self.done)}" if self.stage.chance.random() < 0.3 else ""
        if key and "token_hash" not in inputs:  # each token is made of new chance, also by another person
            self.stage.keys.append((key, act.action, actor, inputs))
        self._does(act.action, actor, inputs, key)

    def _chosen(self, seed: int, acts: list[Act]) -> tuple[Act, Actor, Inputs] | None:
        """The first of the acts, in an order by chance, that the world has something for."""
        self.stage.chance = chance = Random(seed)
        for act in sorted(acts, key=lambda act: -(chance.random() ** (1 / act.often))):
            try:
                return act, *act.plan(self.stage)
            except Nothing:
                continue
        return None

    def _spoilt(self, actor: Actor, inputs: Inputs) -> tuple[Actor, Inputs]:
        """One thing different from what it should be, of the same type."""
        chance = self.stage.chance
        names = [name for name, value in inputs.items() if _spoilable(value)]
        if not names or (chance.random() < 0.4):
            return self.stage.anybody(), inputs
        name = chance.choice(names)
        return actor, inputs | {name: self._other(name, inputs[name])}

    def _other(self, name: str, value: Any) -> Any:
        match value:
            case str() if name in DIGESTS:  # made by the pages, which never make anything else
                return hash_of(f"{self.stage.chance.random()} {self.stage.now}")
            case UUID():
                return self._other_id(value)
            case StrEnum():
                return self.stage.chance.choice(list(type(value)))
            case bool():
                return not value
            case int():
                return value + self.stage.chance.choice([-1, 1])
            case Money():
                return Money(-value.minor, self.stage.chance.choice([value.currency, "JPY"]))
            case date():
                return value - timedelta(days=self.stage.chance.choice([1, 400]))
            case _:
                return self.stage.chance.choice(["", "   ", "nonsense", "\u202eesrever", "long " * 5_000])

    def _other_id(self, value: UUID) -> UUID:
        """Another row of the same model, of either tenant, or a row of something else."""
        house = self.stage.house
        for model in house.raw:
            if model is not Entry and house.get(model, value) is not None:
                return self.stage.any_id(model)
        return self.stage.any_id()

    def _foreign(self, value: Any, actor: Actor) -> Any:
        """The same with one id that is a row of another organisation; None when there is no such row."""
        chance, house = self.stage.chance, self.stage.house
        place = chance.randrange(len(_ids(value)))
        for model in house.raw:
            if house.get(model, _ids(value)[place]) is None:
                continue
            rows = [row.pk for row in house.all(model) if _tenant(row) not in {None, actor.organisation_id}]
            if not rows:
                return None
            other = chance.choice(rows)
            return other if isinstance(value, UUID) else [*value[:place], other, *value[place + 1 :]]
        return None

    # ---- doing and looking ----

    def _does(self, action: Callable[..., Outcome], actor: Actor, inputs: Inputs, key: str = "") -> None:
        stage, before = self.stage, self.stage.house
        stage.now += timedelta(seconds=1)
        try:
            outcome = action(actor=actor, now=stage.now, key=key, **inputs)
        except (Refused, NotFound) as refused:
            self.done.append((action.__name__, str(refused)[:60]))
            after = House.now(before)
            if changes := list(before.changes(after)):
                raise Broken(
                    f"{action.__name__} was refused ({refused}) and changed:\n" + "\n".join(changes)
                ) from None
            return
        self.done.append((action.__name__, "repeated" if outcome.repeated else "done"))
        after = House.now(before)
        if outcome.repeated and (changes := list(before.changes(after))):
            raise Broken(f"{action.__name__} with a used key changed:\n" + "\n".join(changes))
        hold(after)
        self._look_at_new(after)
        stage.house = after

    def _look_at_new(self, house: House) -> None:
        """What holds at the moment of an act and may change later, and the standing of what was touched."""
        assert house.before is not None, "a step has a moment before it"
        old = house.before.raw[Entry]
        new = [told for told in house.entries() if told.pk not in old and _raw(told.pk) not in old]
        for pk in {told.outtask_id for told in new if told.outtask_id is not None and told.is_own}:
            _stands_where_it_should(house, pk)
        for verdict in house.all(Verdict):
            if house.before.get(Verdict, verdict.pk) is None and _owns(house, verdict):
                raise Broken(f"{verdict} was given by the owner of the program that delivered")

    def end(self) -> None:
        """What takes longer, once at the end of a life."""
        if wrong := deep():
            raise Broken("\n".join(wrong))


def _raw(pk: UUID) -> str:
    """As SQLite keeps an id."""
    return pk.hex


def _ids(value: Any) -> list[UUID]:
    """The ids an input names: one, or several."""
    if isinstance(value, UUID):
        return [value]
    return (
        list(value) if isinstance(value, list | tuple) and all(isinstance(one, UUID) for one in value) else []
    )


def _tenant(row: Row) -> UUID | None:
    return getattr(row, "organisation_id", None)


def _spoilable(value: Any) -> bool:
    return isinstance(value, UUID | int | str | Money | date) and not isinstance(value, bool)


def _stands_where_it_should(house: House, pk: UUID) -> None:
    row = house.get(OutTask, pk)
    derived = stand(facts_of(OutTask.objects.get(pk=pk)))
    said = row and (row.stage, row.holder, row.next_step, row.due_on, row.ending)
    if said != (derived.stage, derived.holder, derived.next_step, derived.due_on, derived.ending):
        raise Broken(f"{row} stands at {said}; its facts say {derived}")


def _owns(house: House, verdict: Any) -> bool:
    """Whether the person behind a verdict answers for the program whose work it is about, at this moment."""
    submission = house.get(Submission, verdict.submission_id)
    milestone = house.get(Milestone, submission.milestone_id if submission else None)
    agreement = house.get(Agreement, milestone.agreement_id if milestone else None)
    provider = house.get(Provider, agreement.provider_id if agreement else None)
    owner = house.get(Member, provider.owned_by_id if provider else None)
    decider = house.get(Member, verdict.decided_by_id)
    return owner is not None and decider is not None and owner.person_id == decider.person_id
