"""How mail leaves: an SMTP server, a provider's own interface through Anymail, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}


@dataclass(frozen=True, slots=True)
class Provider:
    """What Anymail calls a provider's parts.

    keys: the options that OUTTASK_MAIL_KEY fills, in the order in which it names them, with colons between.
    more: what OUTTASK_MAIL_OPTIONS may say; needed: what it must. Each provider also has an `api_url`.
    """

    backend: str
    keys: tuple[str, ...] = ("api_key",)
    more: frozenset[str] = frozenset()
    needed: tuple[str, ...] = ()


AMAZON = Provider(
    "amazon_ses",
    ("aws_access_key_id", "aws_secret_access_key"),
    frozenset({"region_name", "configuration_set_name", "message_tag_name"}),
)
PROVIDERS: Mapping[str, Provider] = {
    "amazon-ses": AMAZON,
    "brevo": Provider("brevo"),
    "mailersend": Provider("mailersend", ("api_token",)),
    "mailgun": Provider("mailgun", more=frozenset({"sender_domain"})),
    "mailjet": Provider("mailjet", ("api_key", "secret_key")),
    "mailtrap": Provider("mailtrap", ("api_token",), frozenset({"sandbox_id"})),
    "mandrill": Provider("mandrill"),
    "postal": Provider("postal", needed=("api_url",)),
    "postmark": Provider("postmark", ("server_token",), frozenset({"message_stream"})),
    "resend": Provider("resend"),
    "scaleway": Provider("scaleway", ("secret_key",), frozenset({"project_id", "region"}), ("project_id",)),
    "sendgrid": Provider("sendgrid"),
    "sparkpost": Provider("sparkpost", more=frozenset({"subaccount"})),
    "unisender-go": Provider("unisender_go", needed=("api_url",)),
}


def server(address: str) -> dict[str, Any]:
    """The mailer for an `smtp://user:password@host:port` address; for no text, one that sends nothing."""
    if not address:
        return {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(
            "OUTTASK_SMTP must look like smtp+tls://user:password@host:587 (or smtp://, smtps://)."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or PORTS[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": parts.scheme == "smtps",
            "use_tls": parts.scheme == "smtp+tls",
            "timeout": 30,
        },
    }


def provider(name: str, key: str, options: str) -> dict[str, Any]:
    """The mailer for a provider's interface. Raises ValueError, naming the variable and the remedy.

    options: as in an address, such as `sender_domain=mail.example&api_url=https://api.eu.mailgun.net/v3`.
    """
    known = PROVIDERS.get(name)
    if known is None:
        raise ValueError(f"OUTTASK_MAIL_PROVIDER is {name!r}; write one of {', '.join(PROVIDERS)}.")
    if find_spec("anymail") is None:
        raise ValueError(
            "OUTTASK_MAIL_PROVIDER needs more packages: run `make scale`, or install requirements/scale.txt."
        )
    given = dict(parse_qsl(options, keep_blank_values=True))
    allowed = known.more | {"api_url"}
    unknown = sorted(set(given) - allowed)
    if unknown:
        raise ValueError(
            f"OUTTASK_MAIL_OPTIONS has {unknown[0]!r}; for {name} there may be {', '.join(sorted(allowed))}."
        )
    for needed in known.needed:
        if not given.get(needed):
            raise ValueError(f"OUTTASK_MAIL_OPTIONS must have {needed}= for {name}.")
    keys = _keys(name, known, key)
    whole = _for_amazon(keys, given) if known is AMAZON else keys | given
    return {"BACKEND": f"anymail.backends.{known.backend}.EmailBackend", "OPTIONS": whole}


def _keys(name: str, known: Provider, key: str) -> dict[str, str]:
    # The key of Amazon may come from the machine itself, as its own programs find it.
    if known is AMAZON and not key:
        return {}
    parts = key.split(":", len(known.keys) - 1)
    if len(parts) != len(known.keys) or not all(parts):
        shape = ":".join(part.upper() for part in known.keys)
        raise ValueError(f"OUTTASK_MAIL_KEY must be {shape} for {name}.")
    return dict(zip(known.keys, parts, strict=True))


def _for_amazon(keys: dict[str, str], given: dict[str, str]) -> dict[str, Any]:
    client = keys | {name: given.pop(name) for name in ("region_name",) if name in given}
    if "api_url" in given:
        client["endpoint_url"] = given.pop("api_url")
    return given | {"client_params": client}
