"""The words and icons that pages of every room share."""

from __future__ import annotations

from collections.abc import Mapping

from outtask.kernel.words import N_
from outtask.outtasks.states import Ending, Holder, Stage
from outtask.people.states import ProviderKind

STAGE_NAMES: Mapping[str, str] = {
    Stage.DECIDE: N_("Decide"),
    Stage.SOURCE: N_("Source"),
    Stage.AGREE: N_("Agree"),
    Stage.APPROVE: N_("Approve"),
    Stage.DELIVER: N_("Deliver"),
    Stage.VERIFY: N_("Verify"),
    Stage.PAY: N_("Pay"),
    Stage.MEASURE: N_("Measure"),
    Stage.TAKE_BACK: N_("Take back"),
}

HOLDER_NAMES: Mapping[str, str] = {
    Holder.CLIENT: N_("With us"),
    Holder.PROVIDER: N_("With the provider"),
    Holder.APPROVER: N_("With an approver"),
    Holder.FINANCE: N_("With finance"),
    Holder.NOBODY: N_("With nobody"),
}

ENDING_NAMES: Mapping[str, str] = {
    Ending.OPEN: N_("Open"),
    Ending.DONE: N_("Done"),
    Ending.TAKEN_BACK: N_("Taken back"),
    Ending.ABANDONED: N_("Closed"),
}

PROVIDER_ICONS: Mapping[str, str] = {kind: kind.value for kind in ProviderKind}
