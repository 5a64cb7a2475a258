"""Prints the OpenAPI document."""

import json

from dashboards.app import create_app
from hub.settings import Settings

print(json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False))
