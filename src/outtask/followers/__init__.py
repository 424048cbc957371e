"""Readers of the journal, background tasks and the schedule: what happens after an action, or in time."""
