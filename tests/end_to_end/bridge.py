"""A stand-in for Zigbee2MQTT: a process at a real broker that answers requests as its documentation says.

How it answers depends on the name of the device it is asked about: `mute` gets no answer, `garbage` one that
is none, `twice` the same one twice, `slow` one after 12 s, `stuck` the error of a sleeping device. Pairing
finds a new device at once. `python -m tests.end_to_end.bridge HOST PORT USER PASSWORD VERSION`
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import paho.mqtt.client as mqtt

BASE = "zigbee2mqtt"
NEW = "0x00158d00018255df"
EXPOSES = [{"type": "binary", "property": "contact", "access": 1, "value_on": False, "value_off": True}]


class Bridge:
    def __init__(self, version: int) -> None:
        self.version = version
        names = ("door", "mute", "garbage", "twice", "slow", "stuck")
        self.names = {f"0x{n:016x}": name for n, name in enumerate(names, 1)}
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.client.on_connect = self.connected
        self.client.on_message = self.asked

    def connected(self, *_: Any) -> None:
        self.client.subscribe(f"{BASE}/bridge/request/#", 1)
        self.say("bridge/state", {"state": "online"}, retain=True)
        self.say_devices()
        self.say_info(0)

    def say(self, rest: str, said: Any, retain: bool = False) -> None:
        payload = said if isinstance(said, str) else json.dumps(said)
        self.client.publish(f"{BASE}/{rest}", payload, 1 if retain else 0, retain)

    def say_devices(self) -> None:
        devices = [
            {
                "ieee_address": address,
                "type": "EndDevice",
                "friendly_name": name,
                "supported": True,
                "interview_completed": True,
                "power_source": "Battery",
                "definition": {"vendor": "Acme", "model": "DS-1", "exposes": EXPOSES},
            }
            for address, name in self.names.items()
        ]
        self.say("bridge/devices", devices, retain=True)

    def say_info(self, seconds: int) -> None:
        """Version 1 counts the seconds left, version 2 gives the end in ms."""
        info: dict[str, Any] = {"version": f"{self.version}.0.0", "permit_join": seconds > 0, "config": {}}
        if seconds and self.version == 1:
            info["permit_join_timeout"] = seconds
        elif seconds:
            info["permit_join_end"] = int((time.time() + seconds) * 1000)
        self.say("bridge/info", info, retain=True)

    def asked(self, _: Any, __: Any, message: mqtt.MQTTMessage) -> None:
        rest = message.topic.removeprefix(f"{BASE}/bridge/request/")
        said = json.loads(message.payload)
        data: dict[str, Any] = {}
        why = ""
        try:
            data = {
                "permit_join": self.permit_join,
                "device/rename": self.rename,
                "device/remove": self.remove,
                "device/interview": self.interview,
                "device/options": self.options,
            }[rest](said)
        except LookupError as error:
            why = str(error.args[0])
        answer = {"data": data, "status": "error" if why else "ok", "transaction": said["transaction"]}
        if why:
            answer["error"] = why
        self.answer(f"bridge/response/{rest}", answer, str(said.get("id", said.get("from", ""))))

    def answer(self, rest: str, answer: dict[str, Any], device: str) -> None:
        if device == "mute":
            return
        if device == "slow":
            time.sleep(12)
        if device == "garbage":
            self.say(rest, '{"status": "ok", "transac')
            self.say(rest, {**answer, "status": "perhaps"})
            self.say(rest, "[" * 5000)
            return
        self.say(rest, answer)
        if device == "twice":
            self.say(rest, {**answer, "status": "error", "error": "the same once more"})

    def permit_join(self, said: dict[str, Any]) -> dict[str, Any]:
        if "device" in said and said["device"] not in self.names.values():
            raise LookupError(f"Device '{said['device']}' does not exist")
        if "value" not in said if self.version == 1 else "time" not in said:
            raise LookupError("Invalid payload")
        self.say_info(said["time"])
        if said["time"]:
            self.join()
        return {"value": said["value"]} if self.version == 1 else {"time": said["time"]}

    def join(self) -> None:
        self.names[NEW] = NEW
        who = {"friendly_name": NEW, "ieee_address": NEW}
        self.say("bridge/event", {"type": "device_joined", "data": who})
        self.say("bridge/event", {"type": "device_announce", "data": who})
        self.say("bridge/event", {"type": "device_interview", "data": {**who, "status": "started"}})
        self.say_devices()
        found = {"supported": True, "definition": {"vendor": "Aqara", "model": "MCCGQ11LM"}}
        done = {**who, "status": "successful", **found}
        self.say("bridge/event", {"type": "device_interview", "data": done})

    def rename(self, said: dict[str, Any]) -> dict[str, Any]:
        address = self.address(said["from"])
        if said["to"] in self.names.values():
            raise LookupError(f"friendly_name '{said['to']}' is already in use")
        before = self.names[address]
        self.say(before, "", retain=True)
        self.names[address] = said["to"]
        self.say_devices()
        self.say(said["to"], {"contact": False, "battery": 90})  # before the answer, as the real one does
        return {"from": before, "to": said["to"], "homeassistant_rename": False}

    def remove(self, said: dict[str, Any]) -> dict[str, Any]:
        address = self.address(said["id"])
        name = self.names[address]
        if name == "stuck" and not said["force"]:
            raise LookupError(
                "Failed to remove device 'stuck' (block: false, force: false)"
                " (Error: AREQ - ZDO - mgmtLeaveRsp after 10000ms)"
            )
        del self.names[address]
        self.say(
            "bridge/event", {"type": "device_leave", "data": {"ieee_address": address, "friendly_name": name}}
        )
        self.say_devices()
        return {"id": said["id"], "block": said["block"], "force": said["force"]}

    def interview(self, said: dict[str, Any]) -> dict[str, Any]:
        self.address(said["id"])
        return {"id": said["id"]}

    def options(self, said: dict[str, Any]) -> dict[str, Any]:
        self.address(said["id"])
        return {"from": {}, "to": said["options"], "id": said["id"], "restart_required": False}

    def address(self, name: str) -> str:
        for address, called in self.names.items():
            if name in (address, called):
                return address
        raise LookupError(f"Device '{name}' does not exist")


if __name__ == "__main__":
    host, port, user, password, version = sys.argv[1:]
    bridge = Bridge(int(version))
    bridge.client.username_pw_set(user, password)
    bridge.client.connect(host, int(port))
    bridge.client.loop_forever()
