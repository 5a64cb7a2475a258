"""Home Assistant's discovery, as ESPHome and many others speak it:
`homeassistant/<component>/[<node>/]<object>/config`.

Devices announce their entities: which topic tells what, and which payload means on. The announcements are
learned, and then the topics they name are understood. What an entity is comes from its device class, never
from its name. https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from devices.announced import Entity, full_keys, read_entity
from devices.message import Message
from devices.payload import PayloadError, read_json, read_object, read_text, sentence, shown
from devices.reading import Availability, Decoded, Reading, Value
from devices.telling import readings_of
from devices.template_functions import MISSING
from devices.values import UnusableError

MOST_ENTITIES = 20_000


class _Sign(NamedTuple):
    """By which payload of which topic a device says that it can be heard."""

    device: str
    online: str
    offline: str
    template: Any


class HomeAssistant:
    """A device's name is the first of its identifiers. Of several entities for one measure the one whose
    topic sorts first is the device itself; the others are `<device>/<object>`.
    """

    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age
        self._announced: dict[str, tuple[Entity, ...]] = {}  # by the topic of the announcement
        self._states: dict[str, list[tuple[str, Entity]]] = {}  # state topic → (device's name here, entity)
        self._signs: dict[str, list[_Sign]] = {}
        self._stale = False

    def passes_over(self, rest: str) -> bool:
        return False

    @property
    def topics(self) -> tuple[str, ...]:
        """What the announced devices speak on."""
        self._sort_out()
        return tuple(dict.fromkeys((*self._states, *self._signs)))

    def knows(self, topic: str) -> bool:
        if self._stale:
            self._sort_out()
        return topic in self._states or topic in self._signs

    def decode(self, message: Message, rest: str) -> Decoded:
        if rest == "status":
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        if rest.endswith("/config"):
            return self._announcement(message, rest)
        if self.knows(message.topic):
            return self._state(message)
        fault = f"the topic {shown(message.topic)} was announced by nobody"
        return Decoded(gateway=self._gateway, error=fault)

    def _announcement(self, message: Message, rest: str) -> Decoded:
        levels = rest.split("/")
        if not message.payload:
            if self._announced.pop(message.topic, None) is not None:
                self._stale = True
            return Decoded(gateway=self._gateway, ignored="discovery")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, error=f"the announcement {fault}")
        errors = [note] if note else []
        entities = tuple(_entities(levels, full_keys(said), errors))
        if len(self._announced) >= MOST_ENTITIES and message.topic not in self._announced:
            errors.append(f"more than {MOST_ENTITIES} entities are announced; this one is left out")
        elif self._announced.get(message.topic) != entities:
            self._announced[message.topic] = entities
            self._stale = True
        return Decoded(gateway=self._gateway, error=sentence(errors), ignored="discovery")

    def _sort_out(self) -> None:
        if not self._stale:
            return
        self._stale = False
        self._states, self._signs = {}, {}
        taken: set[tuple[str, str]] = set()
        for topic in sorted(self._announced):
            for entity in self._announced[topic]:
                device = entity.device
                if entity.measure and entity.state_topic:
                    if entity.measure != "pressed" and (device, entity.measure) in taken:
                        device = f"{device}/{entity.object_id}"
                    taken.add((device, entity.measure))
                    self._states.setdefault(entity.state_topic, []).append((device, entity))
                for sign in entity.availability:
                    signs = self._signs.setdefault(sign.topic, [])
                    new = _Sign(entity.device, sign.online, sign.offline, sign.template)
                    if new not in signs:
                        signs.append(new)

    def _state(self, message: Message) -> Decoded:
        text, note = read_text(message.payload)
        try:
            content: Any = read_json(message.payload)[0] if message.payload else None
        except PayloadError:
            content = None
        errors = [note] if note else []
        said: dict[str, dict[str, Value]] = {}
        for device, entity in self._states.get(message.topic, ()):
            try:
                value = entity.read(text, content)
            except (UnusableError, ValueError) as fault:
                errors.append(f"{entity.object_id} {fault}")
                continue
            values = said.setdefault(device, {})
            if value is not None:
                values[entity.measure] = value
        readings: tuple[Reading, ...] = ()
        for device, values in said.items():
            readings += readings_of(message, device, values)
        heard = tuple(self._heard(message, text, content))
        if message.topic not in self._states and message.payload and not heard:
            errors.append(f"a device's availability is {shown(text)}; expected what it has announced for it")
        return Decoded(
            gateway=self._gateway,
            heard=next(iter(said), None),
            readings=readings,
            availability=heard,
            error=sentence(errors),
            ignored="" if readings or errors or heard else "no state",
        )

    def _heard(self, message: Message, text: str, content: Any) -> Iterator[Availability]:
        for sign in self._signs.get(message.topic, ()):
            said: Any = text.strip()
            if sign.template is not None:
                try:
                    said = sign.template(text, content)
                except ValueError:
                    continue
            elif isinstance(content, dict) and isinstance(content.get("state"), str):
                said = content["state"]
            if said is MISSING or str(said) not in (sign.online, sign.offline):
                continue
            yield Availability(self._gateway, sign.device, str(said) == sign.online, message.received_at)


def _entities(levels: list[str], said: Mapping[str, Any], errors: list[str]) -> Iterator[Entity]:
    """One for `<component>/[<node>/]<object>/config`, several for `device/<object>/config`."""
    if levels[0] != "device":
        name = "/".join(levels[1:-1]) or levels[0]
        yield from read_entity(levels[0], name, said, errors)
        return
    components = said.get("components")
    for name, own in list(components.items())[:200] if isinstance(components, dict) else ():
        if isinstance(own, dict):
            shared = {key: value for key, value in said.items() if key != "components"}
            entry = {**shared, **full_keys(own)}
            yield from read_entity(str(entry.get("platform", "")), str(name), entry, errors)
