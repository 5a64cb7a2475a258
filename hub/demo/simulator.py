"""The devices of the demo: lives and scenes as MQTT messages, each at its own instant."""

from __future__ import annotations

from heapq import merge
from random import Random
from threading import Event

from hub.clock import Clock
from hub.demo.life import Happening, life
from hub.demo.scenes import scenes
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.publisher import Publisher
from hub.mqtt.sending import Manner, Native, Sending, Zigbee2Mqtt
from rules.building import NATIVE, Site


class Simulator:
    def __init__(self, site: Site, access: BrokerAccess, clock: Clock, seed: int) -> None:
        self._site, self._access, self._clock, self._seed = site, access, clock, seed
        self._manners: dict[str, Manner] = {g.id: Zigbee2Mqtt(g.topic) for g in site.gateways}
        self._manners[NATIVE] = Native(site.site)

    def run(self, stopping: Event) -> None:
        """Until `stopping` is set. Raises PublishError."""
        start = self._clock.now()
        happenings = merge(
            life(self._site, Random(self._seed), start), scenes(self._site, start), key=lambda h: h.at
        )
        with Publisher(self._access, "vaka-demo") as publisher:
            for gateway in self._site.gateways:
                publisher.publish(f"{gateway.topic}/bridge/state", '{"state":"online"}', retain=True)
            for happening in happenings:
                wait = (happening.at - self._clock.now()).total_seconds()
                if stopping.wait(max(0.0, wait)):
                    return
                publisher.publish(*self._message(happening))

    def _message(self, happening: Happening) -> Sending:
        device = happening.device
        manner = self._manners[self._site.gateway_of(device)]
        return manner.say(device.address or device.id, happening.said, happening.at)
