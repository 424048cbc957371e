"""The catalogue, carts and subscriptions for programs."""

from outtask.catalogue.api import imports, items
from outtask.catalogue.api.buying import carts, running

ROUTERS = (items.room, imports.room, carts, running)
