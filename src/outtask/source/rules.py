"""What may happen to a brief, an invitation and a proposal: pure decisions.

Days are days on the calendar of the client's organisation. The day by which providers answer is firm: the
invitation can be answered, and an answer changed, up to the end of that day and not after, so that nobody
who was in time competes with somebody who was not. Whoever missed it can be asked again, with a new day.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.source.criteria import MOST_CRITERIA, Criterion
from outtask.source.states import BRIEF, INVITATION, PROPOSAL, BriefState, InvitationState, ProposalState

LONGEST_TEXT = 20_000
LONGEST_SKILLS = 500
FARTHEST = timedelta(days=3650)
FEWEST_WORDS = 3
MOST_PROVIDERS = 20
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
ASKED = frozenset({InvitationState.SENT, InvitationState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Need:
    """What a brief says. `budget` is the ceiling that providers do not see; `answer_by` for their offers."""

    what: str
    by_when: date
    criteria: tuple[Criterion, ...] = ()
    budget: Money | None = None
    skills: str = ""
    personal_data: bool = False
    answer_by: date | None = None


def why_not_need(need: Need, today: date, asked_until: date | None = None) -> list[Refusal]:
    """Everything that is wrong with what somebody wrote, each on its field; empty when it can be kept.

    asked_until: the day for answers that providers were given before; it may be over by now.
    """
    found = [
        _why_not_what(need.what),
        why_not_plain(need.what, "what"),
        why_not_plain(need.skills, "skills"),
        _why_not_day(need.by_when, today, "by_when"),
    ]
    if need.answer_by is not None:
        earliest = min(today, asked_until or today)
        found.append(why_not_answer_by(need.answer_by, need.by_when, earliest))
    if need.budget is not None and need.budget.minor <= 0:
        found.append(
            Refusal("budget_not_positive", N_("Give an amount above zero, or leave it empty."), "budget")
        )
    if len(need.skills) > LONGEST_SKILLS:
        reason = N_("Use at most %(most)s characters for skills.")
        found.append(Refusal("skills_long", reason, "skills", {"most": LONGEST_SKILLS}))
    if len(need.criteria) > MOST_CRITERIA:
        reason = N_("There can be %(most)s conditions at most. Join some, or split the work.")
        found.append(Refusal("criteria_many", reason, "criteria", {"most": MOST_CRITERIA}))
    return [refusal for refusal in found if refusal is not None]


def why_not_plain(text: str, field: str) -> Refusal | None:
    """Text that reads as it is written: no control characters, and none that turn its direction round.

    Those could make a price or a date look like another to the one who signs it.
    """
    for char in text:
        hidden = unicodedata.category(char) == "Cc" and char not in "\t\n\r"
        if hidden or unicodedata.bidirectional(char) in _TURNING:
            reason = N_("There is a hidden character in this text. Type it again, or paste it as plain text.")
            return Refusal("hidden_character", reason, field)
    return None


def _why_not_what(what: str) -> Refusal | None:
    if not what.strip():
        return Refusal("what_empty", N_("Say what you want done, in your own words."), "what")
    if len(what) > LONGEST_TEXT:
        reason = N_("Use at most %(most)s characters, and send the rest as a file.")
        return Refusal("what_long", reason, "what", {"most": LONGEST_TEXT})
    return None


def _why_not_day(day: date, today: date, field: str) -> Refusal | None:
    if day < today:
        return Refusal("day_past", N_("This day is over. Choose today or a later one."), field)
    if day > today + FARTHEST:
        return Refusal("day_far", N_("This day is more than ten years away. Choose a nearer one."), field)
    return None


def why_not_answer_by(answer_by: date, by_when: date, today: date) -> Refusal | None:
    """The day for answers lies between today and the day the work is needed."""
    if answer_by > by_when:
        reason = N_("Answers would come after the work is needed. Choose a day before it.")
        return Refusal("answer_after_need", reason, "answer_by")
    return _why_not_day(answer_by, today, "answer_by")


def why_not_less_time(answer_by: date | None, asked_until: date | None) -> Refusal | None:
    """Providers who were asked may get more time to answer, not less."""
    if answer_by is None or asked_until is None or answer_by >= asked_until:
        return None
    reason = N_("Providers were told they have until %(day)s. Give them more time, not less.")
    return Refusal("less_time", reason, "answer_by", {"day": asked_until})


def why_not_stale(seen: int, version: int) -> Refusal | None:
    """A refusal when somebody else changed it since this person opened it."""
    if seen == version:
        return None
    reason = N_(
        "Somebody changed this while you wrote: you saw version %(seen)s, it is now version %(version)s."
        " What you typed is still here. Compare it with the new version, then save again."
    )
    return Refusal("changed_meanwhile", reason, facts={"seen": seen, "version": version})


def why_not_edit(state: str) -> Refusal | None:
    return BRIEF.why_not(state, "edit")


# ---- sending it ----


@dataclass(frozen=True, slots=True)
class Addressee:
    """A provider somebody wants to ask: what matters for whether they can be."""

    name: str
    email: str
    blocked: bool
    invitation: str = ""  # the state of the latest invitation to this brief; empty when there was none


def why_not_send(
    state: str, addressees: Iterable[Addressee], answer_by: date, by_when: date, today: date
) -> list[Refusal]:
    """Everything in the way of sending the brief to these providers."""
    wrong = BRIEF.why_not(state, "send")
    if wrong is not None:
        return [wrong]
    asked = list(addressees)
    found = [why_not_answer_by(answer_by, by_when, today), *map(_why_not_ask, asked)]
    if not asked:
        found.append(Refusal("nobody_asked", N_("Choose at least one provider to send it to."), "providers"))
    if len(asked) > MOST_PROVIDERS:
        reason = N_("Ask at most %(most)s providers at a time.")
        found.append(Refusal("too_many_asked", reason, "providers", {"most": MOST_PROVIDERS}))
    return [refusal for refusal in found if refusal is not None]


def _why_not_ask(addressee: Addressee) -> Refusal | None:
    facts = {"name": addressee.name}
    if addressee.blocked:
        reason = N_("%(name)s is blocked. Lift the block on their page first, or leave them out.")
        return Refusal("provider_blocked", reason, "providers", facts)
    if not addressee.email:
        reason = N_("%(name)s has no e-mail address. Add one on their page first.")
        return Refusal("provider_without_address", reason, "providers", facts)
    if addressee.invitation in ASKED:
        reason = N_("%(name)s has this brief already. Leave them out.")
        return Refusal("provider_asked_already", reason, "providers", facts)
    return None


# ---- answering it ----


@dataclass(frozen=True, slots=True)
class Stage:
    """One milestone of an offer."""

    title: str
    due: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider answers: price, day it is ready, in which parts."""

    price: Money
    ready_on: date
    milestones: tuple[Stage, ...]
    note: str = ""


