"""The verdict grows while the questions are answered, without leaving the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_the_verdict_so_far_follows_the_answers(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None]
) -> None:
    page = signed_in("joseph")
    page.goto("/processes/new")
    page.get_by_label("What is it called?").fill("Cataloguing of donations")
    page.locator("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cataloguing of donations")
    page.get_by_role("link", name="Judge it").click()
    verdict = page.locator("#so-far")
    needed = verdict.get_by_role("heading", name="answers are still needed")
    before = needed.inner_text()
    page.evaluate("window.stays = true")
    page.get_by_role("group", name="Shall this be looked at for handing out?").get_by_label(
        "no", exact=True
    ).check()
    expect(needed).not_to_have_text(before)
    assert page.evaluate("window.stays"), "the page was loaded again"
    axe(page)
    headline = verdict.locator("p").first.inner_text()
    page.get_by_role("button", name="Save the judgement").click()
    expect(page.get_by_role("heading", name=headline)).to_be_visible()
