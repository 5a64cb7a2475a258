"""The pages of whoever answers for what is kept: how long what is kept and what there is of it, backups and
jobs, a resident's export, and erasing one.
"""

from dashboards.keeping import erasures, overview, residents

PAGES = (overview.pages, residents.pages, erasures.pages)
