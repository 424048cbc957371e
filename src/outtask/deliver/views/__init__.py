"""Pages of the deliver room."""