MOST_MILESTONES = 20
LONGEST_MILESTONE = 300


def why_not_answer(brief: str, invitation: str, act: str, answer_by: date, today: date) -> Refusal | None:
    """Whether an invitation can be answered or declined now (`act`: "answer", "decline", "retract")."""
    if brief == BriefState.AWARDED:
        return Refusal("already_chosen", N_("The choice has been made, so answers can no longer change."))
    if brief != BriefState.SENT:
        return Refusal("brief_closed", N_("This brief was closed. Nothing is needed from you any more."))
    if act != "decline" and today > answer_by:
        reason = N_("The day for answers has passed. Ask the person who sent this for a new one.")
        return Refusal("answer_late", reason)
    return INVITATION.why_not(invitation, act)


def why_not_lapse(is_clock: bool, invitation: str, answer_by: date, today: date) -> Refusal | None:
    """Only the clock lets an invitation lapse, and only once the day for answers is over."""
    if not is_clock:
        return Refusal("clock_only", N_("Deadlines are kept by the system. There is nothing to do here."))
    if today <= answer_by:
        return Refusal("still_time", N_("There is still time to answer this."))
    return INVITATION.why_not(invitation, "lapse")


def why_not_offer(offer: Offer, today: date) -> list[Refusal]:
    """Everything that is wrong with an offer, each on its field."""
    found = [_why_not_day(offer.ready_on, today, "ready_on"), why_not_plain(offer.note, "note")]
    if offer.price.minor <= 0:
        found.append(Refusal("price_not_positive", N_("Give a price above zero."), "price"))
    if len(offer.note) > LONGEST_TEXT:
        reason = N_("Use at most %(most)s characters.")
        found.append(Refusal("note_long", reason, "note", {"most": LONGEST_TEXT}))
    if not 1 <= len(offer.milestones) <= MOST_MILESTONES:
        reason = N_("Give one milestone at least and %(most)s at most.")
        found.append(Refusal("milestone_count", reason, "milestones", {"most": MOST_MILESTONES}))
    found += [_why_not_stage(stage, offer, today) for stage in offer.milestones]
    refusals = [refusal for refusal in found if refusal is not None]
    return refusals or [*filter(None, [_why_not_sum(offer)])]


