"""Limits, rules and detectors by plain JSON: what holds spending up, anybody can compute again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from outtask.kernel.money import Money
from outtask.kernel.words import N_
from outtask.spend.rules import why_not_commit
from outtask.watch import rules, sweeps
from outtask.watch.reading import Input, currency_of, each, instant, mapping, minor, share, text, wrong
from outtask.watch.rules import Asked, Bill, Finding, Parameters, Paying, Progress, Shown
from outtask.watch.verdicts import verdicts

type Output = dict[str, Any]


def spend(given: Input) -> Output:
    """Limits, the rules of an organisation, and the detectors that hold spending for review.

    In, each a list that may be left out; amounts in minor units, `at` a day or an instant (ISO 8601):
      `requests`: id, by, provider, amount_minor, at; if wanted team (else by), agreement (else id), text,
          limit_minor (of whoever asks, for one need), committed_minor (of the need already), category
          (digits of a CPV code), new_provider (nobody worked with them before), owner (whoever asks is one),
          and further `limits` of whoever asks: period (need, day, month or year), limit_minor; if wanted
          category, used_minor, until (their last day);
      `rules`: name, demand (decide: somebody else does; two: two persons do); if wanted amount_from_minor
          (of the whole need), category, new_provider; all that is given must be met;
      `invoices`: id, provider, number, amount_minor, at; if wanted currency, accounts, accepted_minor,
          committed_minor, invoiced_minor (of the commitment, this invoice included);
      `acceptances`: id; files, links, checks (those that passed), counts;
      `payments`: id, by, at, provider_known_since; if wanted paid_before, and accounts_noted (by, at);
      `budget`: authorised_minor, committed_minor, paid_minor; `parameters` of the detectors; `currency` in
          which reasons tell amounts (else EUR).
    Out: `findings` (subject, detector, evidence, why); `verdicts`, for each request whether it is `committed`
    or `referred`, how many persons have to say yes (`approvals`: 0, 1 or 2), the names of the `rules` that
    fall on it, and `why`: every reason; `limits`, for each request with a limit whether it is `within` it or
    `above`; and with a budget `available_minor`, with the requests in their order as long as it holds them:
    `budget` (request, held, available_minor, and why not).
    """
    terms = _parameters(given.get("parameters") or {})
    requests = [_asked(one, place) for one, place in each(given, "requests")]
    bills = [_bill(one, place) for one, place in each(given, "invoices")]
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
            {
                "subject": subject,
                "detector": finding.detector.value,
                "evidence": dict(finding.evidence),
                "why": rules.LABELS[finding.detector],
            }
            for subject, finding in found
        ],
        "verdicts": verdicts(given, found),
        "limits": [
            _limit(one, place) for one, place in each(given, "requests") if one.get("limit_minor") is not None
        ],
    }
    if not given.get("budget"):
        return out
    return out | _budget(mapping(given["budget"], "budget"), requests, currency_of(given))


def _limit(one: Input, place: str) -> Output:
    needed = minor(one, "committed_minor", place, 0) + minor(one, "amount_minor", place)
    limit = minor(one, "limit_minor", place)
    verdict = "within" if needed <= limit else "above"
    return {"request": one["id"], "verdict": verdict, "needed_minor": needed, "limit_minor": limit}


def _budget(budget: Input, requests: list[Asked], currency: str) -> Output:
    put_in, *gone = (
        minor(budget, name, "budget", 0) for name in ("authorised_minor", "committed_minor", "paid_minor")
    )
    available = put_in - sum(gone)
    out: Output = {"available_minor": available, "budget": []}
    for asked in requests:
        why_not = why_not_commit(Money(available, currency), Money(asked.amount, currency), "budget")
        told = {"request": asked.id, "held": why_not is None, "available_minor": available}
        out["budget"].append(told | ({"why": str(why_not)} if why_not is not None else {}))
        available -= asked.amount if why_not is None else 0
    return out


def _single(
    given: Input, name: str, look: Callable[[Input, str], list[Finding | None]]
) -> Iterator[tuple[str, Finding]]:
    for one, place in each(given, name):
        yield from ((text(one, "id", place), finding) for finding in look(one, place) if finding is not None)


def _over(one: Input, place: str, terms: Parameters) -> list[Finding | None]:
    if "accepted_minor" not in one:
        return []
    accepted = minor(one, "accepted_minor", place)
    invoiced = minor(one, "invoiced_minor", place, minor(one, "amount_minor", place))
    committed = minor(one, "committed_minor", place, accepted)
    return [rules.over_progress(Progress(committed, accepted, invoiced), terms)]


def _payment(paying: Paying, terms: Parameters) -> list[Finding | None]:
    return [rules.new_fast(paying, terms), rules.bank_changed(paying, terms)]


def _asked(one: Input, place: str) -> Asked:
    return Asked(
        id=text(one, "id", place),
        person=text(one, "by", place),
        team=text(one, "team", place, text(one, "by", place)),
        provider=text(one, "provider", place),
        agreement=text(one, "agreement", place, text(one, "id", place)),
        amount=minor(one, "amount_minor", place),
        limit=minor(one, "limit_minor", place) if one.get("limit_minor") is not None else None,
        at=instant(one, "at", place),
        text=text(one, "text", place, ""),
    )


def _bill(one: Input, place: str) -> Bill:
    accounts = one.get("accounts") or []
    if not isinstance(accounts, list) or not all(isinstance(account, str) for account in accounts):
        raise wrong(f"{place}.accounts", N_("A list of texts is needed here."))
    return Bill(
        id=text(one, "id", place),
        provider=text(one, "provider", place),
        number=text(one, "number", place),
        amount=minor(one, "amount_minor", place),
        currency=text(one, "currency", place, ""),
        at=instant(one, "at", place),
        accounts=frozenset(accounts),
    )


def _shown(one: Input, place: str) -> Shown:
    return Shown(*(minor(one, name, place, 0) for name in ("files", "links", "checks")))


def _paying(one: Input, place: str) -> Paying:
    return Paying(
        at=instant(one, "at", place),
        payer=text(one, "by", place),
        known_since=instant(one, "provider_known_since", place),
        paid_before=minor(one, "paid_before", place, 0),
        noted=[
            (text(note, "by", where), instant(note, "at", where))
            for note, where in each(one, "accounts_noted", f"{place}.")
        ],
    )


def _parameters(given: Any) -> Parameters:
    known = {one.name: getattr(rules.DEFAULTS, one.name) for one in fields(Parameters)}
    changes: dict[str, Any] = {}
    for name, value in mapping(given, "parameters").items():
        place = f"parameters.{name}"
        if name not in known:
            raise wrong(place, N_("There is no such field. Known are %(known)s."), known=", ".join(known))
        whole = isinstance(known[name], int)
        changes[name] = minor({name: value}, name, "parameters") if whole else share(value, place)
    return replace(rules.DEFAULTS, **changes)


CALCS = {"spend": spend}
