"""Signing in: accounts come from the first run and from invitations alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse

from outtask.people import queries

UNKNOWN = "account/email/unknown_account"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """How allauth is bent to an installation whose members are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("account")

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters about signing in. Nothing goes to an address that nobody here has."""
        if template_prefix == UNKNOWN:
            return
        letter: EmailMessage = self.render_mail(template_prefix, email, context | {"email": email})
        if not settings.OUTBOX_ONLY:
            letter.send()
            return
        # Without a mail server the letter lies in the home folder, where whoever runs the installation can
        # read it out. Not on the outbox page: an admin there could take over the account of an owner.
        keep_letter(letter)


def keep_letter(letter: EmailMessage) -> None:
    """Write a letter into the folder `letters` of the home, readable by the installation's own account."""
    folder = settings.HOME / "letters"
    folder.mkdir(mode=0o700, exist_ok=True)
    EmailBackend(file_path=str(folder)).send_messages([letter])


def first_run(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: while nothing exists, whoever would be asked to sign in begins instead.

    Only answers that ask to sign in are looked at, so no other request pays for it.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        sign_in = reverse("account_login")
        asks = request.path == sign_in or response.headers.get("Location", "").split("?")[0] == sign_in
        if asks and not request.user.is_authenticated and queries.is_empty():
            return redirect("first-run")
        return response

    return answer
