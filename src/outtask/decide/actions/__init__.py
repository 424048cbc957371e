"""The only writers of the decide room."""

from outtask.decide.actions.inventories import import_processes
from outtask.decide.actions.judgements import judge_process
from outtask.decide.actions.processes import add_process, change_process, merge_processes

__all__ = ["add_process", "change_process", "import_processes", "judge_process", "merge_processes"]
