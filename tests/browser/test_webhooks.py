"""The pages about webhooks: one is added, its secret is shown, a test is in line."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_from_the_empty_page_to_a_test_in_line(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    page = signed_in("imke")
    page.goto("/settings/webhooks")
    expect(page.get_by_text("Nobody is told yet")).to_be_visible()
    axe(page)
    page.get_by_label("Address").fill("https://10.0.0.8/hook")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_text("is not on the public internet").first).to_be_visible()
    axe(page)
    page.get_by_label("Address").fill("https://93.184.215.14/hook")
    page.get_by_role("button", name="Add the webhook").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("row", name="webhook.tested")).to_be_visible()
    page.get_by_role("button", name="Show the secret").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    axe(page)
    shoot_all(page, "webhook")
