"""Where an out-task stands: every stage by an exact table, and every stage of a real life."""

from __future__ import annotations

from datetime import date

import pytest

from outtask.lifecycle.standing import Facts, Standing, facts_of, stand
from outtask.lifecycle.tests.life import STAGES
from outtask.outtasks.states import Ending, Holder, Stage
from tests.world import World

NEED, ANSWER, DECIDE = date(2026, 12, 18), date(2026, 11, 27), date(2026, 12, 1)
FIRST, SECOND = date(2026, 12, 4), date(2026, 12, 5)
S, H, E = Stage, Holder, Ending


def facts(**more: object) -> Facts:
    return Facts(**{"brief": "draft", "by_when": NEED, "answer_by": None, **more})  # type: ignore[arg-type]


def sent(**more: object) -> Facts:
    return facts(**{"brief": "sent", "answer_by": ANSWER, **more})


def agreed(state: str, **more: object) -> Facts:
    return facts(**{"brief": "awarded", "awarded": True, "agreement": state, "answer_by": ANSWER, **more})


def working(*milestones: tuple[str, date], **more: object) -> Facts:
    return agreed("in_force", request="committed", milestones=milestones, **more)


BOTH_ACCEPTED = (("accepted", FIRST), ("accepted", SECOND))
TABLE = [
    # nothing but the row itself, as an import of nothing would leave it
    (Facts(), Standing(S.SOURCE, H.CLIENT, "send_brief")),
    # source
    (facts(), Standing(S.SOURCE, H.CLIENT, "send_brief", NEED)),
    (sent(), Standing(S.SOURCE, H.PROVIDER, "wait_for_proposals", ANSWER)),
    (sent(proposals=2), Standing(S.SOURCE, H.CLIENT, "choose_proposal", ANSWER)),
    (facts(brief="closed"), Standing(S.SOURCE, H.NOBODY, "", ending=E.ABANDONED)),
    # agree
    (facts(brief="awarded", awarded=True), Standing(S.AGREE, H.CLIENT, "write_agreement", NEED)),
    (agreed("draft"), Standing(S.AGREE, H.CLIENT, "sign_agreement", NEED)),
    (agreed("offered"), Standing(S.AGREE, H.PROVIDER, "provider_signs", NEED)),
    # approve
    (agreed("signed"), Standing(S.APPROVE, H.CLIENT, "ask_to_spend", NEED)),
    (agreed("signed", request="rejected"), Standing(S.APPROVE, H.CLIENT, "ask_to_spend", NEED)),
    (agreed("signed", request="withdrawn"), Standing(S.APPROVE, H.CLIENT, "ask_to_spend", NEED)),
    (agreed("signed", request="void"), Standing(S.APPROVE, H.CLIENT, "ask_to_spend", NEED)),
    (
        agreed("signed", request="referred", decide_by=DECIDE),
        Standing(S.APPROVE, H.APPROVER, "decide_request", DECIDE),
    ),
    (agreed("signed", request="referred"), Standing(S.APPROVE, H.APPROVER, "decide_request", NEED)),
    (agreed("signed", request="asked"), Standing(S.APPROVE, H.CLIENT, "answer_request", NEED)),
    # deliver and verify
    (working(("open", SECOND), ("open", FIRST)), Standing(S.DELIVER, H.PROVIDER, "hand_in", FIRST)),
    (working(("changes_requested", FIRST)), Standing(S.DELIVER, H.PROVIDER, "hand_in", FIRST)),
    (
        working(("accepted", FIRST), ("open", SECOND), uninvoiced=True),
        Standing(S.DELIVER, H.PROVIDER, "hand_in", SECOND),
    ),
    (
        working(("open", FIRST), ("handed_in", SECOND)),
        Standing(S.VERIFY, H.CLIENT, "check_milestone", SECOND),
    ),
    # pay
    (working(*BOTH_ACCEPTED, uninvoiced=True), Standing(S.PAY, H.PROVIDER, "send_invoice")),
    (working(*BOTH_ACCEPTED, invoices=("received",)), Standing(S.PAY, H.FINANCE, "approve_invoice")),
    (working(*BOTH_ACCEPTED, invoices=("approved",)), Standing(S.PAY, H.FINANCE, "pay_invoice")),
    (
        working(*BOTH_ACCEPTED, invoices=("approved", "received")),
        Standing(S.PAY, H.FINANCE, "approve_invoice"),
    ),
    (
        working(*BOTH_ACCEPTED, invoices=("returned",), uninvoiced=True),
        Standing(S.PAY, H.PROVIDER, "send_invoice"),
    ),
    # measure
    (
        agreed("ended", request="committed", milestones=BOTH_ACCEPTED, invoices=("paid",)),
        Standing(S.MEASURE, H.NOBODY, "see_service", ending=E.DONE),
    ),
    # take back: whatever else the rooms hold
    (
        agreed("ended", taken_back=True, successor="ourselves", uninvoiced=True),
        Standing(S.TAKE_BACK, H.NOBODY, "see_pack", ending=E.TAKEN_BACK),
    ),
    (
        facts(brief="closed", taken_back=True, successor="nobody"),
        Standing(S.TAKE_BACK, H.NOBODY, "see_pack", ending=E.TAKEN_BACK),
    ),
    (
        facts(brief="closed", taken_back=True, successor="another"),
        Standing(S.TAKE_BACK, H.CLIENT, "hand_on", ending=E.TAKEN_BACK),
    ),
    # as published elsewhere, until somebody sources it here
    (
        Facts(imported_stage="deliver", imported_ending=""),
        Standing(S.DELIVER, H.NOBODY, "see_published"),
    ),
    (
        Facts(imported_stage="measure", imported_ending="done"),
        Standing(S.MEASURE, H.NOBODY, "see_published", ending=E.DONE),
    ),
    (
        sent(imported_stage="deliver"),
        Standing(S.SOURCE, H.PROVIDER, "wait_for_proposals", ANSWER),
    ),
]


