"""Everything by keyboard: the skip link, the order of focus, the palette and its keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

FOCUSED = "document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label')"


@pytest.fixture
def home(signed_in: Callable[[str], Page]) -> Page:
    page = signed_in("imke")
    page.goto("/")
    return page


def test_focus_goes_the_way_the_page_reads(home: Page) -> None:
    order = []
    for _ in range(13):
        home.keyboard.press("Tab")
        order.append(" ".join(str(home.evaluate(FOCUSED)).split()))
    places = [
        "Home",
        "Work",
        "Requests",
        "Catalogue",
        "Providers",
        "Processes",
        "Money",
        "Reports",
        "Settings",
    ]
    assert order == ["Skip to content", "Harbour Row Books", *places, "Find or doCtrl K", "New brief"]


def test_the_skip_link_leads_past_the_menu(home: Page) -> None:
    home.keyboard.press("Tab")
    expect(home.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    home.keyboard.press("Enter")
    assert home.url.endswith("#main")
    home.keyboard.press("Tab")
    assert home.evaluate("document.activeElement.closest('main') !== null")


def test_the_palette_finds_places_and_things(home: Page, axe: Callable[[Page], None]) -> None:
    home.keyboard.press("Control+k")
    palette = home.locator("#palette")
    expect(palette).to_be_visible()
    axe(home)
    home.keyboard.type("kestrel")
    expect(palette.get_by_role("link", name="Kestrel Data Ltd")).to_be_visible()
    home.keyboard.press("ArrowDown")
    home.keyboard.press("Enter")
    home.wait_for_url("**/providers/*")
    expect(home.get_by_role("heading", level=1)).to_have_text("Kestrel Data Ltd")

    home.keyboard.press("/")
    home.keyboard.type("repor")
    expect(palette.get_by_role("link", name="Reports")).to_be_visible()
    expect(palette.get_by_role("link", name="Settings")).to_be_hidden()
    home.keyboard.press("ArrowDown")
    home.keyboard.press("Enter")
    home.wait_for_url("**/reports")


def test_enter_without_a_choice_asks_the_server(home: Page) -> None:
    home.keyboard.press("Control+k")
    home.keyboard.type("kestrel")
    home.keyboard.press("Enter")
    home.wait_for_url("**/search?q=kestrel")
    expect(home.locator("main").get_by_role("link", name="Kestrel Data Ltd")).to_be_visible()


def test_opening_the_palette_again_types_over_what_was_asked_before(home: Page) -> None:
    asked = home.locator("#palette input")
    home.keyboard.press("Control+k")
    home.keyboard.type("marek")
    home.keyboard.press("Control+k")
    home.keyboard.press("Control+k")
    home.keyboard.type("kestrel")
    expect(asked).to_have_value("kestrel")


def test_single_keys_act_only_outside_of_fields(home: Page) -> None:
    home.keyboard.press("?")
    expect(home.locator("#keys")).to_be_visible()
    home.keyboard.press("Escape")
    expect(home.locator("#keys")).to_be_hidden()
    home.keyboard.press("c")
    home.wait_for_url("**/briefs/new")
    home.get_by_label("What do you want done?").press_sequentially("cg?/")
    expect(home.get_by_label("What do you want done?")).to_have_value("cg?/")
    assert home.url.endswith("/briefs/new")


def test_escape_closes_the_palette_and_gives_focus_back(home: Page) -> None:
    find = home.get_by_role("button", name="Find or do")
    find.focus()
    home.keyboard.press("Enter")
    expect(home.locator("#palette")).to_be_visible()
    home.keyboard.press("Escape")
    expect(home.locator("#palette")).to_be_hidden()
    expect(find).to_be_focused()
