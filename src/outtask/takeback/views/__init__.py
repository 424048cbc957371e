"""Pages of the takeback room."""
