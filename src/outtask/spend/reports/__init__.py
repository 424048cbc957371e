"""What was spent, how fast it was decided, and how often one provider alone was asked: over any days.

`spans`, `figures` and `waits` are pure; `queries` reads, grouped by the database; `wording` says it on pages.
"""
