"""Organisations of OCDS 1.0 (whole, in place) to those of 1.1 (in `parties`, referred to by id).

Leaves move, so that each keeps its place in the file. Also done where a 1.1 publisher repeats an
organisation's details beside the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .part import Part
from .tree import Leaf, Place, Tree

type _Object = dict[str, Tree]

_REFERENCE = frozenset({"id", "name"})
_OLD_TRANSACTION = {"providerOrganization": "payer", "receiverOrganization": "payee"}


def upgrade(release: _Object, settle: Callable[[Tree, Tree | None], None]) -> None:
    """Move every organisation of `release` that has details of its own into its `parties`.

    settle(old, new): told of each detail that `parties` states already.
    """
    parties = release.get("parties")
    if isinstance(parties, Leaf) and not parties.blank:  # not a list of parties: leave everything in place
        return
    listed = parties if isinstance(parties, list) else [parties] if isinstance(parties, dict) else []
    by_id = {_peek(entry, "id"): entry for entry in listed if isinstance(entry, dict) and _peek(entry, "id")}
    added: list[Tree] = []
    for organisation in _organisations(release):
        if organisation.keys() <= _REFERENCE:
            continue
        party_id = _peek(organisation, "id") or _register_id(organisation)
        if not party_id:
            continue
        if party_id not in by_id:
            by_id[party_id] = {"id": Leaf(party_id, Place("", ""), "id", made=True)}
            added.append(by_id[party_id])
        _move(organisation, by_id[party_id], settle)
        organisation.setdefault("id", Leaf(party_id, Place("", ""), "id", made=True))
    if added:
        if isinstance(parties, Leaf):
            settle(parties, None)
        release["parties"] = [*listed, *added]


def _move(organisation: _Object, party: _Object, settle: Callable[[Tree, Tree | None], None]) -> None:
    for key in [key for key in organisation if key != "id"]:
        if key not in party:
            party[key] = organisation.pop(key)
        elif key != "name":  # a reference has a name of its own
            settle(organisation.pop(key), party[key])


def _register_id(organisation: _Object) -> str:
    """The id that OCDS 1.1 recommends for a party: its register and its number there."""
    identifier = organisation.get("identifier")
    if not isinstance(identifier, dict):
        return ""
    scheme, number = _peek(identifier, "scheme"), _peek(identifier, "id")
    return f"{scheme}-{number}" if scheme and number else ""


def _peek(node: _Object, key: str) -> str:
    return Part(node, []).peek(key)


def _organisations(release: _Object) -> Iterator[_Object]:
    yield from _objects(release, "buyer")
    for tender in _objects(release, "tender"):
        yield from _objects(tender, "procuringEntity")
        yield from _objects(tender, "tenderers")
    for bids in _objects(release, "bids"):
        for bid in _objects(bids, "details"):
            yield from _objects(bid, "tenderers")
    for key in ("awards", "contracts"):
        for entry in _objects(release, key):
            yield from _objects(entry, "suppliers")
    for contract in _objects(release, "contracts"):
        for implementation in _objects(contract, "implementation"):
            for transaction in _objects(implementation, "transactions"):
                _rename_parties(transaction)
                yield from _objects(transaction, "payer")
                yield from _objects(transaction, "payee")


def _rename_parties(transaction: _Object) -> None:
    """1.0 names payer and payee by bare identifiers under other names."""
    for old, new in _OLD_TRANSACTION.items():
        identifier = transaction.get(old)
        if isinstance(identifier, dict) and new not in transaction:
            del transaction[old]
            transaction[new] = {"identifier": identifier}


def _objects(node: _Object, key: str) -> Iterator[_Object]:
    found = node.get(key)
    for child in found if isinstance(found, list) else [found]:
        if isinstance(child, dict):
            yield child
