"""Backups of a whole installation: one tar file of database, stored files, keys and a manifest."""
