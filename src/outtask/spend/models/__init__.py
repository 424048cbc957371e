"""Budgets and what moves in them, limits, requests to spend and the decisions on them, commitments."""

from outtask.spend.models.budgets import Budget, Closing, Posting, Rate, Transfer
from outtask.spend.models.limits import Limit, SpendRule
from outtask.spend.models.requests import Approval, Commitment, PurchaseRequest

__all__ = [
    "Approval",
    "Budget",
    "Closing",
    "Commitment",
    "Limit",
    "Posting",
    "PurchaseRequest",
    "Rate",
    "SpendRule",
    "Transfer",
]
