"""The pages of care staff and their leaders."""

from dashboards.care import away, handover, legal_basis, pauses

PAGES = (away.pages, handover.pages, legal_basis.pages, pauses.pages)
