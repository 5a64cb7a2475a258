"""All that is held on a resident, as one ZIP file: JSON and CSV, with a page that says in plain words what
each file is.

Nobody else's name is in it: other residents are left out, and of staff it says the role, not the person. Of
readings there are those of their rooms while they lived there alone, and of their own devices.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from devices.measures import MEASURES
from hub.erasing.plan import Plan, pattern, plan_for, words_of
from hub.erasing.stays import FOR_EVER, Span, lived
from hub.history import segments
from hub.history.block import unpacked
from hub.history.segments import A_DAY, beside, connect_history
from hub.spreadsheet import would_run
from hub.store import readings
from hub.store.instants import from_us
from rules.building import Resident, Site
from rules.language import Language, norwegian

SOMEBODY: dict[Language, str] = {"nb": "en annen", "nn": "ein annan", "en": "somebody else"}
_INSTANT = ("_at", "since", "until", "away_from", "back_by", "at", "due")
_LEFT_OUT = frozenset(
    {"id", "seq", "site", "resident", "key", "hash", "token_hash", "signature", "plan", "secret"}
)
"""Columns that say nothing to anybody, or are a secret."""


class Told(NamedTuple):
    """A file of the export and what it is."""

    nb: str
    nn: str
    en: str

    def said(self, language: Language) -> str:
        return {"nb": self.nb, "nn": self.nn, "en": self.en}[language]


FILES: dict[str, Told] = {
    "resident.json": Told(
        "Hvem du er i Vaka: navn, rom, når du bodde hvor, og samtykker og vedtak som gjelder deg",
        "Kven du er i Vaka: namn, rom, når du budde kvar, og samtykke og vedtak som gjeld deg",
        "Who you are in Vaka: name, rooms, when you lived where, and the consents and decisions about you",
    ),
    "alerts.csv": Told(
        "Varsler om deg: når, hva som ble meldt, og hvordan det gikk",
        "Varsel om deg: når, kva som vart meldt, og korleis det gjekk",
        "Alerts about you: when, what was told, and what came of it",
    ),
    "alert_steps.csv": Told(
        "Hva som skjedde med hvert varsel, steg for steg. Ansatte står med rolle, ikke navn",
        "Kva som skjedde med kvart varsel, steg for steg. Tilsette står med rolle, ikkje namn",
        "What happened with each alert, step by step. Staff are shown by role, not by name",
    ),
    "readings.csv": Told(
        "Det sensorene i rommet ditt sa mens du bodde der alene, og det dine egne sensorer sa",
        "Det sensorane i rommet ditt sa medan du budde der åleine, og det dine eigne sensorar sa",
        "What the sensors in your room said while you lived there alone, and your own sensors",
    ),
    "seen.csv": Told(
        "Når ansatte så på opplysninger om deg, og hvor",
        "Når tilsette såg på opplysningar om deg, og kvar",
        "When staff looked at data about you, and where",
    ),
    "goals.csv": Told(
        "Mål du øvde på, dag for dag", "Mål du øvde på, dag for dag", "Goals that you practised, day by day"
    ),
    "pauses.csv": Told(
        "Hva som var slått av hos deg, når og hvorfor",
        "Kva som var slått av hos deg, når og kvifor",
        "What was switched off at your place, when and why",
    ),
    "emergencies.csv": Told(
        "Når ansatte fra andre enheter tok seg nødtilgang til det som gjelder deg, og hvorfor",
        "Når tilsette frå andre einingar tok seg naudtilgang til det som gjeld deg, og kvifor",
        "When staff of other units took emergency access to what is about you, and why",
    ),
    "mentions.csv": Told(
        "Der noen har skrevet navnet ditt andre steder: pauser, notater ved vaktskifte og nødtilgang",
        "Der nokon har skrive namnet ditt andre stader: pausar, notat ved vaktskifte og naudtilgang",
        "Where somebody wrote your name elsewhere: pauses, notes at hand-over and emergency access",
    ),
}
"""Beside these there is one file for each further table that names the resident."""
WRITTEN: tuple[tuple[str, str, str], ...] = (
    ("pause", "reason", "paused_at"),
    ("hand_over_note", "words", "written_at"),
    ("emergency_access", "reason", "began_at"),
)
"""What people write in their own words: table, column, and when."""
NOT_ALONE = Told(
    "Tom: du har hele tiden delt rom med noen, så det sensorene i rommet sa, er også om den andre",
    "Tom: du har heile tida delt rom med nokon, så det sensorane i rommet sa, er òg om den andre",
    "Empty: you have always shared your room, so what its sensors said is about the other one too",
)
"""Of the readings, where there are none that are theirs alone."""
FURTHER = Told(
    "Andre opplysninger som er lagret om deg",
    "Andre opplysningar som er lagra om deg",
    "Other data that is held on you",
)
HEAD: dict[Language, str] = {
    "nb": "Dette er alt Vaka har lagret om deg ({site}), tatt ut {day}.\n"
    "CSV-filene kan åpnes i et regneark. Tider er UTC.\n"
    "Delte du rom med noen, er det rommets sensorer sa også om den andre, og er ikke med.\n\n",
    "nn": "Dette er alt Vaka har lagra om deg ({site}), teke ut {day}.\n"
    "CSV-filene kan opnast i eit rekneark. Tidene er UTC.\n"
    "Delte du rom med nokon, handlar det sensorane i rommet sa òg om den andre, og er ikkje med.\n\n",
    "en": "This is all that Vaka holds about you ({site}), taken out on {day}.\n"
    "The CSV files open in a spreadsheet. Times are UTC.\n"
    "Where you shared a room, what its sensors said is about the other one too, and is not included.\n\n",
}


def export(
    connection: sqlite3.Connection,
    database: Path,
    site: Site,
    resident: Resident,
    language: Language,
    at: datetime,
    out: IO[bytes],
) -> None:
    """Write the ZIP. `at`: the time of its making."""
    _Export(connection, database, site, resident, language, at).write(out)


class _Export:
    def __init__(
        self,
        connection: sqlite3.Connection,
        database: Path,
        site: Site,
        resident: Resident,
        language: Language,
        at: datetime,
    ) -> None:
        self._connection, self._database = connection, database
        self._site, self._resident, self._language, self._at = site, resident, language, at
        self._plan: Plan = plan_for(connection, site, resident.id)
        self._roles = {person.id: person.role for person in site.people}
        known = lived(connection, site.site)
        self._others = {id for id in known.stays if id != resident.id}
        names = {word for id in self._others for word in (*known.names[id], *words_of(known, site, id))}
        names |= {person.name for person in site.people}
        names |= others_relatives(connection, site.site, resident.id)
        names -= set(self._plan.words)
        self._hidden = pattern(sorted({*names, *self._others}, key=len, reverse=True) or ["\0"])

    def write(self, out: IO[bytes]) -> None:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            said = [(name, FILES[name].said(self._language)) for name in FILES]
            for name, write in (
                ("resident.json", self._resident_json),
                ("alerts.csv", self._alerts),
                ("alert_steps.csv", self._steps),
                ("readings.csv", self._readings),
                ("seen.csv", self._seen),
                ("goals.csv", self._goals),
                ("pauses.csv", self._pauses),
                ("emergencies.csv", self._emergencies),
                ("mentions.csv", self._mentions),
            ):
                with archive.open(name, "w") as file:
                    write(file)
            if not self._plan.spans:
                place = list(FILES).index("readings.csv")
                said[place] = ("readings.csv", NOT_ALONE.said(self._language))
            for table in self._further():
                with archive.open(f"{table}.csv", "w") as file:
                    self._table(file, table, "resident = ?", (self._resident.id,))
                said.append((f"{table}.csv", FURTHER.said(self._language)))
            head = HEAD[self._language].format(
                site=self._site.name, day=f"{self._at.astimezone(self._site.zone):%Y-%m-%d}"
            )
            lines = "".join(f"{name}: {what}.\n" for name, what in said)
            archive.writestr("LES-MEG.txt" if norwegian(self._language) else "README.txt", head + lines)

    def _resident_json(self, file: IO[bytes]) -> None:
        said = self._resident.model_dump(mode="json", exclude={"rules"})
        said["rules"] = self._resident.rules
        said["stays"] = [
            {"room": stay.room, "since": _day(stay.since), "until": _day(stay.until)}
            for stay in self._plan.stays
        ]
        text = msgspec.json.format(msgspec.json.encode(said), indent=1).decode()
        file.write(self._clean(text).encode())

    def _alerts(self, file: IO[bytes]) -> None:
        columns = (
            "id, rule, room, severity, state, raised_at, cleared_at, accepted_at, arrived_at, closed_at,"
            " outcome, occurrences, device, evidence"
        )
        self._rows(file, columns, f"FROM alert WHERE {self._mine} ORDER BY id", self._who)

    def _steps(self, file: IO[bytes]) -> None:
        columns = "alert, e.at, event, by, reason"
        where = f"FROM alert_event AS e JOIN alert ON alert.id = e.alert WHERE {self._mine} ORDER BY seq"
        self._rows(file, columns, where, self._who)

    _mine = "site = ? AND EXISTS (SELECT 1 FROM json_each(residents) WHERE value = ?)"

    @property
    def _who(self) -> tuple[str, str]:
        return self._site.site, self._resident.id

    def _seen(self, file: IO[bytes]) -> None:
        where = (
            "FROM audit WHERE site = ? AND json_valid(detail) AND EXISTS"
            " (SELECT 1 FROM json_each(detail, '$.residents') WHERE value = ?) ORDER BY seq"
        )
        self._rows(file, "at, by, what, json_extract(detail, '$.page') AS page", where, self._who)

    def _goals(self, file: IO[bytes]) -> None:
        self._while_here(file, "rule, day, outcome, occasions, reminders, missed, since", "goal_day", "since")

    def _pauses(self, file: IO[bytes]) -> None:
        self._while_here(file, "rule, device, room, reason, owner, paused_at, ended_at", "pause", "paused_at")

    def _emergencies(self, file: IO[bytes]) -> None:
        """To their room, or to all of its unit, while they lived there: also with others."""
        units = {room.id: room.unit for room in self._site.rooms}
        one = "((room = ? OR (room IS NULL AND unit = ?)) AND ends_at > ? AND began_at < ?)"
        periods = " OR ".join(one for _ in self._plan.stays) or "FALSE"
        values = [v for s in self._plan.stays for v in (s.room, units.get(s.room, ""), s.since, s.until)]
        where = f"FROM emergency_access WHERE site = ? AND ({periods}) ORDER BY began_at"
        self._rows(file, "room, unit, person, reason, began_at, ends_at", where, (self._site.site, *values))

    def _mentions(self, file: IO[bytes]) -> None:
        names = pattern(self._plan.words or ["\0"])
        with _Writer(file) as write:
            write(("at", "where", "words"))
            for table, column, at in WRITTEN:
                query = f"SELECT {at}, {column} FROM {table} WHERE site = ? ORDER BY {at}"
                for when, text in self._connection.execute(query, (self._site.site,)):
                    if names.search(text):
                        write((from_us(when).isoformat(), table, self._clean(text)))

    def _while_here(self, file: IO[bytes], columns: str, table: str, at: str) -> None:
        """Rows of their room while they lived there alone."""
        periods = " OR ".join(f"(room = ? AND {at} >= ? AND {at} < ?)" for _ in self._plan.alone) or "FALSE"
        values = [value for stay in self._plan.alone for value in (stay.room, stay.since, stay.until)]
        where = f"FROM {table} WHERE site = ? AND ({periods}) ORDER BY {at}"
        self._rows(file, columns, where, (self._site.site, *values))

    def _readings(self, file: IO[bytes]) -> None:
        """What was heard, device by device, in order of time."""
        names = readings.measure_names(self._connection)
        states = {no for no, name in names.items() if MEASURES[name].kind == "state"}
        with _Writer(file) as write:
            write(("at", "device", "measure", "value"))
            with closing(connect_history(beside(self._database))) as history:
                for span in self._plan.spans:
                    for measure, at, value in _heard(self._connection, history, span):
                        shown = bool(value) if measure in states else value
                        write((from_us(at).isoformat(), span.name, names[measure], shown))

    def _further(self) -> list[str]:
        """Tables that name the resident and are in no file above."""
        found = []
        for (table,) in self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall():
            columns = [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]
            if "resident" in columns and "site" in columns:
                found.append(table)
        return found

    def _table(self, file: IO[bytes], table: str, condition: str, values: Sequence[object]) -> None:
        columns = [
            row[1]
            for row in self._connection.execute(f"PRAGMA table_info({table})")
            if row[1] not in _LEFT_OUT
        ]
        where = f"FROM {table} WHERE site = ? AND {condition}"
        self._rows(file, ", ".join(columns), where, (self._site.site, *values))

    def _rows(self, file: IO[bytes], columns: str, where: str, values: Sequence[object]) -> None:
        found = self._connection.execute(f"SELECT {columns} {where}", tuple(values))
        names = [column[0] for column in found.description]
        with _Writer(file) as write:
            write(names)
            for row in found:
                write([self._shown(name, value) for name, value in zip(names, row, strict=True)])

    def _shown(self, column: str, value: Any) -> Any:
        if isinstance(value, int) and column.endswith(_INSTANT) and value > 10**12:
            return from_us(value).isoformat()
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            return self._roles.get(value) or self._clean(value)
        return value

    def _clean(self, text: str) -> str:
        return self._hidden.sub(SOMEBODY[self._language], text)


def others_relatives(connection: sqlite3.Connection, site: str, resident: str) -> set[str]:
    """Names of relatives who are nobody to this resident."""
    rows = connection.execute(
        "SELECT name FROM relative WHERE site = ? AND NOT EXISTS (SELECT 1 FROM relative_bond"
        " WHERE relative_bond.relative = relative.id AND resident = ?)",
        (site, resident),
    )
    return {row[0] for row in rows}


def _heard(
    connection: sqlite3.Connection, history: sqlite3.Connection, span: Span
) -> Iterator[tuple[int, int, Any]]:
    """(measure no, at, value) of a device between, out of the history and what is still in the journal."""
    rows = history.execute(
        "SELECT measure, readings FROM segment JOIN block ON segment = no"
        " WHERE day >= ? AND day <= ? AND device = ? ORDER BY day, measure, segment",
        (span.since // A_DAY, (span.until - 1) // A_DAY, span.device),
    )
    for measure, block in rows:
        for _, at, value, *_ in unpacked(block):
            if span.since <= at < span.until:
                yield measure, at, value
    tail = readings.of_devices(connection, segments.cursor(history), [span.device], span.since, span.until)
    for _, _, measure, value, at, *_ in tail:
        yield measure, at, value


class _Writer:
    """Rows of CSV into a file of bytes, for spreadsheets: UTF-8 with its mark."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        self._csv = csv.writer(self._text)

    def __enter__(self) -> Any:
        return self._write

    def __exit__(self, *_: object) -> None:
        self._text.flush()
        self._text.detach()

    def _write(self, row: Iterable[object]) -> None:
        self._csv.writerow(as_text(cell) for cell in row)


def as_text(cell: object) -> object:
    """What a spreadsheet would take for a formula is text."""
    return f"'{cell}" if isinstance(cell, str) and would_run(cell) else cell


def _day(us: int) -> str | None:
    """None: from the first, or still."""
    return None if us == 0 or us >= FOR_EVER else from_us(us).isoformat()
