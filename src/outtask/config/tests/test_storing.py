"""OUTTASK_S3 and OUTTASK_MAIL_*: what they mean, what is said of a bad value."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from outtask.config import mailing, storing
from outtask.config.environment import BadSetting, Environment

HOME = Path("home")


def env(**values: str) -> Environment:
    return Environment({f"OUTTASK_{name}": value for name, value in values.items()})


def options(address: str, which: str = "default") -> dict[str, Any]:
    found: dict[str, Any] = env(S3=address).storages(HOME)[which]["OPTIONS"]
    return found


def test_without_an_address_files_are_in_the_home() -> None:
    kept = env().storages(HOME)
    assert kept["default"]["OPTIONS"] == {"location": str(HOME / "files")}
    assert kept["incoming"]["OPTIONS"] == {"location": str(HOME / "incoming"), "allow_overwrite": True}


def test_an_address_of_s3_is_taken_apart() -> None:
    found = options(
        "s3://KEY:s%2Fcr%2Bt%40@Shop?endpoint=https://store.example:9000&region=here&prefix=/a/b/"
    )
    assert found == {
        "access_key": "KEY",
        "secret_key": "s/cr+t@",
        "bucket_name": "Shop",
        "endpoint_url": "https://store.example:9000",
        "region_name": "here",
        "addressing_style": "path",
        "location": "a/b/files",
        "file_overwrite": False,
    }


def test_what_waits_for_a_confirmation_is_beside_it_and_may_be_written_again() -> None:
    found = options("s3://KEY:SECRET@shop", "incoming")
    assert (found["location"], found["file_overwrite"], found["addressing_style"]) == (
        "incoming",
        True,
        "auto",
    )


def test_the_key_may_be_elsewhere() -> None:
    assert "access_key" not in options("s3://shop?region=eu-west-1&addressing=virtual")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://shop", "must look like s3://KEY:SECRET@bucket"),
        ("s3://", "must look like s3://KEY:SECRET@bucket"),
        ("s3://KEY:SECRET@", "must look like s3://KEY:SECRET@bucket"),
        ("s3://KEY:SEC/RET@shop", "write / in the secret as %2F"),
        ("s3://KEY@shop", "must have both KEY and SECRET, or neither"),
        ("s3://shop?endpont=https://store.example", "'endpont' behind its ?; there may be endpoint, region"),
        ("s3://shop?endpoint=store.example", "an endpoint that does not begin with https://"),
        ("s3://shop?addressing=bus", "none of path, virtual, auto"),
    ],
)
def test_a_bad_address_of_s3_is_told_without_its_secret(address: str, told: str) -> None:
    with pytest.raises(BadSetting) as caught:
        env(S3=address).storages(HOME)
    assert "OUTTASK_S3" in str(caught.value)
    assert told in str(caught.value)
    assert "SEC/RET" not in str(caught.value)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"storages", "boto3", "anymail"}
    for module in (storing, mailing):
        monkeypatch.setattr(module, "find_spec", lambda name: None if name in absent else find_spec(name))
    for values in ({"S3": "s3://shop"}, {"MAIL_PROVIDER": "postmark", "MAIL_KEY": "k"}):
        asked = env(**values)
        with pytest.raises(BadSetting, match=r"requirements/scale\.txt"):
            asked.storages(HOME) if "S3" in values else asked.mailer()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"MAIL_PROVIDER": "pidgeon"}, "is 'pidgeon'; write one of amazon-ses, brevo"),
        ({"MAIL_PROVIDER": "postmark"}, "OUTTASK_MAIL_KEY must be SERVER_TOKEN for postmark"),
        ({"MAIL_PROVIDER": "mailjet", "MAIL_KEY": "k"}, "must be API_KEY:SECRET_KEY for mailjet"),
        ({"MAIL_PROVIDER": "postal", "MAIL_KEY": "k"}, "OUTTASK_MAIL_OPTIONS must have api_url= for postal"),
        (
            {"MAIL_PROVIDER": "mailgun", "MAIL_KEY": "k", "MAIL_OPTIONS": "domain=x"},
            "has 'domain'; for mailgun there may be api_url, sender_domain",
        ),
        ({"MAIL_PROVIDER": "brevo", "SMTP": "smtp://here"}, "not both"),
        ({"MAIL_KEY": "k"}, "need OUTTASK_MAIL_PROVIDER"),
    ],
)
def test_bad_mail_settings_name_the_variable_and_the_remedy(values: dict[str, str], told: str) -> None:
    with pytest.raises(BadSetting) as caught:
        env(**values).mailer()
    assert told in str(caught.value)


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
@pytest.mark.parametrize("name", mailing.PROVIDERS)
def test_anymail_takes_what_we_give_it(name: str, settings: Any) -> None:
    from django.core.mail import mailers

    known = mailing.PROVIDERS[name]
    needed = {"api_url": "https://mail.example/", "project_id": "p"}
    said = "&".join(f"{option}={needed[option]}" for option in known.needed)
    mailer = env(MAIL_PROVIDER=name, MAIL_KEY=":".join("k" for _ in known.keys), MAIL_OPTIONS=said).mailer()
    settings.MAILERS = {"default": mailer}
    assert type(mailers["default"]).__module__ == f"anymail.backends.{known.backend}"


def test_amazon_is_reached_with_a_key_a_region_and_an_address() -> None:
    mailer = env(
        MAIL_PROVIDER="amazon-ses",
        MAIL_KEY="ID:SECRET",
        MAIL_OPTIONS="region_name=eu-west-1&configuration_set_name=shop&api_url=http://localhost:1",
    ).mailer()
    assert mailer["OPTIONS"] == {
        "configuration_set_name": "shop",
        "client_params": {
            "aws_access_key_id": "ID",
            "aws_secret_access_key": "SECRET",
            "region_name": "eu-west-1",
            "endpoint_url": "http://localhost:1",
        },
    }
    assert env(MAIL_PROVIDER="amazon-ses").mailer()["OPTIONS"] == {"client_params": {}}
