"""The scratch installation of a drill: `python -m outtask.takeback.archive.scratch FIRST SECOND`.

Started with a home of its own. Imports the archive FIRST into an empty database, verifies the journal there,
exports to SECOND, and prints what came of it as JSON. It ends when its standard input does: then whoever
started it is gone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path


def main(first: str, second: str) -> None:
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    import django  # settings are read only now

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    print(json.dumps({"problem": _there_and_back(Path(first), Path(second))}))  # noqa: T201  (to the other)


def _there_and_back(first: Path, second: Path) -> str:
    """Import, verify, export; what went wrong, "" when nothing did."""
    from django.utils import timezone

    from outtask.journal.verify import verify
    from outtask.kernel.refusal import Refused
    from outtask.takeback.archive import taking_in, writing

    try:
        with taking_in.checked(first) as found:
            taking_in.take_in(found, (), timezone.now())
            organisation_id = found.manifest.organisation_id
        fault = verify(organisation_id).fault
        if fault is not None:
            return f"The journal does not verify after the import. {fault}"
        writing.export_to(second, organisation_id)
    except Refused as refused:
        return str(refused)
    return ""


def _end_with_the_other() -> None:
    while os.read(0, 1):  # past Python's own buffer, whose lock would be held when we end first
        pass
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
