"""How an out-task's progress is told to strangers."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outtask.outtasks.states import Ending, Stage

PROGRESS: Mapping[str, Promise] = {
    Stage.DECIDE: _("Somebody is deciding whether to hand this out."),
    Stage.SOURCE: _("We are looking for who does it."),
    Stage.AGREE: _("The terms are being agreed."),
    Stage.APPROVE: _("It waits for the go-ahead."),
    Stage.DELIVER: _("The work is under way."),
    Stage.VERIFY: _("It was handed in and is being checked."),
    Stage.PAY: _("It was accepted and is being settled."),
    Stage.MEASURE: _("It is done and looked after."),
    Stage.TAKE_BACK: _("It is being taken back."),
    Ending.DONE: _("It is done."),
    Ending.TAKEN_BACK: _("It was taken back."),
    Ending.ABANDONED: _("It was closed; nobody does it now."),
}
"""One sentence for each stage of an open out-task and each ending."""
