"""Briefs, invitations, proposals and awards for programs, on both sides."""

from outtask.source.api import briefs, invitations, proposals

ROUTERS = (briefs.room, invitations.room, proposals.room)
