"""The bench's findings as markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.bench.trial import Trial


def heading(machine: Mapping[str, Any], seconds: float) -> str:
    return (
        f"# Bench\n\n{machine['cores']} cores of {machine['processor']}, {machine['system']};"
        f" Python {machine['python']}, SQLite {machine['sqlite']}, Mosquitto {machine['mosquitto']},"
        f" paho-mqtt {machine['paho-mqtt']}, msgspec {machine['msgspec']}.\n\n"
        "Broker, load generator and hub share these cores, and the machine may be shared with others (load"
        f" average before: {machine['load_before'][0]} over 1 min, {machine['load_before'][1]} over 5 min):"
        " compare within a run, not across runs.\n\n"
        f"{seconds:g} s at each rate. QoS 1, JSON of Zigbee2MQTT, about 125 bytes. Ten rules for each"
        " resident. Committed means on the disk (synchronous = FULL), then acknowledged.\n"
    )


def sustained(trials: Sequence[Trial]) -> str:
    return "## Sustained\n\n" + _rates(trials)


def yardstick(trials: Sequence[Trial]) -> str:
    return "## The yardstick: a naive hub, a commit and an acknowledgement a message, one rule\n\n" + _rates(
        trials
    )


def _rates(trials: Sequence[Trial]) -> str:
    return _table(
        (
            "messages/s sent", "committed/s", "behind at the end", "kept up", "alerts", "alert p50 ms",
            "p99 ms", "max ms", "hub µs/message", "broker µs/message", "hub MB", "generator's lag p99 ms",
        ),
        [
            (
                f"{trial.rate:,.0f}", f"{trial.committed_per_second:,}", f"{trial.behind:,}",
                "yes" if trial.kept_up else f"no, {trial.seconds_to_catch_up:.0f} s to catch up",
                _alerts(trial), *_quantiles(trial, "p50", "p99", "max"), trial.processor,
                trial.broker_processor, f"{trial.memory:.0f}", trial.load.lag["p99"],
            )
            for trial in trials
        ],
    )  # fmt: skip


def latency(trials: Sequence[Trial]) -> str:
    rows = [
        (
            f"{trial.rate:,.0f}", _alerts(trial), *_quantiles(trial, "p50", "p95", "p99", "max"),
            trial.load.puback["p99"], trial.load.lag["p99"],
        )
        for trial in trials
    ]  # fmt: skip
    head = (
        "messages/s", "alerts", "p50 ms", "p95 ms", "p99 ms", "max ms", "broker's own answer p99 ms",
        "generator's lag p99 ms",
    )  # fmt: skip
    return f"## From the sensor to the alert, {trials[0].devices} devices\n\n" + _table(head, rows)


def size(trials: Sequence[Trial]) -> str:
    rows = [
        (
            f"{trial.devices:,}", f"{trial.memory:.0f}", _alerts(trial),
            *_quantiles(trial, "p50", "p95", "p99", "max"), trial.processor,
        )
        for trial in trials
    ]  # fmt: skip
    head = ("devices", "hub MB", "alerts", "p50 ms", "p95 ms", "p99 ms", "max ms", "hub µs/message")
    return "## By the size of the house, at 1,000 messages/s\n\n" + _table(head, rows)


def alone(parts: Mapping[str, float]) -> str:
    head = ("engine, readings/s with ten rules a resident", "decoding, µs a message")
    row = (f"{parts['engine_readings_per_second']:,}", parts["decode_us"])
    return "## Parts alone, one thread\n\n" + _table(head, [row])


def history(found: Mapping[str, Any]) -> str:
    rows = [
        ("readings/s committed to the journal, a thousand at once", "appended"),
        ("readings/s moved into it; in turn into an empty one", "moved", "moved_into_empty"),
        ("its ratio (aim: 0.7)", "move_ratio"),
        ("bytes a reading on disk", "bytes_a_reading"),
        ("last values of a unit of 40 devices, ms", "last_values_of_a_unit_ms"),
        (
            "one device's day, ms (a day that is over; the day so far)",
            "a_day_of_a_device_ms",
            "the_day_so_far_ms",
        ),
        ("30 days of hourly activity of a flat, ms", "hourly_30_days_ms"),
        ("making a day of 1.6 million readings compact, s", "close_a_day_s"),
        ("deleting such a day, s", "delete_a_day_s"),
        (
            "alert p99 at 200 messages/s without and while days are deleted, ms",
            "retention_p99_alone_ms",
            "retention_p99_beside_ms",
        ),
        ("its ratio", "retention_p99_ratio"),
        (
            "alert p99 at 1,000 messages/s without and with the mover at work, ms",
            "p99_alone_ms",
            "p99_beside_ms",
        ),
        ("its ratio", "p99_ratio"),
    ]
    cells = [(what, "; ".join(f"{found[name]:,}" for name in names)) for what, *names in rows]
    return f"## The history, {found['readings']:,} readings of 2,000 devices\n\n" + _table(("", ""), cells)


def relay(found: Mapping[str, Any]) -> str:
    if not found:
        return "## Copying to InfluxDB\n\nNot measured: InfluxDB is absent (tools/build-influxd builds it).\n"
    rows = [
        ("readings/s copied beside 200 messages/s (aim: 20,000)", "points_per_second"),
        (
            "alert p99 while InfluxDB is away and while a backlog is copied, ms",
            "relay_p99_alone_ms",
            "relay_p99_beside_ms",
        ),
        ("its ratio", "relay_p99_ratio"),
    ]
    cells = [(what, "; ".join(f"{found[name]:,}" for name in names)) for what, *names in rows]
    return f"## Copying to InfluxDB, a backlog of {found['waiting']:,} readings\n\n" + _table(("", ""), cells)


def calls(found: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{way}, {what}",
            *(f"{found[f'{way} to {person}'].get(q, 0):.0f}" for q in ("p50", "p95", "p99", "max")),
        )
        for person, what in (("kari", "from the press"), ("lise", "second step, from its time"))
        for way in ("webhook", "email")
    ]
    rows.append((f"lost {found['lost']}, twice {found['twice']} of {4 * found['presses']}", "", "", "", ""))
    head = ("to the receiver's hands, ms", "p50", "p95", "p99", "max")
    return "## Calls, 200 readings/s with 50 alerts/min\n\n" + _table(head, rows)


def dry_run(found: Mapping[str, Any]) -> str:
    asked = (
        ("ten rules over 90 days, read and judged (aim: 2 s)", "ten_rules_90_days"),
        ("one rule with another value beside today's over 14 days (aim: 0.3 s)", "slider_14_days"),
        ("a suggestion from four weeks", "suggestion"),
    )
    rows = [(what, found[name]["clock_s"], found[name]["processor_s"]) for what, name in asked]
    head = ("one thread", "s by the clock", "s of processor time")
    return f"## Dry run, a home with {found['readings']:,} readings in 90 days\n\n" + _table(head, rows)


def ratios(results: Mapping[str, Any]) -> dict[str, float]:
    """Against the yardstick, and how flat it is in the number of devices."""
    found: dict[str, float] = {}
    ours, theirs = results.get("sustained"), results.get("naive")
    if ours and theirs:
        found["throughput, Vaka : naive"] = _best(ours) / _best(theirs)
        cheapest = min(trial.processor for trial in theirs)
        found["hub's processor time a message, naive : Vaka"] = cheapest / min(t.processor for t in ours)
    sizes = results.get("size")
    if sizes:
        found["p99 with the most devices : with the fewest"] = (
            sizes[-1].load.latency["p99"] / sizes[0].load.latency["p99"]
        )
    return {name: round(ratio, 2) for name, ratio in found.items()}


def ratios_table(found: Mapping[str, float]) -> str:
    """Empty where what was measured gives none."""
    return (
        ""
        if not found
        else "## Ratios\n\n" + _table(("ratio", ""), [(name, ratio) for name, ratio in found.items()])
    )


def _best(trials: Iterable[Trial]) -> int:
    return max(trial.committed_per_second for trial in trials)


def _alerts(trial: Trial) -> str:
    got = trial.load.expected - trial.load.missing
    return f"{got:,}" if not trial.load.missing else f"{got:,} of {trial.load.expected:,}"


def _quantiles(trial: Trial, *names: str) -> list[str]:
    return [f"{trial.load.latency[name]:.0f}" if trial.load.latency else "–" for name in names]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"
