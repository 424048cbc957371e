"""The API: what every room brings in its `api.py`, with the manners that all of it shares."""
