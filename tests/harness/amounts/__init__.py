"""Every way in for an amount of money, and what each does with one that is wrong."""
