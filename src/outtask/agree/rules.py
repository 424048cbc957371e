"""What may happen to a statement of work: pure decisions.

A signature is for one version and its exact bytes: both its number and the SHA-256 that the signer saw are
compared with what is there. Silence is never a yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from outtask.agree.documents import ExitTerms, Metric, MilestoneTerms, ServiceLevelTerms, Terms
from outtask.agree.states import AGREEMENT, AgreementState, Form
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.source.rules import FARTHEST, LONGEST_MILESTONE, LONGEST_TEXT, MOST_MILESTONES, why_not_plain

MOST_TRANSITION_DAYS = 30
FEWEST_RETRIEVAL_DAYS = 30
MOST_DAYS = 365
MOST_PAYMENT_DAYS = 120
MOST_HOURS = Decimal(10_000)
LONGEST_NAME = 200


def why_not_draft(awarded: bool, live_agreement: bool) -> Refusal | None:
    """A draft follows a choice, and there is one agreement at a time."""
    if not awarded:
        return Refusal("nobody_chosen", N_("Choose a proposal first. The statement of work follows from it."))
    if live_agreement:
        reason = N_("There is a statement of work already. Open it and change that one.")
        return Refusal("drafted_already", reason)
    return None


def why_not_terms(terms: Terms, today: date) -> list[Refusal]:
    """Everything that is wrong with the terms, each on its field; empty when they can be a version."""
    found: list[Refusal | None] = [
        _why_not_scope(terms.scope),
        *_why_not_milestones(terms.milestones, today),
        *_why_not_exit(terms),
        *_why_not_levels(terms.service_levels),
        _why_not_days(terms.notice_days, 0, MOST_DAYS, "notice_days"),
        _why_not_days(terms.payment_days, 0, MOST_PAYMENT_DAYS, "payment_days"),
    ]
    return [refusal for refusal in found if refusal is not None]


def _why_not_scope(scope: str) -> Refusal | None:
    if not scope.strip():
        return Refusal("scope_empty", N_("Say what is to be done and handed over."), "scope")
    if len(scope) > LONGEST_TEXT:
        reason = N_("Use at most %(most)s characters.")
        return Refusal("scope_long", reason, "scope", {"most": LONGEST_TEXT})
    return why_not_plain(scope, "scope")


def _why_not_milestones(milestones: tuple[MilestoneTerms, ...], today: date) -> list[Refusal | None]:
    if not 1 <= len(milestones) <= MOST_MILESTONES:
        reason = N_("Give one milestone at least and %(most)s at most.")
        return [Refusal("milestone_count", reason, "milestones", {"most": MOST_MILESTONES})]
    found = [_why_not_milestone(milestone, milestones[0], today) for milestone in milestones]
    if not any(found) and not sum(milestone.amount.minor for milestone in milestones):
        reason = N_("At least one milestone has a price above zero.")
        found.append(Refusal("total_zero", reason, "milestones"))
    return found


def _why_not_milestone(milestone: MilestoneTerms, first: MilestoneTerms, today: date) -> Refusal | None:
    title = milestone.title.strip()
    if not title or len(title) > LONGEST_MILESTONE:
        reason = N_("Give each milestone a name of at most %(most)s characters.")
        return Refusal("milestone_title", reason, "milestones", {"most": LONGEST_MILESTONE})
    if (hidden := why_not_plain(title, "milestones")) is not None:
        return hidden
    facts = {"title": title}
    if milestone.amount.currency != first.amount.currency or milestone.amount.minor < 0:
        reason = N_("Give “%(title)s” an amount of zero or more, in the currency of the others.")
        return Refusal("milestone_amount", reason, "milestones", facts)
    if not today <= milestone.due <= today + FARTHEST:
        reason = N_("“%(title)s” is due on a day that is over or too far away. Choose another.")
        return Refusal("milestone_due", reason, "milestones", facts)
    return None


def _why_not_exit(terms: Terms) -> list[Refusal | None]:
    leaving: ExitTerms = terms.exit
    found = [
        _why_not_days(leaving.transition_days, 0, MOST_TRANSITION_DAYS, "transition_days"),
        _why_not_days(leaving.retrieval_days, FEWEST_RETRIEVAL_DAYS, MOST_DAYS, "retrieval_days"),
    ]
    currencies = {milestone.amount.currency for milestone in terms.milestones}
    if leaving.fee.minor < 0 or (currencies and leaving.fee.currency not in currencies):
        reason = N_("Give the cost of leaving as zero or more, in the currency of the milestones.")
        found.append(Refusal("fee_wrong", reason, "fee"))
    if len(leaving.text) > LONGEST_TEXT:
        reason = N_("Use at most %(most)s characters.")
        found.append(Refusal("exit_text_long", reason, "exit_text", {"most": LONGEST_TEXT}))
    found.append(why_not_plain(leaving.text, "exit_text"))
    return found


def _why_not_days(days: int, least: int, most: int, field: str) -> Refusal | None:
    if least <= days <= most:
        return None
    reason = N_("Give a number of days from %(least)s to %(most)s.")
    return Refusal("days_out_of_range", reason, field, {"least": least, "most": most})


def _why_not_levels(levels: Iterable[ServiceLevelTerms]) -> list[Refusal | None]:
    found: list[Refusal | None] = []
    seen: set[Metric] = set()
    for level in levels:
        most = MOST_HOURS if level.metric is Metric.RESPONSE_HOURS else Decimal(100)
        exact = level.target == round(level.target, 3) if level.target.is_finite() else False
        if not exact or not 0 < level.target <= most:
            reason = N_("Give a target above 0 and up to %(most)s, with three decimals at most.")
            found.append(Refusal("target_out_of_range", reason, "service_levels", {"most": most}))
        if level.metric in seen:
            reason = N_("Each service level can be promised once. Take one of the two out.")
            found.append(Refusal("metric_twice", reason, "service_levels"))
        seen.add(level.metric)
    return found


def why_not_revise(state: str, live_request: bool) -> Refusal | None:
    """A version signed by both may change until money is asked for; later a change goes with the money."""
    if state == AgreementState.IN_FORCE:
        reason = N_("The money is committed and the work has begun. A change gives it back first.")
        return Refusal("in_force", reason)
    if live_request:
        reason = N_("Money was asked for this version. Withdraw the request first, then change it.")
        return Refusal("money_asked", reason)
    return AGREEMENT.why_not(state, "revise")


def why_not_same(old: Terms, new: Terms) -> Refusal | None:
    """A new version says something new."""
    if old != new:
        return None
    return Refusal("nothing_changed", N_("Nothing differs from the version before. Change something first."))


def why_not_seen(version: int, sha256: str, current: int, current_sha256: str) -> Refusal | None:
    """Whether what the signer had before them is, to the byte, what would be signed."""
    if (version, sha256) == (current, current_sha256):
        return None
    reason = N_("You read version %(version)s, but version %(current)s is there now. Read it, then sign.")
    return Refusal("not_what_was_read", reason, facts={"version": version, "current": current})


def why_not_sign(state: str, act: str) -> Refusal | None:
    """Whether this party's signature is due now (`act`: "sign_as_client", "sign_as_provider")."""
    if act == "sign_as_provider" and state == AgreementState.DRAFT:
        reason = N_("This version is being changed. You get a new link when there is one to sign.")
        return Refusal("being_changed", reason)
    if state in {AgreementState.SIGNED, AgreementState.IN_FORCE}:
        return Refusal("signed_already", N_("Both have signed this. Nothing more is needed."))
    return AGREEMENT.why_not(state, act)


