"""What an inventory would change, and answers as JSON: pure."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from outtask.decide.answers import decode, encode, reason_of, trail_of
from outtask.decide.inventory import Known, Row, compare, keyed
from outtask.decide.rules import BY_ID, Described, alike, alike_to, judge, why_not
from outtask.decide.scatter import Plotted, scatter
from outtask.decide.states import Kind, Outcome, Performance
from outtask.decide.tests.material import OUT

cells = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=6).map(str.strip)
numbers = st.none() | st.decimals(0, 999, places=2)
listed = st.lists(
    st.builds(
        Row,
        number=st.integers(2, 99),
        name=cells.filter(bool),
        area=cells,
        group=cells,
        output=cells,
        owner=cells,
        times_per_year=numbers,
        hours_each=numbers,
    ),
    max_size=8,
)


def taken_in(known: dict[str, Known], rows: list[Row]) -> dict[str, Known]:
    changes = compare(keyed(rows), known)
    return known | {change.key: Known(change.row) for change in [*changes.created, *changes.changed]}


@given(listed, listed)
def test_importing_twice_changes_nothing(first: list[Row], second: list[Row]) -> None:
    once = taken_in(taken_in({}, first), second)
    again = compare(keyed(second), once)
    assert (again.created, again.changed) == ([], [])
    assert again.unchanged == len(keyed(second))


@given(listed, listed)
def test_every_row_is_counted_once(first: list[Row], second: list[Row]) -> None:
    known = {
        key: Known(known.row, merged=n % 2 == 0) for n, (key, known) in enumerate(taken_in({}, first).items())
    }
    found = compare(keyed(second), known)
    assert found.written + found.unchanged + found.merged == len(keyed(second))
    assert not {change.key for change in found.changed} & {key for key, one in known.items() if one.merged}


def test_a_change_names_its_columns() -> None:
    stands = Row(number=0, name="Payroll", output="Payslips", hours_each=Decimal(2))
    row = Row(number=7, name="payroll", hours_each=Decimal("2.5"))
    (change,) = compare(keyed([row]), {key: Known(stands) for key in keyed([row])}).changed
    assert change.columns == ("name", "hours_each")
    assert change.row.output == "Payslips"


def answer(id: str) -> st.SearchStrategy[object]:
    question = BY_ID[id]
    match question.kind:
        case Kind.SCALE:
            return st.integers(1, 5)
        case Kind.YES_NO:
            return st.booleans()
        case Kind.COUNT:
            return st.integers(0, 9)
        case Kind.NUMBER:
            return st.decimals(0, 999, places=2)
        case Kind.MONEY:
            return st.integers(-999, 999)
        case Kind.CHOICE:
            return st.sampled_from(list(Performance))
        case Kind.TEXT:
            return cells.filter(bool)


@given(st.fixed_dictionaries({}, optional={id: answer(id) for id in BY_ID}))
def test_answers_survive_being_stored(answers: dict[str, object]) -> None:
    facts = decode(answers)
    assert decode(encode(facts)) == facts
    if not why_not(facts):
        judged = judge(facts)
        trail = trail_of(judged)
        assert len(trail) == len(judged.trail)
        reason = reason_of(judged.rule, trail)
        assert reason.text
        assert reason.text % reason.facts
        passed = [line for line in trail if line["outcome"] == Outcome.PASSED]
        assert all(line["reason"] % line["facts"] for line in passed)


def test_the_shared_answers_mean_hand_it_out() -> None:
    assert encode(decode(OUT)) == OUT
    assert judge(decode(OUT)).verdict == "out_task"


@given(st.lists(st.tuples(cells, cells), min_size=2, max_size=7))
def test_alike_to_agrees_with_alike(texts: list[tuple[str, str]]) -> None:
    processes = [
        Described(str(place), f"run of {name}", output) for place, (name, output) in enumerate(texts)
    ]
    of_all = {(a, b) for a, b, _ in alike(processes)}
    of_one = {tuple(sorted(pair[:2])) for pair in alike_to(processes[0], processes[1:])}
    # `alike` leaves out pairs of texts that are the same as those of an earlier process.
    assert {pair for pair in of_all if "0" in pair} <= of_one


def test_scatter_joins_what_lies_at_one_place() -> None:
    drawn = scatter(
        [
            Plotted(1, "Clean", 1.0, 0.0, "dot"),
            Plotted(2, "Count", 0.25, 0.5, "keep"),
            Plotted(3, "Print", 1.0, 0.0, "later"),
        ]
    )
    assert [(dot.x, dot.y, dot.look, dot.said) for dot in drawn.dots] == [
        (5.0, 5.0, "dot", "1+1"),
        (50.0, 72.5, "keep", "2"),
    ]
    assert (drawn.total, drawn.worth) == (3, 2)
