"""`outtask calc spend` by JSON: what the rules say, and where the input does not do."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.cli.calc_command import CALCS
from outtask.kernel.refusal import Refused
from outtask.watch.calc import spend

REQUEST: dict[str, Any] = {
    "id": "PR-1", "by": "ada", "provider": "kestrel", "amount_minor": 40_000, "limit_minor": 100_000,
    "at": "2026-11-24T09:00:00Z",
}  # fmt: skip
INVOICE: dict[str, Any] = {
    "id": "I-1", "provider": "kestrel", "number": "INV-001", "amount_minor": 500, "at": "2026-11-20",
}  # fmt: skip
RULE: dict[str, Any] = {"name": "Two from 500", "demand": "two", "amount_from_minor": 50_000}
PAYMENT: dict[str, Any] = {"id": "P-1", "by": "ada", "at": "2026-11-24", "provider_known_since": "2026-11-20"}


def found(given: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["subject"], one["detector"]) for one in spend(given)["findings"]]


def test_every_detector_speaks() -> None:
    parts = [REQUEST | {"id": f"PR-{number}"} for number in (1, 2, 3)]
    near = [
        REQUEST | {"id": f"Q-{n}", "by": "ben", "provider": f"p{n}", "amount_minor": 99_000}
        for n in (1, 2, 3)
    ]
    given = {
        "requests": parts + near,
        "invoices": [
            INVOICE,
            INVOICE | {"id": "I-2", "number": "INV001", "at": "2026-11-21", "accepted_minor": 400},
        ],
        "acceptances": [{"id": "M-1"}, {"id": "M-2", "files": 1}],
        "payments": [PAYMENT | {"accounts_noted": [{"by": "ada", "at": "2026-11-01"}]}],
    }
    assert found(given) == [
        ("PR-3", "split"), ("Q-3", "just_below"), ("I-2", "duplicate"), ("I-2", "over_progress"),
        ("M-1", "no_evidence"), ("P-1", "new_fast"), ("P-1", "bank_changed"),
    ]  # fmt: skip
    assert spend(given)["limits"][0] == {
        "request": "PR-1", "verdict": "within", "needed_minor": 40_000, "limit_minor": 100_000,
    }  # fmt: skip
    fewer = {"parameters": {"split_days": 0, "alike_split_days": 0, "below_least": 4, "bank_days": 1}}
    told = [detector for _, detector in found(given | fewer)]
    assert told == ["split", "duplicate", "over_progress", "no_evidence", "new_fast"], (
        "at one instant, no day"
    )


def test_the_limit_counts_the_whole_need() -> None:
    [told] = spend({"requests": [REQUEST | {"committed_minor": 60_001}]})["limits"]
    assert (told["verdict"], told["needed_minor"]) == ("above", 100_001)


# ---- verdicts ----


def verdict(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    [told] = spend({"requests": [REQUEST | more], "rules": list(rules), "currency": "GBP"})["verdicts"]
    return dict(told)


def test_within_the_limit_and_no_rule_it_is_committed() -> None:
    assert verdict(RULE) == {
        "request": "PR-1", "verdict": "committed", "approvals": 0, "rules": [], "why": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "more", "approvals"),
    [
        ({"amount_from_minor": 40_000}, {}, 2),
        ({"amount_from_minor": 40_001}, {}, 0),
        ({"amount_from_minor": 50_000}, {"committed_minor": 10_000}, 2),
        ({"amount_from_minor": None, "demand": "decide"}, {}, 1),
        ({"amount_from_minor": None, "category": "72"}, {"category": "30192000-1"}, 0),
        ({"amount_from_minor": None, "category": "72"}, {"category": "72413000-8"}, 2),
        ({"amount_from_minor": None, "category": "72"}, {}, 2),
        ({"amount_from_minor": None, "new_provider": True}, {}, 0),
        ({"amount_from_minor": None, "new_provider": True}, {"new_provider": True}, 2),
    ],
)
def test_a_rule_by_amount_category_and_provider(
    rule: dict[str, Any], more: dict[str, Any], approvals: int
) -> None:
    told = verdict(RULE | rule, **more)
    assert (told["approvals"], told["verdict"] == "referred") == (approvals, approvals > 0)
    assert told["rules"] == (["Two from 500"] if approvals else [])


def test_every_reason_is_told() -> None:
    """A part of a split, above the limit of the month, under two rules."""
    more = {
        "limits": [{"period": "month", "limit_minor": 100_000, "used_minor": 80_000, "until": "2026-11-30"}]
    }
    parts = [REQUEST | {"id": f"PR-{number}"} for number in (1, 2)] + [REQUEST | {"id": "PR-3"} | more]
    rules = [RULE | {"amount_from_minor": 1}, {"name": "All", "demand": "decide"}]
    given = {"requests": parts, "rules": rules, "currency": "GBP"}
    told = spend(given)["verdicts"][-1]
    assert (told["verdict"], told["approvals"], told["rules"]) == ("referred", 2, ["Two from 500", "All"])
    assert told["why"] == [
        "Held for review: perhaps one purchase in parts. Somebody who had no part in it looks first, under"
        " Money, Watch.",
        "The rule “Two from 500” asks that two persons approve this.",
        "The rule “All” asks that somebody else decides this.",
        "GBP 800.00 of the limit of GBP 1000.00 for a month is used until the end of 2026-11-30; this needs"
        " GBP 400.00.",
    ]


def test_no_limit_of_their_own_but_an_owner_needs_none() -> None:
    assert verdict(limit_minor=None)["why"] == ["There is no limit of their own: everything is referred."]
    assert verdict(limit_minor=None, owner=True)["verdict"] == "committed"
    assert "would be GBP 1000.01" in verdict(committed_minor=60_001)["why"][0]


def test_nothing_in_nothing_out() -> None:
    assert spend({}) == {"findings": [], "verdicts": [], "limits": []}
    assert CALCS["spend"] is spend


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"requests": {}}, "requests"),
        ({"requests": [1]}, "requests[0]"),
        ({"requests": [REQUEST | {"amount_minor": -1}]}, "requests[0].amount_minor"),
        ({"requests": [REQUEST | {"amount_minor": 1.5}]}, "requests[0].amount_minor"),
        ({"requests": [REQUEST | {"amount_minor": 10**16}]}, "requests[0].amount_minor"),
        ({"requests": [REQUEST | {"amount_minor": True}]}, "requests[0].amount_minor"),
        ({"requests": [REQUEST | {"at": "yesterday"}]}, "requests[0].at"),
        ({"requests": [REQUEST, REQUEST | {"by": 7}]}, "requests[1].by"),
        ({"invoices": [INVOICE | {"accounts": "NL1"}]}, "invoices[0].accounts"),
        ({"payments": [PAYMENT | {"accounts_noted": [{"by": "ada"}]}]}, "payments[0].accounts_noted[0].at"),
        ({"parameters": {"days": 1}}, "parameters.days"),
        ({"parameters": {"alike": "NaN"}}, "parameters.alike"),
        ({"parameters": {"alike": 2}}, "parameters.alike"),
        ({"budget": 7}, "budget"),
        ({"currency": "XXX"}, "currency"),
        ({"rules": [RULE | {"demand": "three"}]}, "rules[0].demand"),
        ({"rules": [RULE | {"name": None}]}, "rules[0].name"),
        ({"rules": [RULE | {"amount_from_minor": "5"}]}, "rules[0].amount_from_minor"),
        ({"rules": [RULE | {"category": "paper"}]}, "rules[0].category"),
        ({"rules": [RULE | {"new_provider": "yes"}]}, "rules[0].new_provider"),
        ({"requests": [REQUEST | {"category": "7"}]}, "requests[0].category"),
        ({"requests": [REQUEST | {"limits": [{"period": "week"}]}]}, "requests[0].limits[0].limit_minor"),
        (
            {"requests": [REQUEST | {"limits": [{"limit_minor": 1, "period": "week"}]}]},
            "requests[0].limits[0].period",
        ),
    ],
)
def test_what_does_not_do_is_told_with_its_place(given: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refused:
        spend(given)
    assert refused.value.refusal.field == place
