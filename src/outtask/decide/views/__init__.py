"""Pages of the decide room."""
