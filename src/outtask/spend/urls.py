"""Addresses of the spend room."""

from django.urls import path

from outtask.people import doors
from outtask.people.states import Purpose
from outtask.spend.views import books, budgets, door, limits, reports, requests, transfers

doors.register(Purpose.DECIDE, door.decide_by_link)

urlpatterns = [
    path("budgets", budgets.budgets, name="budgets"),
    path("budgets/<uuid:pk>", budgets.budget, name="budget"),
    path("budgets/<uuid:pk>/change", budgets.change, name="budget-change"),
    path("budgets/<uuid:pk>/next", budgets.following, name="budget-next"),
    path("budgets/<uuid:pk>/parts", budgets.part, name="budget-part"),
    path("budgets/transfers", transfers.transfers, name="transfers"),
    path("budgets/transfers/<uuid:pk>", transfers.transfer, name="transfer"),
    path("budgets/books", books.ledger, name="books"),
    path("budgets/books/closings", books.closings, name="closings"),
    path("budgets/books/closings/<uuid:pk>/reopening", books.reopening, name="closing-reopening"),
    path("budgets/books/postings.csv", books.postings_file, name="books-postings"),
    path("budgets/books/statement.pdf", books.statement, name="books-statement"),
    path("budgets/reports", reports.spend, name="spend-report"),
    path("budgets/reports.csv", reports.spend_csv, name="spend-report-csv"),
    path("budgets/reports/decisions", reports.decisions, name="spend-decisions"),
    path("budgets/reports/single-source", reports.single_source, name="single-source"),
    path("rates", budgets.rates, name="rates"),
    path("requests", requests.requests, name="requests"),
    path("settings/members/<uuid:member_id>/limits", limits.limits, name="member-limits"),
    path("settings/limits/<uuid:limit_id>/end", limits.end, name="limit-end"),
    path("requests/<slug:reference>", requests.request_page, name="request"),
    path("out-tasks/<slug:reference>/approval", requests.approval, name="outtask-approval"),
]
