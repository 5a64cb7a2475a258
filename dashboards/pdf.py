"""Documents: what is said goes as JSON into a template of dashboards/documents, and comes out as a PDF.

Typst sets them, tagged for screen readers (PDF/UA-1). What somebody typed is only ever text, never markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import segno
import typst

DOCUMENTS = Path(__file__).parent / "documents"


def pdf(template: str, said: Mapping[str, Any], at: datetime) -> bytes:
    """The document. `template`: a file's name without its ending. `at`: the time of its making, so that the
    same content gives the same bytes. A character that no font has costs the mark of PDF/UA alone.
    """
    inputs = {"said": msgspec.json.encode(said).decode()}
    at = at.replace(microsecond=0)
    main = DOCUMENTS / f"{template}.typ"
    try:
        return typst.compile(main, root=DOCUMENTS, sys_inputs=inputs, pdf_standards="ua-1", timestamp=at)
    except typst.TypstError:
        return typst.compile(main, root=DOCUMENTS, sys_inputs=inputs, timestamp=at)


def qr_code(text: str) -> str:
    """As SVG, error correction M; it needs a quiet zone of four modules, which is in it."""
    return str(segno.make(text, error="m", micro=False).svg_inline(border=4, scale=4))
