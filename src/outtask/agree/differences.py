"""What differs between two versions of a statement of work, in the reader's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from outtask.agree.documents import Document, MilestoneTerms, Terms
from outtask.agree.wording import criterion_line, full_day, leaving_rows, level_line, line_words
from outtask.ui import formats


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what it said, what it says. Empty means that there was, or is, nothing."""

    where: str
    before: str
    after: str


def changes_between(before: Document, after: Document) -> list[Change]:
    """What a version says differently: with whom, the lines of an order, the terms."""
    return [
        *_one(_("Provider"), before.provider, after.provider),
        *_lists(_("Lines"), map(line_words, before.lines), map(line_words, after.lines)),
        *differences(before.terms, after.terms),
    ]


def differences(old: Terms, new: Terms) -> list[Change]:
    """Every difference in the order of the document; none when they say the same."""
    changes = [
        *_texts(_("What is to be done"), old.scope, new.scope),
        *_milestones(old.milestones, new.milestones),
        *_one(_("Total"), formats.money(old.total), formats.money(new.total)),
        *_lists(
            _("Service levels"), map(level_line, old.service_levels), map(level_line, new.service_levels)
        ),
    ]
    for (name, before), (_name, after) in zip(leaving_rows(old), leaving_rows(new), strict=True):
        changes += _one(name, before, after)
    changes += _texts(_("The way back"), old.exit.text, new.exit.text)
    return changes


def _one(where: str, before: str, after: str) -> list[Change]:
    return [] if before == after else [Change(where, before, after)]


def _texts(where: str, before: str, after: str) -> list[Change]:
    """Lines that came, went or changed, side by side."""
    old, new = before.splitlines(), after.splitlines()
    matched = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Change(where, "\n".join(old[a:b]), "\n".join(new[c:d]))
        for kind, a, b, c, d in matched.get_opcodes()
        if kind != "equal"
    ]


def _lists(where: str, before: Iterable[str], after: Iterable[str]) -> list[Change]:
    return _texts(where, "\n".join(before), "\n".join(after))


def _milestones(old: tuple[MilestoneTerms, ...], new: tuple[MilestoneTerms, ...]) -> list[Change]:
    changes: list[Change] = []
    for order in range(max(len(old), len(new))):
        before = old[order] if order < len(old) else None
        after = new[order] if order < len(new) else None
        where = _("Milestone %(order)s") % {"order": order + 1}
        changes += _one(where, _milestone(before), _milestone(after))
        conditions = _("Milestone %(order)s is accepted when") % {"order": order + 1}
        changes += _lists(conditions, _criteria(before), _criteria(after))
    return changes


def _milestone(milestone: MilestoneTerms | None) -> str:
    if milestone is None:
        return ""
    facts = {
        "title": milestone.title,
        "due": full_day(milestone.due),
        "amount": formats.money(milestone.amount),
    }
    return _("%(title)s, due %(due)s, %(amount)s") % facts


def _criteria(milestone: MilestoneTerms | None) -> list[str]:
    return [] if milestone is None else [criterion_line(criterion) for criterion in milestone.criteria]