def why_not_confirm(state: str, confirmed: bool) -> Refusal | None:
    """Whether a provider may confirm an order: while it holds, and once."""
    if confirmed:
        return Refusal("confirmed_already", N_("This order is confirmed. Nothing more is needed."))
    if state != AgreementState.IN_FORCE:
        reason = N_(
            "This order does not hold any more, or not yet. You get a link when there is one to confirm."
        )
        return Refusal("order_over", reason)
    return None


def why_not_statement(form: str) -> Refusal | None:
    """What is for statements of work alone: terms that both negotiate and sign."""
    if form == Form.STATEMENT:
        return None
    reason = N_("This is an order. Change its lines while nobody has decided, or close it and order afresh.")
    return Refusal("is_an_order", reason)


def why_not_object(state: str) -> Refusal | None:
    return AGREEMENT.why_not(state, "object")


def why_not_name(name: str) -> Refusal | None:
    """A signature is a name of a person, typed out."""
    if len(name.split()) < 2 and len(name.strip()) < 4:
        return Refusal("name_missing", N_("Type your full name. It stands as your signature."), "name")
    if len(name) > LONGEST_NAME:
        reason = N_("Use at most %(most)s characters.")
        return Refusal("name_long", reason, "name", {"most": LONGEST_NAME})
    return why_not_plain(name, "name")
