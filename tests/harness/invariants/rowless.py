"""Kinds of entry that stand for no row of their own: those that move a row on, and those that move none."""

from __future__ import annotations

REPLAYED = {
    "request.reminded", "request.handed_over", "request.escalated", "request.expired",
    "brief.edited", "brief.sent", "brief.closed", "proposal.withdrawn", "invitation.declined",
    "invitation.lapsed", "invitation.ended", "agreement.objected", "request.referred_on",
    "request.answered", "request.withdrawn", "request.edited", "order.asked_anew", "handover.pack_failed",
    "handover.pack_asked_again", "member.changed", "member.left", "provider.blocked", "provider.unblocked",
    "link.closed", "budget.authorised", "budget.given_down", "budget.given_back", "budget.changed",
    "budget.running_low", "exception.used", "exception.used_for_transfer", "organisation.changed",
    "process.added",
    "processes.imported", "comparison.joined", "comparison.left", "provider.known",
    "people.imported", "people.changed", "rule.applied", "invoice.approval_voided",
    "request.approval_voided",
    "second_factor.asked", "second_factor.dropped", "subscription.warned", "subscription.renewed",
    "webhook.paused", "webhook.resumed", "webhook.secret_replaced",
}  # fmt: skip
"""Kinds that move a row on: `replay` folds them, `money` and `duties` count them."""

WITHOUT_ROW = {
    "file.downloaded": "a read",
    "archive.downloaded": "a read",
    "order.provider_named": "who delivers, on the row of the order",
    "order.closed": "its milestones and its money tell of it",
    "order.repeated": "a count on the row of the repeat; the order it placed tells of itself",
    "order.repeat_skipped": "a count on the row of the repeat",
    "person.renamed": "the person's own, the same in every organisation",
    "person.signed_out": "the person's own, the same in every organisation",
    "provider.changed": "what is kept about somebody; says no more than that it changed",
    "item.changed": "what the catalogue says of an item; only the columns are named",
    "items.imported": "many items at once; those added singly are told singly",
    "cart.filled": "a cart is what somebody means to do; it is gone when they did",
    "cart.emptied": "a cart is what somebody means to do; it is gone when they did",
    "cart.ordered": "the request beside it is the row, and subscriptions have entries of their own",
    "process.changed": "what the list says of a process; only the columns are named",
    "outtask.imported_again": "a record brought up to date",
    "sample.filled": "a remark",
    "webhook.changed": "the host alone is told",
    "webhook.secret_shown": "a read",
    "webhook.replayed": "tells how many deliveries it puts in line, not which",
    "watch.lifted": "a hold that says nothing any more; it may be held again",
    "payment.held": "nothing was recorded; what is held stands beside it",
    "mail.asked_again": "a mail goes out again and leaves this state by itself",
    "dead_letter.retried": "a task of the worker",
    "dead_letter.dismissed": "a letter of a follower, shared by installations",
    "task.retried": "a task of the worker",
    "task.dismissed": "a task of the worker",
}
