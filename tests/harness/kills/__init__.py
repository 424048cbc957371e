"""A server that dies where it is told to, and people who go on all the same."""
