"""A whole organisation in one open file: written, read, checked, taken in.

`coverage` says what belongs to an organisation; everything else follows from it.
"""
