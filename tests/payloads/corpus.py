"""`make corpus`: how much of the real payloads is understood rightly, by way in and category."""

from collections import Counter

from tests.payloads import lorawan_vectors, z2m_exposes
from tests.payloads.rows import FOLDER, decode, rows
from tests.payloads.test_mqtt_rows import ROWS, decoded_row, meaning_of, said
from tests.payloads.test_zigbee2mqtt_rows import ROWS as ZIGBEE_ROWS
from tests.payloads.test_zigbee2mqtt_rows import expected_meaning


def main() -> None:
    if not FOLDER.exists():
        print("../shared/data/payloads is absent")
        return
    _print("Messages by MQTT", _messages())
    _print("Properties announced by Zigbee2MQTT", z2m_exposes.table())
    for outcome in z2m_exposes.outcomes():
        if (outcome.expected or outcome.found) and not outcome.right:
            print(
                "  wrong:",
                outcome.row["vendor"],
                outcome.row["model"],
                outcome.row["property"],
                outcome.found,
            )
    _print("LoRaWAN objects", lorawan_vectors.table())
    for vector in lorawan_vectors.outcomes():
        if not vector.right:
            print("  wrong:", vector.row["vendor"], vector.row["model"], vector.said, vector.errors)
    _print("Bluetooth by Theengs", _bluetooth())


def _messages() -> list[tuple[str, int, int]]:
    total, right = Counter[str](), Counter[str]()
    for row in ROWS:
        total[row["integration"]] += 1
        found = said(decoded_row(row))
        right[row["integration"]] += all(found.get(k) == v for k, v in meaning_of(row).items())
    for row in ZIGBEE_ROWS:
        total["zigbee2mqtt"] += 1
        expected = {k: v for k, v in row["expected"].items() if k not in ("event", "bridge")}
        found = said(decode(row["payload_raw"], row["topic"], retained=row.get("retain", False)))
        meaning = {k: v for k, v in expected_meaning(expected).items() if v is not None}
        right["zigbee2mqtt"] += all(found.get(k) == v for k, v in meaning.items())
    return [(name, total[name], right[name]) for name in sorted(total)]


def _bluetooth() -> list[tuple[str, int, int]]:
    """Right: what is read is what the decoder's own names say."""
    from tests.payloads.test_theengs import meaning_by_name, read

    every = [(row, read(row)) for row in rows("theengs_ble.jsonl")]
    return [("theengs", len(every), sum(found == meaning_by_name(row) for row, found in every))]


def _print(title: str, table: list[tuple[str, int, int]]) -> None:
    print(f"\n{title}")
    for name, total, right in [*table, ("all", sum(t for _, t, _ in table), sum(r for _, _, r in table))]:
        print(f"  {name:26} {right:5} of {total:5}   {100 * right / max(total, 1):6.1f} %")


if __name__ == "__main__":
    main()
