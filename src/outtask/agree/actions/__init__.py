"""The only writers of the agree room."""

from outtask.agree.actions.drafting import draft_agreement, revise_agreement
from outtask.agree.actions.ordering import change_lines, drop_order, offer_order, place
from outtask.agree.actions.parts import complete, end, enter_into_force, new_version
from outtask.agree.actions.signing import object_to_agreement, sign_as_client, sign_as_provider

__all__ = [
    "change_lines",
    "complete",
    "draft_agreement",
    "drop_order",
    "end",
    "enter_into_force",
    "new_version",
    "object_to_agreement",
    "offer_order",
    "place",
    "revise_agreement",
    "sign_as_client",
    "sign_as_provider",
]
