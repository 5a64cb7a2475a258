"""What relatives see and do, by the resident's consent: one page, their choices, and what they have looked
at.
"""

from dashboards.relative import choices, invited, leave, page

PAGES = (page.pages, choices.pages, leave.pages, invited.pages)
