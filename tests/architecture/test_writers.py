"""Only actions write to the database, and the few machines named here with their reasons."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import modules, nothing

# Files beside the actions that write, and why.
ALLOWED = {
    "journal/recording.py": "keeps words and idempotency keys, inside every action",
    "journal/appending.py": "appends entries to the locked log, inside every action",
    "journal/checkpoints.py": "signs what the log already is, once for each length",
    "journal/proofs.py": "keeps roots that are derived from entries, to make proofs quickly",
    "journal/signing.py": "public halves of the installation's keys",
    "journal/witness.py": "marks which checkpoints are kept outside of the database",
    "followers/checkpointing.py": "which checkpoint was put in line for whom",
    "outtasks/references.py": "the next number of the year, inside an action",
    "people/tokens.py": "when a token was last used: telemetry, at most once a minute",
    "people/links.py": "parts of actions: makes and closes the links of guests",
    "followers/engine.py": "cursors and dead letters of followers",
    "followers/background.py": "the state of background tasks",
    "followers/schedule.py": "when timed duties are due",
    "followers/again.py": "settles a dead letter with its second reading",
    "followers/worker.py": "the heartbeat of a worker",
    "followers/webhooks/delivering.py": "messages that an entry gives rise to, and what became of them",
    "followers/webhooks/forgetting.py": "removes deliveries that were settled long ago",
    "files/erasing.py": "claims the row of bytes that nobody names while it deletes them",
    "files/incoming.py": "bytes that wait for a confirmation, no rows",
    "files/storage.py": "bytes on disk, before an action makes a file of them",
    "messages/post.py": "mails that an entry gives rise to, and what became of them",
    "takeback/archive/firsts.py": "the password of the owner who brings the first organisation along",
    "takeback/archive/rows.py": "an imported organisation, whose journal comes with it and tells of it all",
    "takeback/archive/staging.py": "a scratch database of its own, gone with the process; never the real one",
    "takeback/archive/taking_in.py": "the head of an imported journal, and where followers go on in it",
    "lifecycle/standing.py": "derives where an out-task stands, inside every action",
    "lifecycle/ordering.py": "composite: an order, its out-task and its request",
    "lifecycle/naming.py": "composite: who delivers an order, and what that makes void",
    "lifecycle/repeats.py": "composite: orders that repeat, and what they place",
    "lifecycle/editing.py": "composite: a request that is changed and looked at again",
    "lifecycle/spending.py": "composite: a request to spend and what follows from it",
    "lifecycle/sample_removal.py": "takes the sample away, its journal too; nothing else deletes a log",
    "cli/backups/restoring.py": "puts the bytes of a backup into the store; writes no row",
    "lifecycle/importing.py": "composite: published contracts become out-tasks",
}
ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "raw",
    "_raw_delete",
    "executemany",
}
ON_QUERYSETS = {"create", "update", "delete"}
DIRECT = {"insert", "update", "add", "prepared_write"}
"""The functions of `journal.direct` and `journal.prepared` that write; they are called by their names."""
QUERYING = {
    "objects",
    "filter",
    "exclude",
    "all",
    "visible_to",
    "order_by",
    "select_for_update",
    "_default_manager",
}


def writes(tree: ast.AST) -> list[str]:
    """The calls below a node that write rows, as `line: source`."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [f"{call.lineno}: {ast.unparse(call)[:90]}" for call in calls if _writes(call)]


def _writes(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in DIRECT
    if not isinstance(call.func, ast.Attribute):
        return False
    name, on = call.func.attr, call.func.value
    if name in ALWAYS:
        return True
    if name == "save":
        return True
    if name not in ON_QUERYSETS:
        return False
    return _queries(on) or (name == "delete" and not call.args) or (name == "update" and _only_keywords(call))


def _queries(node: ast.expr) -> bool:
    """Whether an expression is a manager or a queryset, as far as its own text tells."""
    names = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return bool(names & QUERYING) or any(name.endswith("_set") for name in names)


def _only_keywords(call: ast.Call) -> bool:
    return not call.args and any(keyword.arg for keyword in call.keywords)


def test_only_actions_write() -> None:
    nothing(
        f"{module.place}:{line}"
        for module in modules()
        if not (module.is_actions or module.is_test or module.place in ALLOWED)
        for line in writes(module.tree)
    )


def test_nobody_is_allowed_in_vain() -> None:
    places = {module.place: module for module in modules()}
    nothing(place for place in ALLOWED if place not in places or not writes(places[place].tree))


@pytest.mark.parametrize(
    ("source", "is_write"),
    [
        ("member.save()", True),
        ("Member.objects.create(name=1)", True),
        ("Member.objects.filter(pk=1).update(name=2)", True),
        ("links.update(revoked_at=now)", True),
        ("row.delete()", True),
        ("Entry.objects.bulk_create(rows)", True),
        ("digest.update(data)", False),
        ("facts.update({'a': 1})", False),
        ("Member.objects.filter(pk=1).first()", False),
        ("tempfile.create()", False),
        ("insert([row])", True),
        ("update(head, 'size')", True),
        ("add(budget, paid_minor=5)", True),
        ("prepared_write('zone')", True),
    ],
)
def test_the_test_itself(source: str, is_write: bool) -> None:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    assert _writes(call) is is_write
