"""What a spreadsheet would run: of the lists that leave here as CSV, no cell is one."""

from __future__ import annotations

_BEGINS = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")
"""The last four are `=+-@` of double width: Excel in Japanese and Chinese takes them for the same."""


def would_run(cell: str) -> bool:
    """Whether it would be taken for a formula, also behind white space."""
    return cell.lstrip().startswith(_BEGINS)
