"""The only writers of the catalogue room."""

from outtask.catalogue.actions.cart import put_in_cart, take_from_cart, take_out
from outtask.catalogue.actions.imports import import_items
from outtask.catalogue.actions.items import add_item, change_item, note_price, withdraw_item
from outtask.catalogue.actions.subscriptions import (
    begin_subscription,
    cancel_subscription,
    end,
    renew,
    warn_subscription,
)

__all__ = [
    "add_item",
    "begin_subscription",
    "cancel_subscription",
    "change_item",
    "end",
    "import_items",
    "note_price",
    "put_in_cart",
    "renew",
    "take_from_cart",
    "take_out",
    "warn_subscription",
    "withdraw_item",
]
