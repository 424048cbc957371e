"""Budgets, rates, limits and requests to spend for programs."""

from outtask.spend.api import (
    books,
    budgets,
    demands,
    limits,
    orders,
    people,
    reports,
    requests,
    transfers,
    tree,
)

ROUTERS = (
    tree.room,
    transfers.room,
    books.room,
    budgets.rates,
    limits.room,
    people.room,
    demands.room,
    requests.requests,
    orders.room,
    reports.room,
)
