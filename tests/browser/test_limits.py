"""The pages of a member's limits and of absences: set, noted, seen, wide and narrow, light and dark."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_limit_and_an_absence(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    page = signed_in("imke")
    page.goto("/settings/members")
    page.get_by_role("link", name="Joseph Adeyemi", exact=True).click()
    page.get_by_role("link", name="See and set limits").click()
    page.get_by_label("In", exact=True).select_option("month")
    page.get_by_label("At most").fill("500.00")
    page.get_by_label("Only for the category").fill("72000000-5")
    page.get_by_role("button", name="Set the limit").click()
    expect(page.get_by_role("row", name="a month 72")).to_contain_text("£500.00")
    axe(page)
    shoot_all(page, "member-limits")
    page.goto("/settings/absences")
    page.get_by_label("Who is away?").select_option(label="Joseph Adeyemi")
    page.get_by_label("Who decides in their place?").select_option(label="Dunstan Peel")
    page.get_by_label("To the end of").fill(page.get_by_label("From", exact=True).input_value())
    page.get_by_role("textbox", name="Note").fill("Holiday by the sea")
    page.get_by_role("button", name="Note the absence").click()
    expect(page.get_by_role("row", name="Joseph Adeyemi")).to_contain_text("Away now")
    axe(page)
    shoot_all(page, "absences")
    page.get_by_role("button", name="End Joseph Adeyemi").click()
    expect(page.get_by_role("row", name="Joseph Adeyemi")).to_contain_text("Over")
