"""Pages of the catalogue room: items, the cart, subscriptions, imports."""
