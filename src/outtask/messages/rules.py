"""What may be written in a thread."""

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

LONGEST = 20_000


def why_not_write(text: str) -> Refusal | None:
    """A line says something, and fits into a page."""
    if not text.strip():
        return Refusal("nothing_written", N_("Write something first."), field="text")
    if len(text) > LONGEST:
        return Refusal(
            "too_long",
            N_("This is longer than %(most)s characters. Put it into a file and hand that in."),
            field="text",
            facts={"most": LONGEST},
        )
    return None
