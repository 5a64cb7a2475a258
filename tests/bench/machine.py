"""What it was measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.servers import MOSQUITTO


def machine() -> dict[str, object]:
    """Cores, versions, and how busy others kept the cores before the first trial (1 and 5 min averages)."""
    assert MOSQUITTO is not None
    said = subprocess.run([MOSQUITTO, "-h"], capture_output=True, text=True).stdout
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": models[0] if models else platform.processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "mosquitto": said.split()[2] if said else "?",
        "paho-mqtt": version("paho-mqtt"),
        "msgspec": version("msgspec"),
        "load_before": [round(load, 2) for load in os.getloadavg()[:2]],
    }
