"""Reasons and answers in the reader's language, for pages."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from outtask.decide.answers import Reason
from outtask.decide.queries import Count
from outtask.decide.rules import Question
from outtask.decide.states import Kind
from outtask.decide.words import UNANSWERED
from outtask.kernel.money import Money
from outtask.ui.formats import money, number


def sentence(reason: Reason | None) -> str:
    """The reason with its values in place; empty for none."""
    if reason is None or not reason.text:
        return ""
    text = _(reason.text)
    return text % reason.facts if reason.facts else text


def counted(count: Count) -> str:
    """A number as it reads; `1,000 or more` where counting stopped."""
    told = number(count.number)
    return _("%(number)s or more") % {"number": told} if count.more else told


def said(question: Question, answer: object, currency: str) -> str:
    """How an answer reads: `3 of 5`, `yes`, `£140.00`; money is in minor units of `currency`."""
    match question.kind, answer:
        case _, None:
            return _(UNANSWERED)
        case Kind.YES_NO, bool():
            return _("yes") if answer else _("no")
        case Kind.SCALE, int():
            return _("%(score)s of 5") % {"score": answer}
        case Kind.CHOICE, str():
            return _(question.choices[answer])
        case Kind.MONEY, int():
            return money(Money(answer, currency))
        case Kind.NUMBER, Decimal():
            return f"{answer.normalize():f}"
    return str(answer)
