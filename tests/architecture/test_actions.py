"""Every action has the one form that DESIGN asks for."""

from __future__ import annotations

import ast

from tests.architecture.source import Module, modules, nothing
from tests.architecture.test_writers import writes


def actions() -> list[tuple[Module, ast.FunctionDef]]:
    return [
        (module, node)
        for module in modules()
        if not module.is_test
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and is_action(node)
    ]


def is_action(function: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "action" for mark in function.decorator_list)


def test_there_are_actions() -> None:
    assert len(actions()) > 40


def test_inputs_are_named_and_include_who_and_when() -> None:
    wrong = []
    for module, function in actions():
        given = {argument.arg for argument in function.args.kwonlyargs}
        if function.args.args or function.args.posonlyargs or not {"actor", "now", "key"} <= given:
            wrong.append(f"{module.place}:{function.lineno} {function.name}")
    nothing(wrong)


def test_actions_do_not_call_actions() -> None:
    names = {function.name for _, function in actions()}
    wrong = [
        f"{module.place}:{call.lineno} {function.name} calls {called}"
        for module, function in actions()
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and (called := _called(call)) in names
    ]
    nothing(wrong)


def test_what_writes_is_an_action_or_part_of_one() -> None:
    """A part takes the recording under way as its first argument, so that it cannot write on its own."""
    wrong = [
        f"{module.place}:{node.lineno} {node.name}"
        for module in modules()
        if module.is_actions and not module.is_test
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not is_action(node)
        if writes(node) and (not node.args.args or node.args.args[0].arg != "entry")
    ]
    nothing(wrong)


# Followers and the journal itself; the erasing of bytes that no row names; the removal of the sample, which
# leaves no journal to record it in; and archives, which are read at one moment and bring their own journal.
OWN_TRANSACTIONS = (
    "followers/", "journal/", "files/erasing.py", "lifecycle/sample_removal.py", "takeback/archive/",
)  # fmt: skip


def test_one_recording_owns_the_transaction() -> None:
    wrong = [
        f"{module.place}:{number}"
        for module in modules()
        if not module.is_test and not module.place.startswith(OWN_TRANSACTIONS)
        for number, line in enumerate(module.text.splitlines(), 1)
        if "transaction.atomic" in line
    ]
    nothing(wrong)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name, value=ast.Name()):
            return name
    return ""
