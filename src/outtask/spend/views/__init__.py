"""Pages of the spend room."""
