"""Acceptance criteria that the system can try by itself: what is promised, what was found, and why."""