def _why_not_stage(stage: Stage, offer: Offer, today: date) -> Refusal | None:
    title = stage.title.strip()
    if not title or len(title) > LONGEST_MILESTONE:
        reason = N_("Give each milestone a name of at most %(most)s characters.")
        return Refusal("milestone_title", reason, "milestones", {"most": LONGEST_MILESTONE})
    if (hidden := why_not_plain(title, "milestones")) is not None:
        return hidden
    facts = {"title": title}
    if stage.amount.currency != offer.price.currency or stage.amount.minor < 0:
        reason = N_("Give “%(title)s” an amount of zero or more, in the currency of the price.")
        return Refusal("milestone_amount", reason, "milestones", facts)
    if not today <= stage.due <= offer.ready_on:
        reason = N_(
            "“%(title)s” is due on a day that is over, or after everything is ready. Change one of the two."
        )
        return Refusal("milestone_due", reason, "milestones", facts)
    return None


def _why_not_sum(offer: Offer) -> Refusal | None:
    total = Money.total((stage.amount for stage in offer.milestones), offer.price.currency)
    if total == offer.price:
        return None
    reason = N_("The milestones add up to %(total)s, the price is %(price)s. Make them the same.")
    return Refusal("milestones_sum", reason, "milestones", {"total": total, "price": offer.price})


def why_not_words(text: str, field: str, code: str) -> Refusal | None:
    """A reason has a few words at least, so that somebody who was not there can follow it."""
    if len(text.split()) < FEWEST_WORDS:
        reason = N_("Give a reason in a few words. It is kept with the decision.")
        return Refusal(code, reason, field)
    if len(text) > LONGEST_TEXT:
        return Refusal(f"{code}_long", N_("Use at most %(most)s characters."), field, {"most": LONGEST_TEXT})
    return why_not_plain(text, field)


# ---- choosing and closing ----


def why_not_choose(brief: str, proposal: str, blocked: bool, chosen: str = "") -> Refusal | None:
    """Whether this proposal can be chosen; `chosen` names the provider who already was."""
    if brief == BriefState.AWARDED:
        reason = N_("This work was given to %(chosen)s a moment ago. Open it again to see where it stands.")
        return Refusal("already_awarded", reason, facts={"chosen": chosen})
    if proposal == ProposalState.WITHDRAWN:
        reason = N_("This offer was withdrawn or replaced by a newer one. Open the comparison again.")
        return Refusal("offer_gone", reason)
    if blocked:
        return Refusal(
            "provider_blocked", N_("This provider is blocked. Lift the block on their page first.")
        )
    return BRIEF.why_not(brief, "award") or PROPOSAL.why_not(proposal, "choose")


def why_not_close(state: str) -> Refusal | None:
    """A brief that led to a choice is not closed but taken back, so that what runs is settled."""
    if state == BriefState.AWARDED:
        reason = N_("A provider was chosen for this. Take it back instead: that settles what is open.")
        return Refusal("take_back_instead", reason)
    return BRIEF.why_not(state, "close")
