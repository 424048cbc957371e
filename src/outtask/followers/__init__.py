"""Readers of the journal, background tasks and the schedule: what happens a second after an action, or on a day."""
