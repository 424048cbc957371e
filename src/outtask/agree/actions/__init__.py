"""The only writers of the agree room."""

from outtask.agree.actions.drafting import draft_agreement, revise_agreement
from outtask.agree.actions.parts import complete, end, enter_into_force, new_version
from outtask.agree.actions.signing import object_to_agreement, sign_as_client, sign_as_provider

__all__ = [
    "complete",
    "draft_agreement",
    "end",
    "enter_into_force",
    "new_version",
    "object_to_agreement",
    "revise_agreement",
    "sign_as_client",
    "sign_as_provider",
]
