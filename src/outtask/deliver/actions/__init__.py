"""The only writers of the deliver room."""

from outtask.deliver.actions.checking import record_check_results, tick_check
from outtask.deliver.actions.deciding import accept_milestone, complete_if_settled, request_changes
from outtask.deliver.actions.handing_in import hand_in
from outtask.deliver.actions.opening import cancel_milestones, open_milestones

__all__ = [
    "accept_milestone",
    "cancel_milestones",
    "complete_if_settled",
    "hand_in",
    "open_milestones",
    "record_check_results",
    "request_changes",
    "tick_check",
]
