"""Put the house together at start-up: each room's kinds, what is derived after every action, who is woken."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from outtask.journal import kinds, recording
from outtask.people import holdings

ROOMS = (
    "people", "files", "messages", "outtasks", "decide", "source", "catalogue", "agree",
    "spend", "watch", "deliver", "pay", "measure", "takeback", "lifecycle", "followers",
)  # fmt: skip


def assemble() -> None:
    """Collect the kinds of every room and hook up what is derived; safe to call twice."""
    for room in ROOMS:
        if find_spec(f"outtask.{room}.kinds"):
            kinds.register(import_module(f"outtask.{room}.kinds").KINDS)
        if find_spec(f"outtask.{room}.holdings") and room != "people":
            for holding in import_module(f"outtask.{room}.holdings").HOLDINGS:
                holdings.register(holding)
    from outtask.lifecycle import standing
    from outtask.people import joining, presence, sessions
    from outtask.spend.actions.people import set_promised_limits

    if presence.why_not_any_more not in recording.admissions:
        recording.admissions.append(presence.why_not_any_more)
    if standing.derive not in recording.derivations:
        recording.derivations.append(standing.derive)
    joining.register(set_promised_limits)
    sessions.watch()
