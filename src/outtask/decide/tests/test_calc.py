"""The methods by plain JSON: the same numbers as the functions they call, and clear refusals."""

import json
from typing import Any

import pytest

from outtask.decide.calc import CALCS
from outtask.decide.tests.material import OUT
from outtask.kernel.refusal import Refused

VOLUME = {"times_per_year": 10, "hours_each": "3"}
TERMS = {
    "wage": 2_000,
    "one_off": {"finding": 5_000, "rate": 3_000, "rework": "0.1"},
    "retainer": {"set_up": 0, "life_years": 1, "fee": 9_000, "hours": 30, "extra_rate": 2_500},
    "hire": {"recruiting": 300_000, "stays_years": 3, "salary": 3_000_000},
    "staff_minor": 90_000,
}


def calc(name: str, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(CALCS[name](given)))
    return found


def test_decision() -> None:
    found = calc("decision", {"answers": OUT})
    assert (found["verdict"], found["rule"], found["asked"]) == ("out_task", "ready", [])
    assert found["priority"]["score"] == pytest.approx(5 / 6)
    assert sum(found["priority"]["contributions"].values()) == pytest.approx(5 / 6 - 1 / 2)
    assert {
        "question": "used",
        "answer": True,
        "instead": False,
        "verdict": "stop",
        "rule": "simplify.unused",
    } in (found["flips"])


def test_decision_with_weights_of_ones_own() -> None:
    weights = {
        "benefit": 1,
        "consequence": 0,
        "risk": 0,
        "difficulty": 0,
        "importance": 0,
        "domain_knowledge": 0,
    }
    assert calc("decision", {"answers": OUT, "weights": weights})["priority"]["score"] == 1


def test_weights_by_every_method() -> None:
    assert calc("weights", {"method": "equal", "criteria": ["a", "b"]})["weights"] == {"a": 0.5, "b": 0.5}
    assert calc("weights", {"method": "rank", "criteria": ["a", "b"]})["weights"] == {"a": 0.75, "b": 0.25}
    assert calc("weights", {"method": "swing", "points": {"a": 100, "b": 25}})["weights"] == {
        "a": 0.8,
        "b": 0.2,
    }
    grouped = calc("weights", {"method": "group", "members": [{"a": 1, "b": 0}, {"a": "0.5", "b": "0.5"}]})
    assert grouped == {"weights": {"a": 0.75, "b": 0.25}, "spread": {"a": [0.5, 1.0], "b": [0.0, 0.5]}}
    pairs = calc("weights", {"method": "pairs", "criteria": ["a", "b"], "matrix": [[1, 3], ["1/3", 1]]})
    assert pairs["weights"] == pytest.approx({"a": 0.75, "b": 0.25})
    assert (pairs["ratio"], pairs["warns"]) == (0.0, False)


def test_a_ranking_with_a_missing_value_and_draws() -> None:
    options = {"x": {"a": 10, "b": 0}, "y": {"a": 0, "b": None}}
    anchors = {"a": {"worst": 0, "best": 10}}
    given = {"method": "rank", "criteria": ["a", "b"], "options": options, "anchors": anchors, "seed": 7}
    found = calc("weights", given)
    assert found["scores"] == {"x": {"low": 0.75, "high": 0.75}, "y": {"low": 0.0, "high": 0.25}}
    assert (found["ranks"], found["winner"]) == ({"x": 1, "y": 2}, "x")
    assert sum(found["drawn"]["ranks"]["x"]) == pytest.approx(1)
    assert found == calc("weights", given)


def test_sourcing() -> None:
    found = calc("sourcing", {"volume": VOLUME, "terms": TERMS, "situation": {"horizon_months": 3}})
    assert found["costs"] == {
        "keep": 60_000,
        "one_off": 149_000,
        "retainer": 108_000,
        "staff_augmentation": 90_000,
        "outsource": None,
        "hire": 4_000_000,
    }
    assert (found["saving"], found["dearest"]) == (-89_000, 120_000)
    assert found["break_even"]["tasks"] == pytest.approx(108_000 / 14_900)
    assert set(found["choice"]["excluded"]) == {"outsource", "hire"}
    assert found["choice"]["ranked"][0]["model"] == "keep"
    undecided = {"volume": VOLUME, "terms": TERMS, "situation": {"verdict": "incomplete"}}
    assert calc("sourcing", undecided)["choice"] is None


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("decision", {}, "answers"),
        ("decision", {"answers": {"colour": 1}}, "colour"),
        ("decision", {"answers": {"risk": 9}}, "risk"),
        ("decision", {"answers": {}, "weights": {"benefit": 1}}, "weights"),
        ("weights", {"method": "guess"}, "method"),
        ("weights", {"method": "rank", "criteria": []}, "criteria"),
        ("weights", {"method": "rank", "criteria": ["a", "a"]}, "criteria"),
        ("weights", {"method": "swing", "points": {"a": "many"}}, "a"),
        ("weights", {"method": "swing", "points": {"a": 120}}, "a"),
        ("weights", {"method": "group", "members": [{"a": 1}, {"b": 1}]}, "members"),
        ("weights", {"method": "pairs", "criteria": ["a"], "matrix": [[1, 2], [3]]}, "matrix"),
        (
            "weights",
            {"method": "equal", "criteria": ["a"], "options": {"x": {}}, "anchors": {"a": {"worst": 1}}},
            "anchors.a",
        ),
        ("sourcing", {"volume": {"times_per_year": 1}}, "volume"),
        ("sourcing", {"volume": VOLUME | {"colour": 1}}, "volume.colour"),
        ("sourcing", {"volume": VOLUME | {"hours_each": -1}}, "volume"),
        ("sourcing", {"volume": VOLUME, "terms": {"wage": True}}, "terms.wage"),
        ("sourcing", {"volume": VOLUME, "terms": {"staff_minor": 1.5}}, "staff_minor"),
        ("sourcing", {"volume": VOLUME, "situation": {"verdict": "maybe"}}, "situation.verdict"),
        ("sourcing", {"volume": VOLUME, "situation": {"emergency": "yes"}}, "situation.emergency"),
    ],
)
def test_what_is_wrong_is_named(name: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        CALCS[name](given)
    assert caught.value.refusal.field == field
    assert str(caught.value)
