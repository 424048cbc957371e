"""Sixteen clients at a barrier, on a live server; and the same without the lock, which must go wrong."""
