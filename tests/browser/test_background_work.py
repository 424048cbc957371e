"""The page about background work, seen by the owner."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_the_owner_sees_who_works(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    page = signed_in("imke")
    page.goto("/settings/work")
    expect(page.get_by_role("heading", level=1)).to_have_text("Background work is in order")
    expect(page.get_by_role("table", name="Workers")).to_contain_text("Process")
    axe(page)
    shoot_all(page, "work")
