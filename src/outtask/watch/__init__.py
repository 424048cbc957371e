"""Watching the spending: detectors that hold for review, and what became of each hold."""
