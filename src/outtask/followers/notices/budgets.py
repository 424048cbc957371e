"""Mail about budgets: one that runs low, money that somebody wants to move, and what became of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.followers.notices.letters import Letter, Mailing, sum_of
from outtask.journal.reading import Told
from outtask.messages.post import Reader
from outtask.people.models import Member
from outtask.spend.models import Budget, Transfer
from outtask.spend.pots import may_decide_on, told_when_low
from outtask.ui.formats import money


def letters(told: Told) -> Iterator[Mailing]:
    """To each who has to know of this entry, but not of what they did themselves."""
    yield from TOLD[told.kind.name](told)


def _running_low(told: Told) -> Iterator[Mailing]:
    budget: Budget = Budget.objects.select_related("keeper__person").get(pk=told.subject_id)
    said = {"name": told.says["name"] or budget.name, "percent": told.says["percent"]}
    letter = Letter(
        subject=_("%(name)s runs low: %(percent)s%% is used") % said,
        lead=_("%(percent)s%% of a budget is used") % said,
        what=said["name"],
        facts=((_("Free"), money(told.says["free"])),),
        button=_("See every movement"),
        promise=_("Nothing is stopped: what is free can be promised. Move money into it if more is needed."),
        path=reverse("budget", args=[budget.pk]),
        more={"footer": _("You get this because you answer for this budget, or own the organisation.")},
    )
    for member in told_when_low(budget):
        yield _reader(member), letter


def _asked(told: Told) -> Iterator[Mailing]:
    transfer = _transfer(told.says["transfer"])
    amount = money(sum_of(transfer))
    letter = Letter(
        subject=_("Move %(amount)s? %(source)s to %(target)s") % _places(transfer, amount),
        lead=_("%(name)s asks to move money") % {"name": transfer.asked_by.name},
        amount=amount,
        what=_("From %(source)s to %(target)s.") % _places(transfer, amount),
        facts=(
            (_("Why"), transfer.reason or _("no reason given")),
            (_("Free there now"), money(sum_of(transfer.source, "free_minor"))),
        ),
        button=_("Review and decide"),
        promise=_("Whoever decides first, decides. Until then nothing is moved or set aside."),
        path=reverse("transfer", args=[transfer.pk]),
        more={"footer": _("You get this because you answer for the budget it leaves, or manage budgets.")},
    )
    for member in may_decide_on(transfer):
        yield _reader(member), letter


def _decided(told: Told) -> Iterator[Mailing]:
    transfer = _transfer(told.subject_id)
    if told.actor_id == transfer.asked_by_id:
        return
    amount = money(sum_of(transfer))
    lead = _("The money is moved") if told.kind.name == "transfer.done" else _("The money is not moved")
    letter = Letter(
        subject=f"{lead}: {amount}",
        lead=lead,
        amount=amount,
        what=_("From %(source)s to %(target)s.") % _places(transfer, amount),
        quote=told.says["note"] or "",
        button=_("See the transfer"),
        promise=_("The page shows who decided, and both budgets."),
        path=reverse("transfer", args=[transfer.pk]),
        more={"footer": _("You get this because you asked for it.")},
    )
    yield _reader(transfer.asked_by), letter


TOLD: dict[str, Callable[[Told], Iterator[Mailing]]] = {
    "budget.running_low": _running_low,
    "transfer.asked": _asked,
    "transfer.done": _decided,
    "transfer.refused": _decided,
}


def _transfer(pk: object) -> Transfer:
    found: Transfer = Transfer.objects.select_related(
        "source__keeper__person", "target", "asked_by__person"
    ).get(pk=pk)
    return found


def _places(transfer: Transfer, amount: str) -> dict[str, str]:
    return {"amount": amount, "source": transfer.source.name, "target": transfer.target.name}


def _reader(member: Member) -> Reader:
    return Reader(member.name, member.person.email, member=member)
