"""What changes once OUTTASK_BASE_URL begins with https: read from settings in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ASK = """
import json, django
django.setup()
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.test import Client, RequestFactory
from allauth.account.adapter import get_adapter
given = {"host": "out.example", "x-forwarded-proto": "https", "x-forwarded-for": "6.6.6.6, 9.9.9.9"}
page = Client().get("/healthz", headers=given)
request = RequestFactory().get("/", headers=given)
print(json.dumps({
    "hsts": page.headers.get("Strict-Transport-Security", ""),
    "session": settings.SESSION_COOKIE_NAME, "form": settings.CSRF_COOKIE_NAME,
    "messages": default_storage(request).cookie_name,
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "domains": [settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN],
    "paths": [settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_PATH],
    "origins": settings.CSRF_TRUSTED_ORIGINS, "debug": settings.DEBUG,
    "is_secure": request.is_secure(), "came_from": get_adapter().get_client_ip(request),
    "strange_host": Client().get("/healthz", headers={"host": "evil.example"}).status_code,
}))
"""


@cache
def served(address: str, behind_proxy: str = "no") -> dict[str, Any]:
    with TemporaryDirectory() as home:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OUTTASK_")}
        ours = {
            "OUTTASK_HOME": home,
            "OUTTASK_BASE_URL": address,
            "OUTTASK_HOSTS": "out.example",
            "OUTTASK_BEHIND_PROXY": behind_proxy,
            "OUTTASK_LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "outtask.config.settings",
        }
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            env=clean | ours,
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


def test_https_turns_everything_on() -> None:
    told = served("https://out.example", "yes")
    assert told["hsts"] == "max-age=31536000; includeSubDomains"
    assert told["secure"] == [True, True]
    assert told["session"] == "__Host-sessionid"
    assert told["form"] == "__Host-csrftoken"
    assert told["messages"] == "__Host-messages"
    assert told["domains"] == [None, None] and told["paths"] == ["/", "/"]
    assert told["origins"] == ["https://out.example"]
    assert told["debug"] is False


def test_http_promises_nothing_it_cannot_keep() -> None:
    told = served("http://out.example")
    assert (told["hsts"], told["session"], told["secure"]) == ("", "sessionid", [False, False])


def test_headers_of_a_proxy_count_only_behind_one() -> None:
    behind, direct = served("https://out.example", "yes"), served("http://out.example")
    assert (behind["is_secure"], behind["came_from"]) == (True, "9.9.9.9")
    assert (direct["is_secure"], direct["came_from"]) == (False, "127.0.0.1")


def test_a_host_of_others_is_refused() -> None:
    assert served("https://out.example", "yes")["strange_host"] == 400
