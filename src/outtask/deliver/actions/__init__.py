"""The only writers of the deliver room."""

from outtask.deliver.actions.checking import record_check_results, tick_check
from outtask.deliver.actions.deciding import accept_milestone, complete_if_settled, request_changes
from outtask.deliver.actions.handing_in import Upload, hand_in
from outtask.deliver.actions.opening import cancel_milestones, open_delivery, open_milestones
from outtask.deliver.actions.receiving import close_order, receive_line, return_line

__all__ = [
    "Upload",
    "accept_milestone",
    "cancel_milestones",
    "close_order",
    "complete_if_settled",
    "hand_in",
    "open_delivery",
    "open_milestones",
    "receive_line",
    "record_check_results",
    "request_changes",
    "return_line",
    "tick_check",
]
