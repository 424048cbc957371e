"""What the files room writes into the journal."""

from outtask.journal.kinds import Kind, Says
from outtask.kernel.words import N_

KINDS = (
    Kind(
        "file.downloaded",
        N_("%(name)s was downloaded"),
        {"name": Says.WORDS, "sha256": Says.SHA256},
        icon="down",
    ),
)
