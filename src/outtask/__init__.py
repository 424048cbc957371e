"""Outtask: hand out single, bounded tasks, keep control while others do them, take any of them back."""

__version__ = "0.2.0"
