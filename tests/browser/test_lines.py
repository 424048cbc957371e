"""Lines of an order in a browser with scripts: another one comes at once, and what was typed stays."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_another_line_comes_at_once(signed_in: Callable[[str], Page], axe: Callable[[Page], None]) -> None:
    page = signed_in("joseph")
    page.goto("/requests/new")
    page.get_by_label("What do you want to buy?").fill("For the reading room")
    page.get_by_text("Lines, provider, day, files, and the rest").click()
    page.get_by_label("What", exact=True).fill("Lamp")
    page.locator("input[name=lines-0-price]").fill("10.00")
    page.get_by_role("button", name="Another line").click()
    second = page.locator("input[name=lines-1-what]")
    expect(second).to_be_focused()
    second.fill("Chair")
    page.locator("input[name=lines-1-price]").fill("20.00")
    axe(page)
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Ordered. £30.00 is committed.")).to_be_visible()
    expect(page.get_by_role("heading", name="Receive: Lamp")).to_be_visible()
