"""Pages of the source room."""
