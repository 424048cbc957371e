"""The spine writes no entries of its own: an out-task begins with the brief or the import that opened it."""

from outtask.journal.kinds import Kind

KINDS: tuple[Kind, ...] = ()
