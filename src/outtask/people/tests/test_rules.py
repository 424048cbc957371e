"""The rules of the people room, case by case, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.actor import Actor, ActorKind, clock
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import LARGEST_MINOR
from outtask.people import rules
from outtask.people.duties import Duties, Duty, used_exception, why_not_duty
from outtask.people.roles import LABELS, LINK_RIGHTS, PROGRAM_RIGHTS, ROLES, Right, may
from outtask.people.states import MEMBER_INVITATION, InvitationState, ProviderKind, Purpose, Relation, Role

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HERE = new_id()


def code(answer: object) -> str | None:
    return answer.code if answer is not None else None  # type: ignore[attr-defined]


# --- who may: the whole matrix, written out by hand so that a slip in the table is seen -------------------

# owner admin manager requester programme_manager finance auditor broker
MATRIX = {
    Right.READ: "o a m r p f u b",
    Right.MANAGE_PEOPLE: "o a",
    Right.MANAGE_ORGANISATION: "o a",
    Right.MANAGE_PROVIDERS: "o a m r p b",
    Right.JUDGE: "o a m p b",
    Right.IMPORT: "o a p b",
    Right.BRIEF: "o a m r p b",
    Right.AWARD: "o a m p b",
    Right.AGREE: "o a m p b",
    Right.REQUEST: "o a m r p b",
    Right.APPROVE: "o a m p f",
    Right.MANAGE_BUDGETS: "o a f",
    Right.VERIFY: "o a m r p b",
    Right.APPROVE_INVOICE: "o a m f",
    Right.PAY: "o a f",
    Right.TAKE_BACK: "o a m r p b",
    Right.MEASURE: "o a m p b",
    Right.WRITE: "o a m r p f b",
    Right.PROPOSE: "",
    Right.SIGN_AS_PROVIDER: "",
    Right.HAND_IN: "",
    Right.INVOICE: "o a m p f b",
}
LETTERS = {
    Role.OWNER: "o",
    Role.ADMIN: "a",
    Role.MANAGER: "m",
    Role.REQUESTER: "r",
    Role.PROGRAMME_MANAGER: "p",
    Role.FINANCE: "f",
    Role.AUDITOR: "u",
    Role.BROKER: "b",
}
BY_LINK = {
    Purpose.PROPOSE: {Right.READ, Right.PROPOSE, Right.WRITE},
    Purpose.SIGN: {Right.READ, Right.SIGN_AS_PROVIDER, Right.WRITE},
    Purpose.DELIVER: {Right.READ, Right.HAND_IN, Right.INVOICE, Right.WRITE},
    Purpose.DECIDE: {Right.READ, Right.APPROVE},
}


def test_the_matrix_and_the_tables_are_complete() -> None:
    assert set(MATRIX) == set(Right) == set(ROLES) == set(LABELS)
    assert set(LETTERS) == set(Role)
    assert set(BY_LINK) == set(Purpose) == set(LINK_RIGHTS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_role_carries_exactly_its_rights(role: Role, right: Right) -> None:
    answer = may(Actor(ActorKind.MEMBER, HERE, id=new_id(), role=role), right)
    assert code(answer) == (None if LETTERS[role] in MATRIX[right].split() else "not_allowed")


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("right", Right)
def test_a_link_carries_exactly_its_rights(purpose: Purpose, right: Right) -> None:
    answer = may(Actor(ActorKind.GUEST, HERE, id=new_id(), purpose=purpose), right)
    assert code(answer) == (None if right in BY_LINK[purpose] else "not_allowed")


def test_the_clock_may_everything() -> None:
    assert all(may(clock(HERE), right) is None for right in Right)


@pytest.mark.parametrize("right", list(Right))
def test_a_program_may_what_its_provider_may_within_its_scopes(right: Right) -> None:
    unbound = Actor(ActorKind.PROGRAM, HERE, id=new_id(), scopes=frozenset(Right))
    assert (may(unbound, right) is None) == (right in PROGRAM_RIGHTS)
    reader = Actor(ActorKind.PROGRAM, HERE, id=new_id(), scopes=frozenset({Right.READ.value}))
    assert (may(reader, right) is None) == (right is Right.READ)


def test_a_refusal_names_who_may() -> None:
    answer = may(Actor(ActorKind.MEMBER, HERE, id=new_id(), role=Role.REQUESTER), Right.PAY)
    assert "admin, finance, owner" in str(answer)
    assert "record payments" in str(answer)
    only = may(Actor(ActorKind.MEMBER, HERE, id=new_id(), role=Role.OWNER), Right.HAND_IN)
    assert "link" in str(only)


# --- separate duties --------------------------------------------------------------------------------------

ME, OTHER = new_id(), new_id()


@pytest.mark.parametrize("held", Duty)
@pytest.mark.parametrize("wanted", Duty)
def test_one_person_holds_one_duty(held: Duty, wanted: Duty) -> None:
    duties = Duties({held: frozenset({ME})})
    assert code(why_not_duty(ME, wanted, duties)) == (None if held is wanted else "separate_duties")
    assert why_not_duty(OTHER, wanted, duties) is None
    excepted = Duties({held: frozenset({ME})}, exception=True)
    assert why_not_duty(ME, wanted, excepted) is None
    assert used_exception(ME, wanted, excepted) is (held is not wanted)
    assert not used_exception(OTHER, wanted, excepted)


def test_nobody_verifies_what_they_delivered_exception_or_not() -> None:
    for exception in (False, True):
        duties = Duties({}, delivered=frozenset({ME}), exception=exception)
        assert code(why_not_duty(ME, Duty.ACCEPT, duties)) == "delivered_it"
        assert why_not_duty(ME, Duty.PAY, duties) is None


def test_only_a_person_holds_a_duty() -> None:
    assert code(why_not_duty(None, Duty.PAY, Duties({}))) == "no_person"


# --- members ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "target", "new", "themselves", "expected"),
    [
        (Role.OWNER, Role.OWNER, Role.FINANCE, True, None),
        (Role.OWNER, Role.OWNER, None, False, None),
        (Role.OWNER, None, Role.OWNER, False, None),
        (Role.ADMIN, None, Role.OWNER, False, "owners_only"),
        (Role.ADMIN, None, Role.ADMIN, False, None),
        (Role.ADMIN, Role.REQUESTER, Role.OWNER, False, "owners_only"),
        (Role.ADMIN, Role.OWNER, Role.OWNER, False, "owners_only"),
        (Role.ADMIN, Role.OWNER, None, False, "owners_only"),
        (Role.ADMIN, Role.ADMIN, Role.ADMIN, True, "own_role"),
        (Role.ADMIN, Role.ADMIN, None, True, None),
        (Role.ADMIN, Role.MANAGER, Role.FINANCE, False, None),
        (Role.REQUESTER, Role.REQUESTER, None, True, None),
    ],
)
def test_owners_alone_make_owners(
    actor: Role, target: Role | None, new: Role | None, themselves: bool, expected: str | None
) -> None:
    answer = rules.why_not_manage(actor, target_role=target, new_role=new, themselves=themselves)
    assert code(answer) == expected


@pytest.mark.parametrize(
    ("target", "new", "owners", "expected"),
    [
        (Role.OWNER, None, 1, "last_owner"),
        (Role.OWNER, Role.ADMIN, 1, "last_owner"),
        (Role.OWNER, Role.OWNER, 1, None),
        (Role.OWNER, None, 2, None),
        (Role.ADMIN, None, 1, None),
    ],
)
def test_an_organisation_keeps_an_owner(
    target: Role, new: Role | None, owners: int, expected: str | None
) -> None:
    assert code(rules.why_not_without_owner(target, new, owners)) == expected


IDS = [UUID(int=number) for number in range(8)]


def test_whom_one_refers_to() -> None:
    a, b, c, d = IDS[:4]
    line = {a: None, b: a, c: b}
    assert rules.why_not_report_to(c, None, line) is None
    assert rules.why_not_report_to(c, a, line) is None
    assert code(rules.why_not_report_to(a, c, line)) == "reports_in_circle"
    assert code(rules.why_not_report_to(a, a, line)) == "reports_in_circle"
    assert code(rules.why_not_report_to(a, d, line)) == "boss_absent"
    assert rules.why_not_report_to(None, c, line) is None


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([None, *IDS])), max_size=40))
def test_however_often_the_line_is_changed_every_way_up_ends(changes: list[tuple[UUID, UUID | None]]) -> None:
    line: dict[UUID, UUID | None] = dict.fromkeys(IDS)
    for member, boss in changes:
        if rules.why_not_report_to(member, boss, line) is None:
            line[member] = boss
    for member in IDS:
        step, steps = line[member], 0
        while step is not None:
            step, steps = line[step], steps + 1
            assert steps <= len(IDS)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, None), (0, None), (LARGEST_MINOR, None), (-1, "limit_range"), (LARGEST_MINOR + 1, "limit_range")],
)
def test_limits(limit: int | None, expected: str | None) -> None:
    assert code(rules.why_not_limit(limit)) == expected


def test_roles_zones_currencies_names_addresses() -> None:
    assert all(rules.why_not_role(role) is None for role in Role)
    assert code(rules.why_not_role("king")) == "role_unknown"
    assert rules.why_not_zone("Europe/Lisbon") is None
    for zone in ("", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "a\0b"):
        assert code(rules.why_not_zone(zone)) == "zone_unknown", zone
    assert rules.why_not_currency("JPY") is None
    assert code(rules.why_not_currency("eur")) == "currency_unknown"
    assert rules.why_not_name("Imke") is None
    assert code(rules.why_not_name("  ")) == "name_missing"
    assert code(rules.why_not_name("x" * 201)) == "name_long"
    assert rules.why_not_address(" Imke@Example.ORG ") is None
    for address in ("", "imke", "@example.org", "imke@", "a b@c.d", "a@b@c"):
        assert code(rules.why_not_address(address)) == "address_form", address
    assert rules.plain_address(" Imke@Example.ORG ") == "imke@example.org"


# --- founding, inviting, joining --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("real", "known", "sample", "expected"),
    [
        (0, False, False, None),
        (0, False, True, None),
        (1, False, False, "already_founded"),
        (1, True, False, None),
        (1, False, True, None),
    ],
)
def test_who_may_found(real: int, known: bool, sample: bool, expected: str | None) -> None:
    assert code(rules.why_not_found(real_organisations=real, founder_known=known, sample=sample)) == expected


def test_who_may_be_invited() -> None:
    members, invited = {"imke@h.example"}, {"jo@h.example"}
    assert rules.why_not_invite("ada@h.example", members=members, invited=invited) is None
    assert code(rules.why_not_invite("imke@h.example", members=members, invited=invited)) == "member_already"
    assert code(rules.why_not_invite("jo@h.example", members=members, invited=invited)) == "invited_already"


ENDS = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (rules.Acceptance("sent", ENDS, "a@h.example"), None),
        (rules.Acceptance("sent", ENDS, "a@h.example", account="a@h.example", taken=True), None),
        (rules.Acceptance("sent", ENDS, "a@h.example", taken=True), "sign_in_first"),
        (rules.Acceptance("sent", ENDS, "a@h.example", account="b@h.example"), "other_address"),
        (rules.Acceptance("sent", NOW, "a@h.example"), "invitation_ended"),
        (rules.Acceptance("sent", ENDS, "a@h.example", inviter_stays=False), "inviter_left"),
        (rules.Acceptance("accepted", ENDS, "a@h.example"), "wrong_state"),
        (rules.Acceptance("withdrawn", ENDS, "a@h.example"), "wrong_state"),
    ],
)
def test_who_may_accept(facts: rules.Acceptance, expected: str | None) -> None:
    assert code(rules.why_not_accept(facts, NOW)) == expected


def test_the_life_of_an_invitation_as_a_table() -> None:
    allowed = {(state, act) for state in InvitationState for act in ("accept", "withdraw")} & set(
        MEMBER_INVITATION.table
    )
    assert allowed == {(InvitationState.SENT, "accept"), (InvitationState.SENT, "withdraw")}
    assert MEMBER_INVITATION.terminal == {InvitationState.ACCEPTED, InvitationState.WITHDRAWN}


@pytest.mark.parametrize(
    ("members", "declared", "reason", "expected"),
    [
        (1, False, "I am alone.", None),
        (1, False, " ", "reason_missing"),
        (1, True, "Again.", "declared_already"),
        (2, False, "We are two.", "not_alone"),
    ],
)
def test_the_exception_is_for_one_alone(
    members: int, declared: bool, reason: str, expected: str | None
) -> None:
    assert code(rules.why_not_declare(members, declared=declared, reason=reason)) == expected


# --- providers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (rules.ProviderFacts("person", "Marek"), []),
        (rules.ProviderFacts("firm", "Kestrel", "work@kestrel.example", "GB"), []),
        (rules.ProviderFacts("program", "Checker"), ["owner_missing"]),
        (rules.ProviderFacts("agent", "Pagewright"), ["owner_missing"]),
        (rules.ProviderFacts("agent", "Pagewright", has_owner=True), []),
        (rules.ProviderFacts("robot", "R2"), ["kind_unknown"]),
        (rules.ProviderFacts("firm", "", "nobody", "gb"), ["name_missing", "address_form", "country_form"]),
        (rules.ProviderFacts("firm", "K", same_email="Kestrel"), ["provider_twice"]),
        (rules.ProviderFacts("firm", "Kestrel", same_name="kestrel"), ["provider_twice"]),
        (rules.ProviderFacts("firm", "Kestrel", same_name="kestrel", anyway=True), []),
    ],
)
def test_what_a_provider_needs(facts: rules.ProviderFacts, expected: list[str]) -> None:
    assert [refusal.code for refusal in rules.why_not_provider(facts)] == expected


def test_a_second_provider_names_the_first() -> None:
    (refusal,) = rules.why_not_provider(rules.ProviderFacts("firm", "K", same_email="Kestrel Data Ltd"))
    assert "Kestrel Data Ltd" in str(refusal)
    assert refusal.field == "email"


@pytest.mark.parametrize("relation", Relation)
def test_blocking_and_relations(relation: Relation) -> None:
    blocked = relation is Relation.BLOCKED
    assert code(rules.why_not_block(relation, "Late three times.")) == (
        "blocked_already" if blocked else None
    )
    assert code(rules.why_not_relation(relation)) == ("relation_unknown" if blocked else None)
    assert code(rules.why_not_block(Relation.NEW, "")) == "reason_missing"


def test_every_kind_of_provider_is_known() -> None:
    for kind in ProviderKind:
        assert rules.why_not_provider(rules.ProviderFacts(kind, "Anybody", has_owner=True)) == ()


@pytest.mark.parametrize(
    ("relation", "done", "then"),
    [
        ("new", 0, "new"),
        ("new", 1, "occasional"),
        ("new", 3, "regular"),
        ("occasional", 0, "occasional"),
        ("occasional", 2, "occasional"),
        ("occasional", 3, "regular"),
        ("regular", 1, "regular"),
        ("former", 9, "former"),
        ("blocked", 9, "blocked"),
    ],
)
def test_work_that_was_done_makes_a_provider_known(relation: str, done: int, then: str) -> None:
    assert rules.relation_after(relation, done) == then
