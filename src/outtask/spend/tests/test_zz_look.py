import os, shutil
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
import pytest
from playwright.sync_api import sync_playwright
from django.utils import timezone
from outtask.lifecycle.tests import life as lives
from outtask.messages.actions import write_message
from outtask.people.links import token_for
from outtask.takeback.tests.test_hand_on import made
from tests.world import make_world

@pytest.mark.django_db(transaction=True)
def test_look(live_server, settings):
    settings.BASE_URL = live_server.url
    world = make_world(timezone.now())
    import outtask.source.tests.steps as st, datetime
    referred = lives.referred(world); asked = lives.asked(world)
    handed = lives.handed_in(world); inv = lives.invoiced(world)
    write_message(actor=handed.deliver_link.actor, now=world.now, outtask_id=handed.outtask_id, text="Which spine do you mean?", asks=True)
    back = lives.part_accepted(world); made(back)
    lives.draft_brief(world); sent = lives.sent(world)
    pages = {
        "home": ("imke", "/"), "outtask": ("imke", f"/out-tasks/{handed.outtask.reference}"),
        "takeback": ("imke", f"/out-tasks/{inv.outtask.reference}/handover"),
        "handover": ("imke", f"/out-tasks/{back.outtask.reference}/handover"),
        "request": ("joseph", f"/requests/{referred.request.reference}"),
        "request-asker": ("roisin", f"/requests/{asked.request.reference}"),
        "requests": ("imke", "/requests"), "budgets": ("dunstan", "/budgets"), "budget": ("dunstan", f"/budgets/{world.budget.pk}"),
        "approval": ("imke", f"/out-tasks/{referred.outtask.reference}/approval"),
        "timeline": ("imke", f"/out-tasks/{inv.outtask.reference}/timeline"),
        "thread": ("imke", f"/out-tasks/{sent.outtask.reference}/thread"),
        "door": (None, f"/l/{token_for(referred.decide_link.pk)}"),
    }
    only = os.environ.get("LOOK", "").split()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (who, address) in pages.items():
            if only and name not in only: continue
            for width, scheme in ((1280, "light"), (360, "dark")):
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
                if who:
                    cookie = world.client(who).cookies["sessionid"]
                    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
                page = context.new_page(); problems = []
                page.on("console", lambda m: problems.append(m.text)); 
                page.goto(live_server.url + address)
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width or problems: print(name, width, "scrollWidth", wide, problems)
                page.screenshot(path=f"/tmp/look/{name}-{width}-{scheme}.png", full_page=True)
                context.close()
        browser.close()
