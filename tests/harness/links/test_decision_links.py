"""Links that decide about money, as somebody hostile would use them. Each attack, what it gets, and that
nothing came of it."""

from __future__ import annotations

import io
import json
import logging
import secrets
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F

from outtask.journal.models import Entry, Saying
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.spending import approve_request
from outtask.messages.rendering import render as render_mail
from outtask.models import Approval, Commitment, KeyUsed, Link, Mail, Member
from outtask.people.actions import change_member, close_link
from outtask.people.states import Role
from outtask.spend.actions import reject_request, withdraw_request
from outtask.takeback.actions import take_back
from tests.harness.links.desk import Attack, Desk, at, get, press, raw
from tests.harness.tenants.parties import Answer, ask
from tests.harness.tenants.town import Town
from tests.harness.tenants.undoing import undone

pytestmark = pytest.mark.django_db

FORM = "decision=approve&version=1"
URLENCODED = "application/x-www-form-urlencoded"


# -- what happens meanwhile -------------------------------------------------------------------------------


def edited(desk: Desk) -> None:
    budget = desk.request.budget_id
    desk.act(edit_request, "roisin", request_id=desk.request.pk, version=1, budget_id=budget, reason="Now")


def withdrawn(desk: Desk) -> None:
    desk.act(withdraw_request, "roisin", request_id=desk.request.pk)


def rejected(desk: Desk) -> None:
    desk.act(reject_request, "joseph", request_id=desk.request.pk, version=1, note="Too dear")


def approved(desk: Desk) -> None:
    desk.act(approve_request, "joseph", request_id=desk.request.pk, version=1)


def closed(desk: Desk) -> None:
    desk.act(close_link, "imke", link_id=desk.link.pk)


def taken_back(desk: Desk) -> None:
    desk.act(take_back, "imke", outtask_id=desk.request.outtask_id, successor="ourselves")


def left(desk: Desk) -> None:
    Member.objects.filter(pk=desk.link.member_id).update(left_at=desk.town.now)


def demoted(desk: Desk) -> None:
    Member.objects.filter(pk=desk.link.member_id).update(role=Role.AUDITOR)


def limited(desk: Desk) -> None:
    _place(desk, limit_minor=100)


def referred_on(desk: Desk) -> None:
    limited(desk)
    approved(desk)


def _place(desk: Desk, **place: Any) -> None:
    joseph = desk.side.world.members["joseph"]
    given = {"role": joseph.role, "limit_minor": joseph.limit_minor, "reports_to_id": joseph.reports_to_id}
    desk.act(change_member, "imke", member_id=joseph.pk, **(given | place))


def redated(desk: Desk) -> None:
    Link.objects.filter(pk=desk.link.pk).update(version=F("version") + 1)


def signed_in_as(name: str) -> Any:
    return lambda desk: desk.sign_in(name)


def _flipped(token: str) -> str:
    return token.swapcase()


def _lookalike(token: str) -> str:
    return "\u0430" + token[1:]


def _next_week(desk: Desk) -> Answer:
    with time_machine.travel(desk.town.now + timedelta(days=7, seconds=1), tick=False):
        return desk.press()


WORDS = {"note": "Why?"}
ASKED = {"decision": "ask", **WORDS}

