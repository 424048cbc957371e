"""The only writers of the spend room."""

from outtask.spend.actions.budgets import authorise, note_rate, open_budget
from outtask.spend.actions.ledger import commit, owe, release, settle
from outtask.spend.actions.requests import (
    answer_request,
    ask_about_request,
    edit_request,
    reject_request,
    withdraw_request,
)

__all__ = [
    "answer_request",
    "ask_about_request",
    "authorise",
    "commit",
    "edit_request",
    "note_rate",
    "open_budget",
    "owe",
    "reject_request",
    "release",
    "settle",
    "withdraw_request",
]
