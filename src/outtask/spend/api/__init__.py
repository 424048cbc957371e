"""Budgets, rates, limits and requests to spend for programs."""

from outtask.spend.api import books, budgets, limits, reports, requests, transfers, tree

ROUTERS = (
    tree.room,
    transfers.room,
    books.room,
    budgets.rates,
    limits.room,
    requests.requests,
    reports.room,
)
