"""The only writers of the source room."""

from outtask.source.actions.answers import decline_invitation, propose, withdraw_proposal
from outtask.source.actions.award import award_proposal
from outtask.source.actions.briefs import close_brief, edit_brief, write_brief
from outtask.source.actions.deadlines import lapse_invitation, lapse_invitations
from outtask.source.actions.parts import end_sourcing, reopen_brief
from outtask.source.actions.sending import send_brief

__all__ = [
    "award_proposal",
    "close_brief",
    "decline_invitation",
    "edit_brief",
    "end_sourcing",
    "lapse_invitation",
    "lapse_invitations",
    "propose",
    "reopen_brief",
    "send_brief",
    "withdraw_proposal",
    "write_brief",
]
