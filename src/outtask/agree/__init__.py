"""Agree: the statement of work, its numbered versions that never change, the signatures of both parties."""
