"""Composites that cross stages in one transaction, and reading work that began elsewhere."""
