"""Pages of the pay room, and the provider's own page from work to payment."""
