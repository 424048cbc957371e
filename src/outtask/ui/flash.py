"""Where the words wait that the next page says once."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Messages(CookieStorage):
    """A signed cookie, named like the others: reading a page then writes nothing to the database."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"
