"""The journal: what happened, in an order nobody can rewrite."""
