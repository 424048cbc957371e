"""Addresses of the pay room, and the door of links to deliver."""

from django.urls import path

from outtask.pay.views import invoices
from outtask.pay.views.door import delivery_by_link
from outtask.people import doors
from outtask.people.states import Purpose

doors.register(Purpose.DELIVER, delivery_by_link)

urlpatterns = [
    path("out-tasks/<slug:reference>/invoices", invoices.outtask_invoices, name="outtask-invoices"),
    path("invoices", invoices.invoices, name="invoices"),
    path("invoices/<uuid:invoice_id>", invoices.invoice, name="invoice"),
    path("invoices/<uuid:invoice_id>/approval", invoices.approval, name="invoice-approval"),
    path("invoices/<uuid:invoice_id>/return", invoices.returning, name="invoice-return"),
    path("invoices/<uuid:invoice_id>/payment", invoices.payment, name="invoice-payment"),
]
