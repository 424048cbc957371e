"""The catalogue: what providers sell at a stated price, carts, and subscriptions with their dates."""
