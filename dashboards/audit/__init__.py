"""Who looked at what and changed what: for leaders, for the resident whom it concerns, and for review."""

from dashboards.audit import (
    emergencies,
    resident,
    review,
    trail,
)

PAGES = (
    emergencies.pages,
    trail.pages,
    resident.pages,
    review.pages,
)
