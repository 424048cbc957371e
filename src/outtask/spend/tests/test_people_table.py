"""People and limits as a table: read, compared, taken in whole or not at all, and written back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outtask.api.tests.callers import Caller, token_for
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.models import Limit, Member, MemberInvitation, Rate
from outtask.people import actions as people
from outtask.people import queries
from outtask.people.tests.traces import entries, last, refused
from outtask.spend.actions import change_members, import_people, set_limit
from outtask.spend.importing import preview
from outtask.spend.people_table import NOTHING, House, Known, Row, compare, read, write
from outtask.spend.states import LimitPeriod
from tests.world import World

HEAD = "name,email,role,limit,currency,reports_to"


def take(world: World, text: str, who: str = "nadia") -> Any:
    rows = read(text.encode(), "GBP").rows
    given = {"rows": rows, "name": "people.csv", "sha256": "0" * 64}
    return import_people(actor=world.actor(who), now=world.now, **given)


def codes(world: World, text: str, who: str = "nadia") -> list[tuple[int, str | None, str]]:
    found = preview(world.actor(who), text.encode(), "people.csv", world.now)
    return [(error.row, error.column, error.code) for error in found.errors]


# ---- reading ----


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ("Ann,ann@x.example,Manager,500,,", Row(2, "ann@x.example", "Ann", "manager", Money(50_000, "GBP"))),
        (",ANN@x.example ,programme manager,,,", Row(2, "ann@x.example", "", "programme_manager")),
        (",ann@x.example,,none,,nobody", Row(2, "ann@x.example", limit=NOTHING, reports_to=NOTHING)),
        ("'=Ann,ann@x.example,,£12.50,GBP,", Row(2, "ann@x.example", "=Ann", limit=Money(1250, "GBP"))),
    ],
)
def test_a_row_says(cells: str, row: Row) -> None:
    assert read(f"{HEAD}\n{cells}\n".encode(), "GBP").rows == (row,)


def test_further_limits_by_period_category_and_currency() -> None:
    text = "email;currency;limit_day;Limit Month:72000000-5;limit_year\na@x.example;EUR;10,50;USD 7;none\n"
    (row,) = read(text.encode(), "GBP").rows
    assert row.limits == (
        ((LimitPeriod.DAY, ""), Money(1050, "EUR")),
        ((LimitPeriod.MONTH, "72"), Money(700, "USD")),
        ((LimitPeriod.YEAR, ""), NOTHING),
    )


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ("Ann,nowhere,,,,", "email", "address_form"),
        ("Ann,ann@x.example,king,,,", "role", "role_unknown"),
        ("Ann,ann@x.example,,lots,,", "limit", "amount_unreadable"),
        ("Ann,ann@x.example,,-5,,", "limit", "limit_range"),
        ("Ann,ann@x.example,,1e3,,", "limit", "amount_unreadable"),
        ("Ann,ann@x.example,,5.001,,", "limit", "too_many_decimals"),
        ("Ann,ann@x.example,,5,EUR,", "limit", "limit_currency"),
        ("Ann,ann@x.example,,5,QQQ,", "currency", "currency_unknown"),
        ("Ann,ann@x.example,,,,boss", "reports_to", "address_form"),
        (f"{'n' * 201},ann@x.example,,,,", "name", "name_long"),
    ],
)
def test_what_is_wrong_names_row_and_column(cells: str, column: str, code: str) -> None:
    found = read(f"{HEAD}\n{cells}\n".encode(), "GBP")
    assert [(error.row, error.column) for error in found.errors] == [(2, column)]
    assert found.rows == () and found.errors[0].reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        ("name,role\nAnn,manager\n", "column_missing"),
        ("email,e-mail\na@x.example,b@x.example\n", "column_twice"),
        ("email,limit_week\na@x.example,5\n", "limit_column"),
        ("email,limit_month:paper\na@x.example,5\n", "limit_column"),
        ("email,limit_month:\na@x.example,5\n", "limit_column"),
        ('email\n"a@x.example\n', "quote_broken"),
    ],
)
def test_a_file_of_no_use_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as problem:
        read(text.encode(), "GBP")
    assert problem.value.refusal.code == code


def test_a_person_stands_once() -> None:
    found = read(b"email\na@x.example\nA@X.example\n", "GBP")
    assert [(row.number, row.email) for row in found.rows] == [(2, "a@x.example")]
    assert [(error.row, error.code) for error in found.errors] == [(3, "row_twice")]


_AMOUNTS = st.integers(0, 10**9)
_PEOPLE = st.lists(
    st.tuples(
        st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20),
        st.sampled_from(["manager", "requester", "finance", "owner"]),
        st.none() | _AMOUNTS,
        st.dictionaries(
            st.tuples(st.sampled_from(LimitPeriod), st.sampled_from(["", "72", "7996"])),
            st.builds(Money, _AMOUNTS, st.sampled_from(["GBP", "JPY", "KWD"])),
            max_size=3,
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(_PEOPLE)
def test_what_is_written_changes_nothing_when_it_is_read(people: Any) -> None:
    known = [
        Known(
            new_id(),
            f"p{place}@x.example",
            name,
            role,
            minor,
            f"p{place - 1}@x.example" if place else "",
            limits,
        )
        for place, (name, role, minor, limits) in enumerate(people)
    ]
    reading = read(write(known, "GBP").encode(), "GBP")
    house = House({each.email: each for each in known}, frozenset(), None, "owner", frozenset({"GBP"}))
    found = compare(reading.rows, house)
    assert (reading.errors, found.written, found.unchanged) == ((), 0, len(known))
    assert found.errors == []


# ---- taking in ----


def test_unknown_addresses_are_invited_and_known_ones_changed(world: World) -> None:
    text = (
        f"{HEAD},limit_month,limit_year:72\n"
        "Sefa Lund,sefa@x.example,manager,900,,imke@harbour.example,2000,\n"
        "Timo Berg,timo@x.example,requester,,,sefa@x.example,,500\n"
        ",roisin@harbour.example,,250,,imke@harbour.example,600,\n"
        ",joseph@harbour.example,,1500,,,,\n"
    )
    done = take(world, text)
    assert done.values == {"invited": 2, "changed": 1, "unchanged": 1, "waiting": 0}
    roisin = Member.objects.get(pk=world.member("roisin").pk)
    assert (roisin.limit_minor, roisin.reports_to, roisin.role) == (25_000, world.member("imke"), "requester")
    limit = Limit.objects.get()
    assert (limit.member, limit.period, limit.amount_minor) == (roisin, "month", 60_000)
    told = entries(world.organisation.pk)
    assert [kind for kind, _ in told[-5:]] == [
        "people.imported", "member.invited", "member.invited", "member.changed", "limit.set",
    ]  # fmt: skip
    assert told[-5][1] == {
        "file": "people.csv", "sha256": "0" * 64, "invited": 2, "changed": 1, "unchanged": 1,
    }  # fmt: skip
    again = take(world, text)
    assert again.values == {"invited": 0, "changed": 0, "unchanged": 2, "waiting": 2}


def join(world: World, email: str) -> Member:
    invitation = MemberInvitation.objects.get(email=email)
    people.accept_invitation(
        actor=queries.coming_member(invitation, None),
        now=world.now,
        invitation_id=invitation.pk,
        name=email.split("@")[0].title(),
        password_hash="argon2$nothing",
    )
    return Member.objects.get(person__email=email)


def test_whoever_was_invited_gets_their_limits_and_line_when_they_join(world: World) -> None:
    """In whichever order they come: the one below may be here before the one above."""
    take(
        world,
        f"{HEAD},limit_month,limit_year:72\n"
        "Sefa,sefa@x.example,manager,900,,imke@harbour.example,2000,\n"
        "Timo,timo@x.example,requester,,,sefa@x.example,,500\n",
    )
    timo = join(world, "timo@x.example")
    assert timo.reports_to is None
    limit = Limit.objects.get(member=timo)
    assert (limit.period, limit.category, limit.amount_minor) == ("year", "72", 50_000)
    assert limit.set_by == world.member("nadia")
    sefa = join(world, "sefa@x.example")
    timo.refresh_from_db()
    assert (sefa.reports_to, timo.reports_to) == (world.member("imke"), sefa)
    assert last(world.organisation.pk)[0] == "limit.set"
    assert "member.changed" in [kind for kind, _ in entries(world.organisation.pk)[-3:]]


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("Ann,ann@x.example,,,,", [(2, "role", "role_missing")]),
        ("Ann,ann@x.example,owner,,,", [(2, "role", "owners_only")]),
        (",imke@harbour.example,,5,,", [(2, None, "owners_only")]),
        (",nadia@harbour.example,,5,,", [(2, None, "own_role")]),
        (",joseph@harbour.example,,,,ghost@x.example", [(2, "reports_to", "boss_absent")]),
        (
            ",imke@harbour.example,,,,roisin@harbour.example",
            [(2, None, "owners_only")],
        ),
        (
            ",joseph@harbour.example,,,,roisin@harbour.example",
            [(2, "reports_to", "reports_in_circle")],
        ),
        (
            "Ann,ann@x.example,manager,,,bo@x.example\nBo,bo@x.example,manager,,,ann@x.example",
            [(2, "reports_to", "reports_in_circle"), (3, "reports_to", "reports_in_circle")],
        ),
        (
            "Ann,ann@x.example,manager,,,\n,joseph@harbour.example,,,,ann@x.example",
            [(3, "reports_to", "boss_coming")],
        ),
        (",oskar@fold.example,,5,,", [(2, "role", "role_missing")]),
    ],
)
def test_one_wrong_row_and_nothing_is_done(world: World, rows: str, wrong: list[Any]) -> None:
    text = f"{HEAD}\n{rows}\n,roisin@harbour.example,,777,,\n"
    found = codes(world, text)
    assert found == wrong
    assert "rows_wrong" in refused(take, world=world, text=text)
    assert not MemberInvitation.objects.exists()
    assert Member.objects.get(pk=world.member("roisin").pk).limit_minor == 20_000


def test_the_last_owner_stays_and_a_new_one_may_take_over_in_the_same_file(world: World) -> None:
    down = ",imke@harbour.example,admin,,,\n"
    assert codes(world, f"{HEAD}\n{down}", "imke") == [(2, "role", "last_owner")]
    take(world, f"{HEAD}\n{down},joseph@harbour.example,owner,,,\n", "imke")
    assert set(Member.objects.filter(role="owner", organisation=world.organisation)) == {
        world.member("joseph")
    }


def test_only_who_manages_people_imports(world: World) -> None:
    for who in ("joseph", "roisin", "dunstan", "ada"):
        assert refused(take, world=world, text=f"{HEAD}\n,ada@harbour.example,,5,,\n", who=who) == [
            "not_allowed"
        ]


def test_a_limit_needs_a_rate_and_none_takes_it_away(world: World) -> None:
    text = f"{HEAD},limit_day\n,joseph@harbour.example,,,USD,,100\n"
    assert codes(world, text) == [(2, "limit_day", "no_rate")]
    day = world.now.date()
    noted = {"per_unit": "0.8", "day": day, "noted_by": world.member("imke")}
    Rate.objects.create(organisation=world.organisation, currency="USD", **noted)
    take(world, text)
    assert Limit.objects.get().currency == "USD"
    take(world, f"{HEAD},limit_day\n,joseph@harbour.example,,none,,none,none\n")
    joseph = Member.objects.get(pk=world.member("joseph").pk)
    assert (joseph.limit_minor, joseph.reports_to, Limit.objects.get().ended_at) == (None, None, world.now)
    assert last(world.organisation.pk)[0] == "limit.ended"


def test_taken_out_and_in_nothing_changes(world: World) -> None:
    for period, category, amount in (("month", "", 7_000), ("need", "72", 9_000)):
        set_limit(
            actor=world.actor("nadia"),
            now=world.now,
            member_id=world.member("joseph").pk,
            period=period,
            amount=Money(amount, "GBP"),
            category=category,
        )
    answer = world.client("nadia").get("/settings/members.csv")
    assert answer.text.splitlines()[0] == f"{HEAD},limit_month,limit_need:72"
    done = take(world, answer.text)
    assert done.values == {"invited": 0, "changed": 0, "unchanged": 6, "waiting": 0}


# ---- several at once ----


def several(world: World, *names: str, who: str = "nadia", **what: Any) -> Any:
    ids = [world.member(name).pk for name in names]
    return change_members(actor=world.actor(who), now=world.now, member_ids=ids, **what)


def test_several_get_the_same(world: World) -> None:
    key = ((LimitPeriod.MONTH, ""), Money(5_000, "GBP"))
    nadia = world.member("nadia").pk
    done = several(world, "joseph", "roisin", limit=Money(999, "GBP"), reports_to_id=nadia, limits=[key])
    assert done["changed"] == 2
    for row in Member.objects.filter(pk__in=[world.member("joseph").pk, world.member("roisin").pk]):
        assert (row.limit_minor, row.reports_to_id) == (999, nadia)
    assert Limit.objects.count() == 2
    assert several(world, "joseph", reports_to_id=NOTHING)["changed"] == 1


@pytest.mark.parametrize(
    ("names", "what", "code"),
    [
        ([], {"limit": NOTHING}, "nobody_chosen"),
        (["joseph"], {}, "nothing_to_do"),
        (["joseph", "nadia"], {"limit": Money(5, "GBP")}, "own_role"),
        (["joseph", "imke"], {"limit": Money(5, "GBP")}, "owners_only"),
    ],
)
def test_several_or_none(world: World, names: list[str], what: Any, code: str) -> None:
    assert code in refused(several, **{"world": world} | what) if not names else True
    if names:
        with pytest.raises(Refused) as problem:
            several(world, *names, **what)
        assert code in [refusal.code for refusal in problem.value.refusals]
    assert Member.objects.get(pk=world.member("joseph").pk).limit_minor == 150_000


# ---- pages and the API ----


def sent(text: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("people.csv", text.encode(), "text/csv")}


def test_the_pages_look_first_and_then_do_it(world: World) -> None:
    nadia = world.client("nadia")
    wrong = nadia.post("/settings/members/import", sent(f"{HEAD}\nAnn,ann@x.example,king,,,\n"), follow=True)
    assert "This is no role." in wrong.text and "Do all of it" not in wrong.text
    right = f"{HEAD}\nAnn,ann@x.example,manager,10,,imke@harbour.example\n"
    to = nadia.post("/settings/members/import", sent(right)).headers["Location"]
    shown = nadia.get(to)
    assert "Do all of it" in shown.text and "ann@x.example" in shown.text
    assert not MemberInvitation.objects.exists()
    given = {"sha256": to.partition("=")[2], "key": "k"}
    for _ in range(2):
        assert (
            nadia.post("/settings/members/import/preview", given).headers["Location"] == "/settings/members"
        )
    assert MemberInvitation.objects.get().limit_minor == 1_000
    assert world.client("joseph").get("/settings/members/import").status_code == 403


def test_the_page_for_several(world: World) -> None:
    nadia, joseph = world.client("nadia"), world.client("joseph")
    page = "/settings/members/together"
    assert 'name="member_ids"' in nadia.get(page).text
    form = {"member_ids": [str(world.member("roisin").pk)], "limit": "33.00", "currency": "GBP"}
    more = {"period": "month", "amount": "70", "category": "72"}
    assert nadia.post(page, form | more).status_code == 303
    assert Member.objects.get(pk=world.member("roisin").pk).limit_minor == 3_300
    assert Limit.objects.get().category == "72"
    assert "Tick at least one member." in nadia.post(page, {"currency": "GBP"}).text
    assert "Choose over what time" in nadia.post(page, form | {"amount": "5"}).text
    assert " disabled " in joseph.get(page).text
    assert joseph.post(page, form).status_code == 422


def test_the_same_by_the_api(world: World) -> None:
    nadia = Caller(token_for(world.member("nadia"), timezone.now(), "manage_people"))
    body = {"member_ids": [str(world.member("roisin").pk)], "limit_minor": 5, "limits": [{"period": "day"}]}
    assert nadia.post("/members/changes", body).json()["changed"] == 1
    assert Member.objects.get(pk=world.member("roisin").pk).limit_minor == 5