ATTACKS: dict[str, Attack] = {
    # scanners of mail, and whatever else follows links
    "a scanner looks": Attack(200, get()),
    "a scanner asks for the head": Attack(200, lambda desk: ask(desk.browser, "HEAD", desk.path)),
    "a browser fetches ahead": Attack(200, get(Purpose="prefetch", **{"Sec-Purpose": "prefetch"})),
    "a decision in the address": Attack(
        200, lambda desk: ask(desk.browser, "GET", f"{desk.path}?{FORM}&_method=POST")
    ),
    "a decision in the address of an empty form": Attack(
        200, lambda desk: ask(desk.browser, "POST", f"{desk.path}?{FORM}")
    ),
    "a method in a header": Attack(200, get(**{"X-HTTP-Method-Override": "POST", "X-Method": "POST"})),
    # other methods, other bodies
    "PUT": Attack(405, raw("PUT", FORM, URLENCODED)),
    "PATCH": Attack(405, raw("PATCH", FORM, URLENCODED)),
    "DELETE": Attack(405, raw("DELETE", FORM, URLENCODED)),
    "OPTIONS": Attack(405, raw("OPTIONS", FORM, URLENCODED)),
    "JSON": Attack(200, raw("POST", json.dumps({"decision": "approve", "version": 1}), "application/json")),
    "plain text, as forms elsewhere can send": Attack(200, raw("POST", FORM, "text/plain")),
    "XML": Attack(200, raw("POST", "<decision>approve</decision>", "text/xml")),
    "a broken multipart": Attack(400, raw("POST", "--x\r\nnothing", "multipart/form-data")),
    # another act than is offered
    "nothing pressed": Attack(422, press("")),
    "an act there is not": Attack(422, press("pay")),
    "an act in capitals": Attack(422, press("APPROVE")),
    "rejected without words": Attack(422, press("reject")),
    "asked without words": Attack(422, press("ask")),
    "words without end": Attack(422, press("reject", note="x" * 100_000)),
    "a version that is no number": Attack(422, press(version="1 OR 1=1")),
    # the moment has passed
    "changed since it was mailed": Attack(409, press(), edited),
    "changed, and the new version named": Attack(409, press(version="2"), edited),
    "withdrawn since": Attack(409, press(), withdrawn),
    "rejected since": Attack(409, press(), rejected),
    "approved since": Attack(409, press(), approved),
    "approved since, now rejected": Attack(409, press("reject", **WORDS), approved),
    "referred further up since": Attack(409, press(), referred_on),
    "taken back since": Attack(410, press(), taken_back),
    "closed by hand": Attack(410, press(), closed),
    "after seven days": Attack(410, _next_week),
    "a link of another version": Attack(409, press(version="2"), redated),
    # the wrong person
    "the approver has left": Attack(410, press(), left),
    "the approver may not approve any more": Attack(422, press(), demoted),
    "sent on to whoever asked, who is signed in": Attack(403, press(), signed_in_as("roisin")),
    "sent on to an administrator, who is signed in": Attack(403, press(), signed_in_as("nadia")),
    # the wrong link
    "a link to deliver": Attack(404, at(lambda desk: f"/l/{desk.side.things['deliver_token']}")),
    "a link to propose": Attack(200, at(lambda desk: f"/l/{desk.side.things['propose_token']}")),
    "a link to sign": Attack(200, at(lambda desk: f"/l/{desk.side.things['sign_token']}")),
    "an invitation": Attack(404, at(lambda desk: f"/l/{desk.side.things['invitation_token']}")),
    "as an invitation": Attack(404, at(lambda desk: f"/invitations/{desk.token}")),
    "its id": Attack(404, at(lambda desk: f"/l/{desk.link.pk}")),
    "its hash, as the database keeps it": Attack(404, at(lambda desk: f"/l/{desk.link.token_hash}")),
    "a guess": Attack(404, at(lambda desk: f"/l/{secrets.token_urlsafe(32)}")),
    "cut short": Attack(404, at(lambda desk: desk.path[:-1])),
    "one sign more": Attack(404, at(lambda desk: desk.path + "A")),
    "padded": Attack(404, at(lambda desk: desk.path + "=")),
    "large and small letters swapped": Attack(404, at(lambda desk: f"/l/{_flipped(desk.token)}")),
    "a letter of another script": Attack(404, at(lambda desk: f"/l/{_lookalike(desk.token)}")),
    "a hidden end": Attack(404, at(lambda desk: f"{desk.path}%00")),
    "a blank": Attack(404, at(lambda desk: f"{desk.path}%20")),
    "a new line": Attack(404, at(lambda desk: f"{desk.path}%0d%0aX-Evil:1")),
    "in the query": Attack(404, at(lambda desk: f"/l/?token={desk.token}")),
    "a path behind it": Attack(404, at(lambda desk: f"{desk.path}/milestones/1")),
    "a way up": Attack(404, at(lambda desk: f"{desk.path}/..%2f..%2fsettings")),
    "twice": Attack(404, at(lambda desk: f"{desk.path}/{desk.token}")),
    # from elsewhere
    "another host": Attack(400, lambda desk: _from(desk, HTTP_HOST="evil.example")),
    "a form of another site": Attack(403, lambda desk: _careless(desk, {})),
    "a form of another site, with its origin": Attack(
        403, lambda desk: _careless(desk, {"Origin": "https://evil.example"})
    ),
}  # fmt: skip


