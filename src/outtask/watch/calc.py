"""Limits and detectors by plain JSON: what holds a request or an invoice up, anybody can compute again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.watch import rules, sweeps
from outtask.watch.rules import Asked, Bill, Finding, Parameters, Paying, Progress, Shown

type Input = Mapping[str, Any]
type Output = dict[str, Any]
_LONGEST = 10**15


def spend(given: Input) -> Output:
    """Limits and the detectors that hold spending for review.

    In, each a list that may be left out; amounts in minor units, `at` a day or an instant (ISO 8601):
      `requests`: id, by, provider, amount_minor, at; if wanted team (else by), agreement (else id), text,
          limit_minor (of whoever asks, for one need), committed_minor (of the need already);
      `invoices`: id, provider, number, amount_minor, at; if wanted currency, accounts, accepted_minor,
          committed_minor, invoiced_minor (of the commitment, this invoice included);
      `acceptances`: id; files, links, checks (those that passed), counts;
      `payments`: id, by, at, provider_known_since; if wanted paid_before, and accounts_noted (by, at);
      `budget`: authorised_minor, committed_minor, paid_minor; `parameters` of the detectors.
    Out: `findings` (subject, detector, evidence); `limits`, for each request with a limit whether it is
    `within` it or `above`; and with a budget `available_minor`, with the requests in their order as long as
    it holds them: `budget` (request, held, available_minor).
    """
    terms = _parameters(given.get("parameters") or {})
    requests = [_asked(one, place) for one, place in _each(given, "requests")]
    bills = [_bill(one, place) for one, place in _each(given, "invoices")]
    found: list[tuple[str, Finding]] = [
        *sweeps.splits(requests, terms),
        *sweeps.just_belows(requests, terms),
        *sweeps.duplicates(bills),
        *_single(given, "invoices", lambda one, place: _over(one, place, terms)),
        *_single(given, "acceptances", lambda one, place: [rules.no_evidence(_shown(one, place))]),
        *_single(given, "payments", lambda one, place: _payment(_paying(one, place), terms)),
    ]
    out: Output = {
        "findings": [
            {"subject": subject, "detector": finding.detector.value, "evidence": dict(finding.evidence)}
            for subject, finding in found
        ],
        "limits": [_limit(one, place) for one, place in _each(given, "requests") if "limit_minor" in one],
    }
    return out | (_budget(_mapping(given["budget"], "budget"), requests) if given.get("budget") else {})


def _limit(one: Input, place: str) -> Output:
    needed = _minor(one, "committed_minor", place, 0) + _minor(one, "amount_minor", place)
    limit = _minor(one, "limit_minor", place)
    verdict = "within" if needed <= limit else "above"
    return {"request": one["id"], "verdict": verdict, "needed_minor": needed, "limit_minor": limit}


def _budget(budget: Input, requests: list[Asked]) -> Output:
    put_in, *gone = (
        _minor(budget, name, "budget", 0) for name in ("authorised_minor", "committed_minor", "paid_minor")
    )
    available = put_in - sum(gone)
    out: Output = {"available_minor": available, "budget": []}
    for asked in requests:
        held = asked.amount <= available
        out["budget"].append({"request": asked.id, "held": held, "available_minor": available})
        available -= asked.amount if held else 0
    return out


def _single(
    given: Input, name: str, look: Callable[[Input, str], list[Finding | None]]
) -> Iterator[tuple[str, Finding]]:
    for one, place in _each(given, name):
        yield from ((_text(one, "id", place), finding) for finding in look(one, place) if finding is not None)


def _over(one: Input, place: str, terms: Parameters) -> list[Finding | None]:
    if "accepted_minor" not in one:
        return []
    accepted = _minor(one, "accepted_minor", place)
    invoiced = _minor(one, "invoiced_minor", place, _minor(one, "amount_minor", place))
    committed = _minor(one, "committed_minor", place, accepted)
    return [rules.over_progress(Progress(committed, accepted, invoiced), terms)]


def _payment(paying: Paying, terms: Parameters) -> list[Finding | None]:
    return [rules.new_fast(paying, terms), rules.bank_changed(paying, terms)]


def _asked(one: Input, place: str) -> Asked:
    return Asked(
        id=_text(one, "id", place),
        person=_text(one, "by", place),
        team=_text(one, "team", place, _text(one, "by", place)),
        provider=_text(one, "provider", place),
        agreement=_text(one, "agreement", place, _text(one, "id", place)),
        amount=_minor(one, "amount_minor", place),
        limit=_minor(one, "limit_minor", place) if one.get("limit_minor") is not None else None,
        at=_instant(one, "at", place),
        text=_text(one, "text", place, ""),
    )


def _bill(one: Input, place: str) -> Bill:
    accounts = one.get("accounts") or []
    if not isinstance(accounts, list) or not all(isinstance(account, str) for account in accounts):
        raise _wrong(f"{place}.accounts", N_("A list of texts is needed here."))
    return Bill(
        id=_text(one, "id", place),
        provider=_text(one, "provider", place),
        number=_text(one, "number", place),
        amount=_minor(one, "amount_minor", place),
        currency=_text(one, "currency", place, ""),
        at=_instant(one, "at", place),
        accounts=frozenset(accounts),
    )


def _shown(one: Input, place: str) -> Shown:
    return Shown(*(_minor(one, name, place, 0) for name in ("files", "links", "checks")))


def _paying(one: Input, place: str) -> Paying:
    return Paying(
        at=_instant(one, "at", place),
        payer=_text(one, "by", place),
        known_since=_instant(one, "provider_known_since", place),
        paid_before=_minor(one, "paid_before", place, 0),
        noted=[
            (_text(note, "by", where), _instant(note, "at", where))
            for note, where in _each(one, "accounts_noted", f"{place}.")
        ],
    )


def _parameters(given: Any) -> Parameters:
    known = {one.name: getattr(rules.DEFAULTS, one.name) for one in fields(Parameters)}
    changes: dict[str, Any] = {}
    for name, value in _mapping(given, "parameters").items():
        place = f"parameters.{name}"
        if name not in known:
            raise _wrong(place, N_("There is no such field. Known are %(known)s."), known=", ".join(known))
        whole = isinstance(known[name], int)
        changes[name] = _minor({name: value}, name, "parameters") if whole else _share(value, place)
    return replace(rules.DEFAULTS, **changes)


# ---- reading ----


def _each(given: Input, name: str, within: str = "") -> Iterator[tuple[Input, str]]:
    """The objects of a list with their places, such as `requests[2]`."""
    found = [] if given.get(name) is None else given[name]
    if not isinstance(found, list):
        raise _wrong(f"{within}{name}", N_("A list of objects is needed here."))
    for number, one in enumerate(found):
        place = f"{within}{name}[{number}]"
        yield _mapping(one, place), place


def _mapping(found: Any, place: str) -> Input:
    if not isinstance(found, Mapping):
        raise _wrong(place, N_("An object is needed here."))
    return found


def _text(given: Input, name: str, place: str, default: str | None = None) -> str:
    found = given.get(name, default)
    if not isinstance(found, str):
        raise _wrong(f"{place}.{name}", N_("A text is needed here."))
    return found


def _minor(given: Input, name: str, place: str, default: int | None = None) -> int:
    found = given.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _LONGEST:
        raise _wrong(f"{place}.{name}", N_("A whole number, 0 or more, is needed here."))
    return found


def _share(found: Any, place: str) -> Fraction:
    try:
        share = Fraction(str(found))
    except (ValueError, ZeroDivisionError) as unreadable:
        raise _wrong(place, N_("A number is needed here.")) from unreadable
    if not 0 <= share <= 1:
        raise _wrong(place, N_("A share from 0 to 1 is needed here."))
    return share


def _instant(given: Input, name: str, place: str) -> datetime:
    """A day counts from its beginning; an instant without a zone is one of UTC."""
    text = _text(given, name, place)
    try:
        if len(text) <= 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        read = datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise _wrong(f"{place}.{name}", N_("A day such as 2026-11-24 is needed here.")) from unreadable
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _wrong(place: str, reason: str, **facts: object) -> Refused:
    return Refused(Refusal("input_unfit", reason, field=place, facts=facts))


CALCS = {"spend": spend}
