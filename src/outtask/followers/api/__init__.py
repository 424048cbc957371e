"""Following the journal, for programs: what got stuck in the background, and webhooks."""

from outtask.followers.api import proofs, webhooks, work

ROUTERS = (work.room, webhooks.room, proofs.room)
