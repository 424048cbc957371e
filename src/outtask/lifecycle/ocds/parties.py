"""The organisations of one process: who is meant by each reference."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from .part import Part
from .shapes import Identifier, ImportedParty
from .tree import Leaf

_ADDRESS = ("streetAddress", "locality", "region", "postalCode", "countryName")


@dataclass(slots=True)
class _Draft:
    """A party while its details come together."""

    key: str
    name: str = ""
    roles: list[str] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    email: str = ""
    phone: str = ""
    contact_name: str = ""
    url: str = ""
    address: dict[str, str] = field(default_factory=dict)
    local_ids: list[str] = field(default_factory=list)

    def finished(self) -> ImportedParty:
        return ImportedParty(
            key=self.key,
            name=self.name,
            roles=tuple(sorted(self.roles)),
            identifiers=tuple(self.identifiers),
            email=self.email,
            phone=self.phone,
            address_text=", ".join(filter(None, (self.address.get(name) for name in _ADDRESS))),
            country=self.address.get("countryName", ""),
            contact_name=self.contact_name,
            url=self.url,
            local_ids=tuple(self.local_ids),
        )


class Organisations:
    """The parties of the process `ocid`, and whom its references mean."""

    def __init__(self, ocid: str, parties: list[Part]) -> None:
        self._ocid = ocid
        self._drafts: dict[str, _Draft] = {}
        self._key_of_id: dict[str, str] = {}
        self._key_of_name: dict[str, str] = {}
        for party in parties:
            self._add(party)
        self._listed = bool(self._drafts)

    def refer(self, reference: Part, role: str) -> str | None:
        """The key of the organisation that `reference` means, which has `role`; None when it says nothing."""
        local_id, name = reference.peek("id"), reference.peek("name")
        if not local_id and not name:
            reference.agree("id", "")
            reference.agree("name", "")
            return None
        key = self._key_of_id.get(local_id) or self._key_of_name.get(folded(name))
        if key is None:
            if self._listed and isinstance(leaf := reference.tree.get("id" if local_id else "name"), Leaf):
                reference.note(leaf, "party_not_listed")
            key = self._add(reference)
        draft = self._drafts[key]
        if local_id in draft.local_ids:
            reference.agree("id", local_id)
        reference.agree("name", draft.name)
        if role not in draft.roles:
            draft.roles.append(role)
        return key

    def with_role(self, role: str) -> str | None:
        """The key of the first party listed with `role`."""
        return next((draft.key for draft in self._drafts.values() if role in draft.roles), None)

    def finished(self) -> tuple[ImportedParty, ...]:
        return tuple(draft.finished() for draft in self._drafts.values())

    def _add(self, party: Part) -> str:
        """Take in what `party` says; a second entry of the same organisation completes the first."""
        local_id, name = party.peek("id"), party.peek("name") or party.part("identifier").peek("legalName")
        draft = self._drafts.setdefault(key := self._key(party, name), _Draft(key))
        draft.name = party.fill("name", draft.name)
        self._identify(draft, party)
        if not draft.name and draft.identifiers:
            draft.name = draft.identifiers[0].legal_name
        if local_id:
            party.text("id")
            self._key_of_id.setdefault(local_id, key)
            draft.local_ids += [local_id] if local_id not in draft.local_ids else []
        if draft.name:
            self._key_of_name.setdefault(folded(draft.name), key)
        draft.roles += [role for role in party.texts("roles") if role not in draft.roles]
        contact = party.part("contactPoint")
        draft.contact_name = contact.fill("name", draft.contact_name)
        draft.email = contact.fill("email", draft.email)
        draft.phone = contact.fill("telephone", draft.phone)
        draft.url = contact.fill("url", draft.url)
        self._locate(draft, party.part("address"))
        return key

    def _key(self, party: Part, name: str) -> str:
        """See `ImportedParty.key`."""
        identifier = party.part("identifier")
        scheme, number = identifier.peek("scheme"), identifier.peek("id")
        if scheme and number:
            return f"{scheme}-{number}"
        if folded(name):
            return f"name-{hashlib.sha256(folded(name).encode()).hexdigest()[:16]}"
        return f"{self._ocid}#{party.peek('id') or len(self._drafts)}"

    def _identify(self, draft: _Draft, party: Part) -> None:
        for part in [party.part("identifier"), *party.parts("additionalIdentifiers")]:
            scheme, number = part.peek("scheme"), part.peek("id")
            known = next((one for one in draft.identifiers if (one.scheme, one.id) == (scheme, number)), None)
            if known is None:
                made = Identifier(
                    part.text("scheme"), part.text("id"), part.text("legalName"), part.text("uri")
                )
                if made != Identifier("", ""):
                    draft.identifiers.append(made)
            else:
                for key, said in zip(
                    ("scheme", "id", "legalName", "uri"),
                    (known.scheme, known.id, known.legal_name, known.uri),
                    strict=True,
                ):
                    part.agree(key, said)

    def _locate(self, draft: _Draft, address: Part) -> None:
        if draft.address:
            for name in _ADDRESS:
                address.agree(name, draft.address.get(name, ""))
        else:
            said = {name: address.text(name) for name in _ADDRESS}
            draft.address = said if any(said.values()) else {}


def folded(name: str) -> str:
    """A name without the differences of case and spacing that publishers make."""
    return " ".join(name.casefold().split())
