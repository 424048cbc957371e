"""The only writers of the spend room."""

from outtask.spend.actions.budgets import authorise, note_rate, open_budget
from outtask.spend.actions.closing import close_books, reopen_books
from outtask.spend.actions.demands import end_rule, make_rule
from outtask.spend.actions.ledger import commit, owe, release, settle
from outtask.spend.actions.limits import end_limit, set_limit
from outtask.spend.actions.people import change_members, import_people
from outtask.spend.actions.requests import (
    answer_request,
    ask_about_request,
    reject_request,
    withdraw_request,
)
from outtask.spend.actions.transfers import ask_transfer, decide_transfer, withdraw_transfer
from outtask.spend.actions.tree import change_budget, give_down, open_part, start_next_period

__all__ = [
    "answer_request",
    "ask_about_request",
    "ask_transfer",
    "authorise",
    "change_budget",
    "change_members",
    "close_books",
    "commit",
    "decide_transfer",
    "end_limit",
    "end_rule",
    "give_down",
    "import_people",
    "make_rule",
    "note_rate",
    "open_budget",
    "open_part",
    "owe",
    "reject_request",
    "release",
    "reopen_books",
    "set_limit",
    "settle",
    "start_next_period",
    "withdraw_request",
    "withdraw_transfer",
]