def _from(desk: Desk, **environ: str) -> Answer:
    return ask(desk.browser, "POST", desk.path, {"decision": "approve", "version": "1"}, **environ)


def _careless(desk: Desk, headers: dict[str, str]) -> Answer:
    desk.browser.client.handler.enforce_csrf_checks = True
    return ask(desk.browser, "POST", desk.path, {"decision": "approve", "version": "1"}, headers=headers)


def test_the_table_is_as_long_as_promised() -> None:
    assert len(ATTACKS) >= 40


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_comes_to_nothing(town: Town, name: str) -> None:
    desk, attack = Desk(town), ATTACKS[name]
    with undone():
        if attack.meanwhile:
            attack.meanwhile(desk)
        before = desk.standing()
        answer = attack.send(desk)
        assert (answer.status, answer.rows, desk.standing()) == (attack.status, 0, before)


def test_what_the_link_is_for_works(town: Town) -> None:
    """The control: the same press without an attack decides."""
    with undone():
        desk = Desk(town)
        assert desk.press_for_good().status == 303
        assert desk.standing()[0] == "committed"
        assert Commitment.objects.filter(agreement_id=desk.request.agreement_id).count() == 1


# -- the same press again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ({"key": "one"}, {"key": "one"}, 409),
        ({"key": "one"}, {"key": "two"}, 409),
        ({"key": "one"}, {"key": "one", "decision": "reject", "note": "No"}, 409),
        ({"key": "one", "decision": "reject", "note": "No"}, {"key": "two"}, 409),
        (
            {"key": "one", "decision": "ask", "note": "Why?"},
            {"key": "two", "decision": "ask", "note": "Why?"},
            422,
        ),
    ],
)
def test_a_link_decides_once(town: Town, first: dict[str, str], second: dict[str, str], status: int) -> None:
    with undone():
        desk = Desk(town)
        assert desk.press_for_good(**first).status == 303
        before = desk.standing()
        again = desk.press(**second)
        assert (again.status, again.rows, desk.standing()) == (status, 0, before)
        assert Approval.objects.filter(request=desk.request).count() == 1


@pytest.mark.parametrize(
    "field",
    ["amount_minor", "amount", "currency", "decider", "decider_id", "requested_by", "state", "budget",
     "budget_id", "limit", "by_link", "member", "organisation_id", "request_id", "reference", "now"],
)  # fmt: skip
def test_nothing_but_the_decision_is_taken_from_the_form(town: Town, field: str) -> None:
    """A legitimate press with one name too many does what it would have done without."""
    with undone():
        desk = Desk(town)
        foreign = town.foreign.things["request"]
        assert (
            desk.press_for_good(**{field: {"state": "draft", "reference": foreign}.get(field, "1")}).status
            == 303
        )
        plain = desk.standing()
    with undone():
        assert desk.press_for_good().status == 303
        assert desk.standing() == plain


def test_the_link_decides_on_its_own_version_whatever_the_form_says(town: Town) -> None:
    with undone():
        desk = Desk(town)
        assert desk.press_for_good(version="99").status == 303
        assert desk.standing()[:2] == ("committed", 1)


