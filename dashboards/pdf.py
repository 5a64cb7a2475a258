"""Documents: what is said goes as JSON into a template of dashboards/documents, and comes out as a PDF.

Typst sets them, tagged for screen readers (PDF/UA-1). What somebody typed is only ever text, never markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import segno
import typst

DOCUMENTS = Path(__file__).parent / "documents"
_FONTS = Path(__file__).parent / "static" / "vendor"
"""The pages' font, fetched by tools/vendor. Without it, and for letters that it lacks, Typst has its own."""


def pdf(template: str, said: Mapping[str, Any], at: datetime) -> bytes:
    """The document. `template`: a file's name without its ending. `at`: the time of its making, so that the
    same content gives the same bytes. A character that no font has costs the mark of PDF/UA alone.
    """
    inputs = {"said": msgspec.json.encode(said).decode()}
    main, at = DOCUMENTS / f"{template}.typ", at.replace(microsecond=0)

    def made(standard: Literal["ua-1"] | None) -> bytes:
        return typst.compile(
            main, root=DOCUMENTS, font_paths=[_FONTS], sys_inputs=inputs, pdf_standards=standard, timestamp=at
        )

    try:
        return made("ua-1")
    except typst.TypstError:
        return made(None)


def qr_code(text: str) -> str:
    """As SVG, error correction M; it needs a quiet zone of four modules, which is in it."""
    return str(segno.make(text, error="m", micro=False).svg_inline(border=4, scale=4))
