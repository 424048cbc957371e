"""Does a link answer? Asked through the one fetcher, which calls nothing but the public internet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from outtask.files.checks.criteria import CheckKind, LinkAnswers, expected
from outtask.files.checks.result import CheckResult, Finding, Outcome, Sentence, every
from outtask.files.fetcher import Fetched, Method
from outtask.kernel.refusal import Refused
from outtask.kernel.words import N_

MOST_LINKS = 20


class Fetch(Protocol):
    """The part of `outtask.files.fetcher.fetch` a check uses."""

    def __call__(self, url: str, *, method: Method, timeout: float, max_bytes: int) -> Fetched: ...


def link_answers(params: LinkAnswers, links: Sequence[str], fetch: Fetch) -> CheckResult:
    """Passed when the link, or every link handed in, answers with a status of 200 to 299."""
    wanted = expected(CheckKind.LINK_ANSWERS, params)
    asked = [params.link] if params.link else list(dict.fromkeys(links))
    if not asked:
        return CheckResult(Outcome.FAILED, wanted, Sentence(N_("no link")))
    if len(asked) > MOST_LINKS:
        facts = {"count": len(asked), "most": MOST_LINKS}
        found = Sentence(N_("%(count)s links are more than the %(most)s Outtask tries; look yourself"), facts)
        return CheckResult(Outcome.UNABLE, wanted, found)
    return every(wanted, [_judge(link, params.seconds, fetch) for link in asked])


def _judge(link: str, seconds: int, fetch: Fetch) -> Finding:
    try:
        answer = fetch(link, method="HEAD", timeout=seconds, max_bytes=0)
        if answer.status >= 400:
            # Many a server refuses HEAD and answers GET; the body stays unread.
            answer = fetch(link, method="GET", timeout=seconds, max_bytes=0)
    except Refused as refused:
        return _not_answered(link, refused)
    facts = {"link": link, "status": answer.status, "kind": answer.content_type or "-"}
    if 200 <= answer.status <= 299:
        return Finding.passed(N_("%(link)s answering %(status)s (%(kind)s)"), **facts)
    return Finding.failed(N_("%(link)s answering %(status)s"), **facts)


def _not_answered(link: str, refused: Refused) -> Finding:
    """`fetch_*` is the link's silence; `url_*` is ours: we did not ask, so a person must."""
    told = refused.refusal
    why = Sentence(told.reason, told.facts)
    facts = {"link": link[:200], "why": why}
    if told.code.startswith("fetch_"):
        return Finding.failed(N_("%(link)s silent (%(why)s)"), **facts)
    return Finding.unable(N_("%(link)s is not one Outtask opens (%(why)s)"), **facts)