def test_above_the_limit_of_today_it_goes_further_up(town: Town) -> None:
    """Joseph's limit was lowered after the mail went out: his yes commits nothing."""
    with undone():
        desk = Desk(town)
        limited(desk)
        assert desk.press_for_good().status == 303
        assert desk.request.decider_id == desk.side.world.members["imke"].pk
        assert not Commitment.objects.filter(agreement_id=desk.request.agreement_id).exists()


# -- what the page and its surroundings give away ---------------------------------------------------------


def test_the_page_is_nobody_elses_business(town: Town) -> None:
    headers = ask(Desk(town).browser, "GET", Desk(town).path).headers
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"no-store", "private"} <= set(headers["Cache-Control"].replace(" ", "").split(","))
    policy = headers["Content-Security-Policy"]
    for directive in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ):
        assert directive in policy
    assert "unsafe" not in policy


def test_looking_leaves_no_session(town: Town) -> None:
    desk = Desk(town)
    desk.browser.client.get(desk.path)
    assert "sessionid" not in desk.browser.client.cookies


@pytest.mark.parametrize("place", ["?next=//evil.example/", "?next=https://evil.example/"])
def test_the_way_back_is_the_page_itself(town: Town, place: str) -> None:
    desk = Desk(town)
    answer = desk.press(path=desk.path + place, next="https://evil.example/")
    assert (answer.status, answer.headers["Location"]) == (303, desk.path)


def test_a_host_given_by_a_proxy_is_not_believed(town: Town) -> None:
    desk = Desk(town)
    answer = ask(desk.browser, "GET", desk.path, headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status == 200
    assert b"evil.example" not in answer.body


def test_words_are_shown_as_words(town: Town) -> None:
    with undone():
        desk = Desk(town)
        desk.press_for_good("reject", note="<script>alert(1)</script>{{ 7|add:7 }}")
        page = desk.browser.client.get(desk.path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


@pytest.mark.parametrize("meanwhile", [left, closed, taken_back])
def test_a_closed_link_tells_nothing_but_whom_to_ask(town: Town, meanwhile: Any) -> None:
    with undone():
        desk = Desk(town)
        told = desk.request.outtask.title, "412.00"
        meanwhile(desk)
        answer = ask(desk.browser, "GET", desk.path)
        assert answer.status == 410
        assert [words for words in told if words in answer.text] == []


def test_the_secret_stands_in_no_log(town: Town) -> None:
    """Not when it works, not when it does not, not when something breaks."""
    desk, kept = Desk(town), io.StringIO()
    handler = logging.StreamHandler(kept)
    root, before = logging.getLogger(), logging.root.manager.disable
    root.addHandler(handler)
    logging.disable(logging.NOTSET)
    try:
        for path in (desk.path, desk.path + "x", f"{desk.path}/elsewhere", f"/invitations/{desk.token}"):
            for method in ("GET", "POST", "PUT"):
                ask(desk.browser, method, path, {"decision": "approve"} if method == "POST" else None)
        ask(desk.browser, "GET", desk.path, HTTP_HOST="evil.example")
    finally:
        root.removeHandler(handler)
        logging.disable(before)
    assert desk.token not in kept.getvalue()
    assert "Not Found" in kept.getvalue()


def test_the_secret_stands_nowhere_in_the_database(town: Town) -> None:
    with undone():
        desk = Desk(town)
        token = desk.token
        desk.press_for_good(key=str(uuid.uuid4()))
        for entry in Entry.objects.all():
            assert token.encode() not in bytes(entry.body)
        assert not Saying.objects.filter(text__contains=token).exists()
        assert not KeyUsed.objects.filter(key__contains=token).exists()
        assert not Link.objects.filter(token_hash=token).exists()


def test_of_a_mail_only_its_words_hold_the_secret(town: Town) -> None:
    desk = Desk(town)
    mails = [mail for mail in Mail.objects.select_related("link") if mail.link_id == desk.link.pk]
    assert mails
    for mail in mails:
        assert desk.token not in json.dumps(mail.context) + mail.subject + mail.to_email + mail.dedupe
        made = render_mail(mail)
        assert desk.token in made.text
        assert desk.token not in made.subject + json.dumps(made.headers)
