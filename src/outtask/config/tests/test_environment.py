"""The typed environment: what each variable means, and what is said about a bad value."""

from __future__ import annotations

from pathlib import Path

import pytest

from outtask.config.environment import BadSetting, Environment

HOME = Path("home")


def env(**values: str) -> Environment:
    return Environment({f"OUTTASK_{name}": value for name, value in values.items()})


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("1", True), ("ON", True), ("no", False), ("", False), ("0", False)]
)
def test_flags(text: str, value: bool) -> None:
    assert env(BEHIND_PROXY=text).flag("BEHIND_PROXY") is value


def test_bad_values_name_the_variable_and_the_remedy() -> None:
    with pytest.raises(BadSetting, match=r"OUTTASK_BEHIND_PROXY is 'perhaps'; write yes or no"):
        env(BEHIND_PROXY="perhaps").flag("BEHIND_PROXY")
    with pytest.raises(BadSetting, match=r"OUTTASK_PORT is 'http'; write a whole number such as 8000"):
        env(PORT="http").number("PORT", 8000)
    with pytest.raises(BadSetting, match="must begin with postgresql://"):
        env(DATABASE="mysql://host/name").database(HOME)
    with pytest.raises(BadSetting, match="must look like smtp"):
        env(SMTP="mail.example:25").mailer()


def test_defaults_and_lists() -> None:
    assert env().number("PORT", 8000) == 8000
    assert env(HOSTS=" one.example , two.example,").names("HOSTS") == ["one.example", "two.example"]
    assert env().path("HOME", HOME) == HOME


def test_without_an_address_the_database_is_in_the_home() -> None:
    database = env().database(HOME)
    assert database["NAME"] == str(HOME / "outtask.sqlite3")
    assert "journal_mode=WAL" in str(database["OPTIONS"])
    assert "IMMEDIATE" in str(database["OPTIONS"])


def test_an_address_of_postgresql_is_taken_apart() -> None:
    database = env(DATABASE="postgresql://me:p%40ss@db.example:5433/shop?sslmode=require").database(HOME)
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == ("me", "p@ss", "db.example")
    assert (database["PORT"], database["NAME"]) == ("5433", "shop")
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_a_local_socket_is_named_as_for_libpq() -> None:
    database = env(DATABASE="postgresql://me@/shop?host=/run/postgresql").database(HOME)
    assert (database["HOST"], database["PORT"], database["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize(
    ("address", "port", "ssl", "tls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtps://mail.example", 465, True, False),
        ("smtp+tls://mail.example", 587, False, True),
        ("smtp+tls://mail.example:2525", 2525, False, True),
    ],
)
def test_mail_servers(address: str, port: int, ssl: bool, tls: bool) -> None:
    options = env(SMTP=address).mailer()["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["port"], options["use_ssl"], options["use_tls"]) == (port, ssl, tls)


def test_the_names_asked_for_are_known() -> None:
    asked = env(PORT="1", PROT="2")
    asked.number("PORT", 8000)
    assert asked.known == {"PORT"}
