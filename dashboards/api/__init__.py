"""What other programs may ask and do: one file a family of calls. `python -m dashboards.api` prints the
OpenAPI document (docs/openapi.json).
"""

from __future__ import annotations

from dashboards.api import alerts, healthz

FAMILIES = (healthz.api, alerts.api)
