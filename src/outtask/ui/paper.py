"""Setting a page as PDF: for the same content the same bytes, on any machine.

The page is set by Typst with its own fonts. What it says goes in as data and is never read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import typst

# PDF/UA-1 is ISO 14289-1: tagged, so that a screen reader can read it.
type Standard = Literal["ua-1", "1.7"]


def pdf_of(template: Path, paper: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF of a template; `paper` is everything the page says, as text in the order it is said.

    Conforms to PDF/UA-1. A sign that Typst's fonts do not have stands as an empty box, and only then the
    file makes no claim to the standard, which forbids such boxes.
    """
    told = json.dumps(paper, ensure_ascii=False, sort_keys=True)
    try:
        return _set(template, told, made_at, "ua-1")
    except typst.TypstError:
        return _set(template, told, made_at, "1.7")


def _set(template: Path, paper: str, made_at: datetime, standard: Standard) -> bytes:
    pdf: bytes = typst.compile(
        template,
        root=template.parent,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"paper": paper},
        pdf_standards=standard,
        timestamp=int(made_at.timestamp()),
    )
    return pdf
