"""Addresses of the spend room."""

from django.urls import path

from outtask.lifecycle import order_views
from outtask.people import doors
from outtask.people.states import Purpose
from outtask.spend.views import (
    books,
    budgets,
    demands,
    door,
    limits,
    people,
    reports,
    requests,
    together,
    transfers,
)

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
    path("budgets/reports/decisions.csv", reports.decisions_csv, name="spend-decisions-csv"),
    path("budgets/reports/single-source", reports.single_source, name="single-source"),
    path("budgets/reports/single-source.csv", reports.single_source_csv, name="single-source-csv"),
    path("budgets/rules", demands.rules, name="rules"),
    path("budgets/rules/<uuid:rule_id>/end", demands.end, name="rule-end"),
    path("rates", budgets.rates, name="rates"),
    path("requests", requests.requests, name="requests"),
    path("settings/members.csv", people.people_file, name="people-file"),
    path("settings/members/import", people.upload, name="people-import"),
    path("settings/members/import/preview", people.preview_page, name="people-import-preview"),
    path("settings/members/together", people.together, name="people-together"),
    path("settings/members/<uuid:member_id>/limits", limits.limits, name="member-limits"),
    path("settings/limits/<uuid:limit_id>/end", limits.end, name="limit-end"),
    # Before the requests: "new" is no reference.
    path("requests/new", order_views.buy, name="buy"),
    path("requests/decisions", together.decisions, name="request-decisions"),
    path("requests/<slug:reference>", requests.request_page, name="request"),
    path("out-tasks/<slug:reference>/approval", requests.approval, name="outtask-approval"),
]
