"""How a site's messages are understood: its gateways, the vendors' codecs, and the native way in."""

from __future__ import annotations

from datetime import timedelta

from devices.codec import Codecs
from devices.decode import NATIVE, Decoder
from devices.instants import BELIEVE_AGE
from rules.building import Site


def decoder_of(site: Site, codecs: Codecs, believe_age: timedelta = BELIEVE_AGE) -> Decoder:
    """It has learned no announcement yet."""
    ways = [g.way_in for g in site.gateways]
    return Decoder([*ways, NATIVE], believe_age, codecs)
