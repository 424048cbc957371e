"""The only writers of the people room."""

from outtask.people.actions.accounts import write_account
from outtask.people.actions.delegations import delegate, end_delegation
from outtask.people.actions.exceptions import declare_exception, end_exception
from outtask.people.actions.invitations import accept_invitation, invite_member, withdraw_invitation
from outtask.people.actions.members import change_member, remove_member
from outtask.people.actions.organisations import (
    ask_second_factor,
    change_organisation,
    compare_organisation,
    found_organisation,
)
from outtask.people.actions.providers import (
    add_provider,
    block_provider,
    change_provider,
    close_link,
    know_better,
    unblock_provider,
)
from outtask.people.actions.themselves import end_sessions, rename_me
from outtask.people.actions.tokens import make_token, revoke_token

__all__ = [
    "accept_invitation",
    "add_provider",
    "ask_second_factor",
    "block_provider",
    "change_member",
    "change_organisation",
    "change_provider",
    "close_link",
    "compare_organisation",
    "declare_exception",
    "delegate",
    "end_delegation",
    "end_exception",
    "end_sessions",
    "found_organisation",
    "invite_member",
    "know_better",
    "make_token",
    "remove_member",
    "rename_me",
    "revoke_token",
    "unblock_provider",
    "withdraw_invitation",
    "write_account",
]
