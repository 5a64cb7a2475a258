"""Who looked at what and changed what: for leaders, for the resident whom it concerns, and for review."""

from dashboards.audit import (
    resident,
    review,
    trail,
)

PAGES = (
    trail.pages,
    resident.pages,
    review.pages,
)
