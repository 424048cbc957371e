"""Many people at once, rules about spending, several decisions: seen wide and narrow, light and dark."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.installation import Installation

BUY = """
from decimal import Decimal
from django.utils import timezone
from outtask.agree.orders import Line
from outtask.kernel.money import Money
from outtask.lifecycle.ordering import request_purchase
from outtask.models import Budget, Member, Organisation
place = Organisation.objects.get(name="Harbour Row Books")
who = Member.objects.get(organisation=place, person__email__startswith="roisin@")
budget = Budget.objects.filter(organisation=place).first()
for what in ("Shelf labels for the whole shop", "A ladder"):
    line = Line(what, 2, "", Money(30_000, "GBP"), Decimal(0), None)
    request_purchase(
        actor=who.actor, now=timezone.now(), title=what, lines=[line], budget_id=budget.pk, category="39"
    )
"""
PEOPLE = (
    "name,email,role,limit,currency,reports_to,limit_month:39\n"
    "Sefa Lund,sefa@harbour.example,manager,900,,imke@harbour.example,2000\n"
    ",roisin@harbour.example,,250,,,\n"
)


def test_people_from_a_file_and_several_at_once(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    page = signed_in("nadia")
    page.goto("/settings/members")
    axe(page)
    shoot_all(page, "members")
    page.get_by_role("link", name="Import").click()
    axe(page)
    shoot_all(page, "people-import")
    wrong = {
        "name": "people.csv",
        "mimeType": "text/csv",
        "buffer": PEOPLE.replace("manager", "king").encode(),
    }
    page.get_by_label("Choose a CSV file").set_input_files(wrong)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("This is no role.")).to_be_visible()
    axe(page)
    shoot_all(page, "people-preview-wrong")
    page.get_by_role("link", name="Choose the file again").click()
    right = {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
    page.get_by_label("Choose a CSV file").set_input_files(right)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("heading", name="1 invited, 1 changed")).to_be_visible()
    axe(page)
    shoot_all(page, "people-preview")
    page.get_by_role("button", name="Do all of it").click()
    expect(page.get_by_text("1 invited, 1 changed.")).to_be_visible()
    page.get_by_role("link", name="Change several").click()
    axe(page)
    shoot_all(page, "people-together")
    page.get_by_label("Roisin Tully").first.check()
    page.get_by_label("Limit for one request").fill("200.00")
    page.get_by_role("button", name="Change them").click()
    expect(page.get_by_text("1 member changed.")).to_be_visible()


def test_a_rule_and_several_decisions(
    signed_in: Callable[[str], Page],
    axe: Callable[[Page], None],
    shoot_all: Callable[[Page, str], None],
    inhabited: Installation,
) -> None:
    page = signed_in("imke")
    page.goto("/budgets/rules")
    axe(page)
    shoot_all(page, "rules-none")
    page.get_by_label("Name").fill("Two above 500")
    page.get_by_label("It asks that").select_option("two")
    page.get_by_label("From").fill("500.00")
    page.get_by_label("Only for the category").fill("39")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_role("row", name="Two above 500")).to_contain_text("two persons approve")
    axe(page)
    shoot_all(page, "rules")
    inhabited.python(BUY)
    joseph = signed_in("joseph")
    joseph.goto("/requests?show=to-decide")
    axe(joseph)
    joseph.get_by_label("Choose A ladder").check()
    joseph.get_by_label("Choose Shelf labels for the whole shop").check()
    axe(joseph)
    shoot_all(joseph, "requests-to-decide")
    joseph.get_by_role("button", name="Approve those ticked").click()
    expect(joseph.get_by_text("somebody else is asked")).to_have_count(2)
    axe(joseph)
    shoot_all(joseph, "requests-decided")
    joseph.get_by_role("link", name="A ladder").click()
    expect(joseph.get_by_text("has approved; a second person has to")).to_be_visible()
    axe(joseph)
    shoot_all(joseph, "request-first-of-two")
    page.goto("/settings/organisation")
    page.get_by_label("From").fill("5,000.00")
    page.locator("form[action$='second-factor'] button").click()
    axe(page)
    shoot_all(page, "organisation")
