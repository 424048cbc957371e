"""How others reach this installation, and how it reaches its mail server with its account."""

from __future__ import annotations

import smtplib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from outtask.followers.health import Finding, bad, ok, warn

HERE = {"localhost", "127.0.0.1", "::1"}
WITHIN = 5  # seconds for somebody else to answer
RENEW = timedelta(days=14)


def address(now: datetime) -> Finding:
    """Whether the address in mails is one this server answers to, and fits how it is served."""
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        remedy = "Write it as https://outtask.example, without a path."
        return bad("address", f"OUTTASK_BASE_URL is {settings.BASE_URL!r}.", remedy)
    if not validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        says = f"Links lead to {host}, and OUTTASK_HOSTS has {', '.join(settings.ALLOWED_HOSTS)}."
        return bad("address", says, f"Add {host} to OUTTASK_HOSTS.")
    if "*" in settings.ALLOWED_HOSTS:
        says = "OUTTASK_HOSTS is *, so anybody can have mails carry a link to a host of theirs."
        return warn("address", says, f"Set it to {host}.")
    if parts.scheme == "http" and host not in HERE:
        says = f"{settings.BASE_URL} is not encrypted: passwords and links can be read on the way."
        return warn(
            "address",
            says,
            "Let a proxy end TLS, and set OUTTASK_BASE_URL to https:// and OUTTASK_BEHIND_PROXY to yes.",
        )
    if parts.scheme == "https" and not settings.SECURE_PROXY_SSL_HEADER:
        says = "Addresses begin with https://, and OUTTASK_BEHIND_PROXY is not set."
        return warn(
            "address",
            says,
            "Set OUTTASK_BEHIND_PROXY to yes when a proxy ends TLS, which sends X-Forwarded-Proto.",
        )
    return ok("address", settings.BASE_URL)


def certificate(now: datetime) -> Finding:
    """Whether browsers will trust the certificate at the address, and for how long."""
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme != "https":
        return ok("certificate", "none is needed: the address does not begin with https://")
    host, port = parts.hostname or "", parts.port or 443
    try:
        ends = _ends(host, port)
    except ssl.SSLCertVerificationError as error:
        says = f"Browsers do not trust the certificate of {host}: {error.verify_message}."
        return bad("certificate", says, "Have the proxy get one from an authority that browsers know.")
    except OSError as error:
        remedy = "Start the proxy, or correct OUTTASK_BASE_URL. Ignore this where only others can reach it."
        return warn("certificate", f"{host}:{port} does not answer: {error}.", remedy)
    left = ends - now
    if left < RENEW:
        says = f"The certificate of {host} ends in {left.days} days."
        return warn("certificate", says, "See why the proxy does not renew it.")
    return ok("certificate", f"of {host}, good for {left.days} days")


def _ends(host: str, port: int) -> datetime:
    with (
        socket.create_connection((host, port), timeout=WITHIN) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as tls,
    ):
        told = tls.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


def mail_account(now: datetime) -> Finding:
    """Whether the mail server takes the name and the password it will be given."""
    options: dict[str, Any] = settings.MAILERS["default"].get("OPTIONS", {})
    if not options.get("username"):
        return ok("mail account", "none is given")
    client = smtplib.SMTP_SSL if options["use_ssl"] else smtplib.SMTP
    try:
        with client(options["host"], options["port"], timeout=WITHIN) as server:
            if options["use_tls"]:
                server.starttls(context=ssl.create_default_context())
            server.login(options["username"], options["password"])
    except smtplib.SMTPException as error:
        says = f"{options['host']} does not take the account {options['username']}: {error}"
        return bad("mail account", says, "Correct the user or the password in OUTTASK_SMTP.")
    except OSError as error:
        return bad(
            "mail account", f"{options['host']}: {error}", "Correct OUTTASK_SMTP, or ask who runs the server."
        )
    return ok("mail account", f"{options['host']} takes {options['username']}")
