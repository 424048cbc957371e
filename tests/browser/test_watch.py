"""The pages of what is held and what is looked for: read, tuned, refused, wide and narrow, light and dark."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_tuning_what_is_looked_for(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    # More is looked for, never less: another journey on this server may have asked a second factor for less.
    page = signed_in("imke")
    page.goto("/watch")
    axe(page)
    shoot_all(page, "watch")
    page.get_by_role("link", name="Tune it").click()
    expect(page.get_by_text("Nobody has tuned it yet")).to_be_visible()
    shoot_all(page, "watch-terms-usual")
    page.get_by_label("One purchase in parts").fill("60")
    page.get_by_label("Just below the limit").fill("7.55")
    page.get_by_label("Why?").fill("We are a public body: what belongs together comes over two months.")
    page.get_by_role("button", name="Look for this").click()
    expect(page.get_by_role("link", name="Enter 60 days or more.")).to_be_visible()
    axe(page)
    shoot_all(page, "watch-terms-wrong")
    page.get_by_label("The same in like words").fill("60")
    page.get_by_label("Just below the limit").fill("7.5")
    page.get_by_role("button", name="Look for this").click()
    expect(page.get_by_role("table")).to_contain_text("One purchase in parts: 60 days, before 7 days")
    axe(page)
    shoot_all(page, "watch-terms")
