"""Who delivers an order that was approved without a name: its page says what naming does, and what it did."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.installation import Installation

# Nadia asks and Imke decides: what others of this server's people bought, and by which limits, is beside it.
APPROVE = """
from django.utils import timezone
from outtask.lifecycle.spending import approve_request
from outtask.models import Member, Organisation, PurchaseRequest
place = Organisation.objects.get(name="Harbour Row Books")
who = {m.person.email.split("@")[0]: m for m in Member.objects.filter(organisation=place)}
def approve():
    row = PurchaseRequest.objects.filter(organisation=place, requested_by=who["nadia"]).latest("id")
    approve_request(actor=who["imke"].actor, now=timezone.now(), request_id=row.pk, version=row.version)
"""
ASK = """
from decimal import Decimal
from outtask.agree.orders import Line
from outtask.kernel.money import Money
from outtask.lifecycle.ordering import request_purchase
from outtask.models import Budget
done = request_purchase(
    actor=who["nadia"].actor, now=timezone.now(), title="A bench for the yard", category="37",
    lines=[Line("Bench, larch", 2, "", Money(21_000, "GBP"), Decimal(20), None)],
    budget_id=Budget.objects.filter(organisation=place).first().pk,
)
print(done["outtask"])
"""


def test_naming_asks_anew_and_says_so(
    signed_in: Callable[[str], Page],
    axe: Callable[[Page], None],
    shoot_all: Callable[[Page, str], None],
    inhabited: Installation,
) -> None:
    order = f"/out-tasks/{inhabited.python(APPROVE + ASK + 'approve()').split()[-1]}/order"
    joseph = signed_in("joseph")
    joseph.goto(order)
    expect(joseph.get_by_role("button", name="Name them")).to_be_disabled()
    axe(joseph)
    page = signed_in("nadia")
    page.goto(order)
    expect(page.get_by_text("Naming somebody asks for its money anew.")).to_be_visible()
    axe(page)
    shoot_all(page, "order-to-name")
    page.get_by_role("combobox", name="Who delivers it?").select_option("Marek Solan")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_text("It was approved while nobody was named")).to_be_visible()
    expect(page.get_by_text("The order goes out when its money is committed.")).to_be_visible()
    axe(page)
    shoot_all(page, "order-named")
    page.get_by_role("link", name="See the request").click()
    axe(page)
    shoot_all(page, "request-asked-anew")
    inhabited.python(APPROVE + "approve()")
    page.goto(order)
    expect(page.get_by_role("heading", name="Receive: Bench, larch")).to_be_visible()
    axe(page)
