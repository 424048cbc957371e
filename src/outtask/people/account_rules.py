"""Bank accounts of providers: the form in which they are kept, and how much of one is shown. Pure."""

from __future__ import annotations

import re

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

SHORTEST, LONGEST = 6, 64
SHOWN_DIGITS = 4
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ANY = re.compile(r"[A-Z0-9]+")


def plain_account(account: str) -> str:
    """The one form in which accounts are stored and compared: capitals and digits, nothing between them."""
    return re.sub(r"[\s./-]+", "", account.upper())


def masked(account: str) -> str:
    """`•••• 3000`: the last four signs, enough to know an account again and not to pay to it."""
    return f"•••• {account[-SHOWN_DIGITS:]}"


def why_not_account(account: str, latest: str = "") -> Refusal | None:
    """An IBAN, or whatever number the provider's bank gives; not the one that holds already.

    account: in its plain form. What begins like an IBAN is one, and then its check digits are right.
    """
    if not account:
        return _refused("account_missing", N_("Give the number of the account."))
    if not _ANY.fullmatch(account) or not SHORTEST <= len(account) <= LONGEST:
        return _refused("account_form", N_("An account is 6 to 64 letters and digits. Check the number."))
    if re.match(r"[A-Z]{2}[0-9]{2}", account) and not is_iban(account):
        reason = N_("This is no IBAN: the check digits are wrong. Compare it sign by sign.")
        return _refused("account_check_digits", reason)
    if account == latest:
        return _refused("account_same", N_("This account is noted already."))
    return None


def is_iban(account: str) -> bool:
    """Whether the check digits are right: ISO 13616, with the remainder by 97 of ISO 7064."""
    if not _IBAN.fullmatch(account):
        return False
    turned = account[4:] + account[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _refused(code: str, reason: str) -> Refusal:
    return Refusal(code, reason, "account")
