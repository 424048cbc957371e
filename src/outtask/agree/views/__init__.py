"""Pages of the agree room."""