@pytest.mark.parametrize(("given", "expected"), TABLE)
def test_where_it_stands(given: Facts, expected: Standing) -> None:
    assert stand(given) == expected


def test_every_stage_but_decide_is_in_the_table() -> None:
    assert {standing.stage for _, standing in TABLE} == set(Stage) - {Stage.DECIDE}


LIVES = {
    "draft_brief": (S.SOURCE, H.CLIENT, "send_brief"),
    "sent": (S.SOURCE, H.PROVIDER, "wait_for_proposals"),
    "proposed": (S.SOURCE, H.CLIENT, "choose_proposal"),
    "awarded": (S.AGREE, H.CLIENT, "write_agreement"),
    "drafted": (S.AGREE, H.CLIENT, "sign_agreement"),
    "offered": (S.AGREE, H.PROVIDER, "provider_signs"),
    "signed": (S.APPROVE, H.CLIENT, "ask_to_spend"),
    "referred": (S.APPROVE, H.APPROVER, "decide_request"),
    "asked": (S.APPROVE, H.CLIENT, "answer_request"),
    "rejected": (S.APPROVE, H.CLIENT, "ask_to_spend"),
    "committed": (S.DELIVER, H.PROVIDER, "hand_in"),
    "handed_in": (S.VERIFY, H.CLIENT, "check_milestone"),
    "sent_back": (S.DELIVER, H.PROVIDER, "hand_in"),
    "part_accepted": (S.DELIVER, H.PROVIDER, "hand_in"),
    "accepted": (S.PAY, H.PROVIDER, "send_invoice"),
    "invoiced": (S.DELIVER, H.PROVIDER, "hand_in"),
    "part_paid": (S.DELIVER, H.PROVIDER, "hand_in"),
    "done": (S.MEASURE, H.NOBODY, "see_service"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_it_is_derived_by_every_action(world: World, stage: str) -> None:
    outtask = STAGES[stage](world).outtask
    assert (outtask.stage, outtask.holder, outtask.next_step) == LIVES[stage]
    standing = stand(facts_of(outtask))
    assert (outtask.due_on, outtask.ending) == (standing.due_on, standing.ending)
    assert (outtask.closed_at is not None) == bool(outtask.ending)
