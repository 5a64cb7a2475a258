"""A roster from a calendar file: what planning programs export, with all that goes wrong in it."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from hub.duty import Duty
from hub.roster_calendar import LARGEST, CalendarRead, read_calendar
from hub.roster_import import leave_as_it_is, take_over, to_see_to, try_import
from hub.store import contacts, shifts
from hub.store.contacts import Contact
from hub.store.db import connect
from rules.building import Site
from rules.duty import Shift
from rules.recurrence import WEEKDAYS, days_on
from rules.wording import Voice
from rules.wording.roster import CODES
from tests.world import Clock, read

SITE: Site = read("""
site: test
name: Test
units: [{id: sol, name: Solsida}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
people:
  - {id: kari, name: Kari Østby, role: carer, units: [sol]}
  - {id: nina, name: Nina Vik, role: carer, units: [sol, nord]}
  - {id: per, name: Per Ås, role: carer}
  - {id: lise, name: Lise Leder, role: leader}
  - {id: tor, name: Tor Teknisk, role: technician}
""")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PER = "UID:1\nSUMMARY:per\n"
OSLO = "DTSTART;TZID=Europe/Oslo:20261124T220000\nDTEND;TZID=Europe/Oslo:20261125T073000"


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//t//\n{body}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def understood(*events: str, emails: dict[str, str] | None = None) -> list[str]:
    found = read_calendar(calendar(*events), SITE, emails or {}, NOW)
    assert found.problems == ()
    return [
        f"{s.person} {s.function} {'+'.join(s.units) or 'all'} "
        f"{s.starts_at.astimezone(SITE.zone):%m-%d %H:%M}-{s.ends_at.astimezone(SITE.zone):%d %H:%M}"
        for s in found.shifts
    ]


def problem(event: str) -> tuple[str, str]:
    (found,) = read_calendar(calendar(event), SITE, {}, NOW).problems
    assert found.code in CODES
    return found.code, found.said


def test_an_event_is_a_shift_of_whoever_its_title_names_in_their_own_units() -> None:
    assert understood(f"UID:1\nSUMMARY:Kari Øst\n by – natt\n{OSLO}") == [
        "kari carer sol 11-24 22:00-25 07:30"
    ]
    assert understood(f"UID:1\nSUMMARY:Nattevakt per\n{OSLO}") == ["per carer all 11-24 22:00-25 07:30"]


@pytest.mark.parametrize(
    "who",
    [
        "X-VAKA-PERSON:kari",
        "ATTENDEE;CN=K:mailto:Kari@Example.org",
        "ATTENDEE;CN=Kari Østby:mailto:x@example.org",
        "ATTENDEE:mailto:a@b.no\nATTENDEE:mailto:kari@example.org",
    ],
)
def test_people_are_known_by_id_by_address_and_by_name(who: str) -> None:
    found = understood(f"UID:1\nSUMMARY:Vakt\n{who}\n{OSLO}", emails={"kari@example.org": "kari"})
    assert found == ["kari carer sol 11-24 22:00-25 07:30"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("LOCATION:Nordsida", "carer nord"),
        ("LOCATION:sol\\, Nordsida", "carer sol+nord"),
        ("CATEGORIES:Vakt,Nattpatrulje,Nordsida", "night_patrol nord"),
        ("X-VAKA-UNITS:nord sol\nX-VAKA-FUNCTION:night_patrol\nLOCATION:Kontoret", "night_patrol nord+sol"),
        ("CATEGORIES:Helligdag", "carer sol+nord"),
    ],
)
def test_function_and_unit_come_from_categories_place_or_our_own_properties(
    where: str, expected: str
) -> None:
    assert understood(f"UID:1\nSUMMARY:Nina Vik\n{where}\n{OSLO}") == [
        f"nina {expected} 11-24 22:00-25 07:30"
    ]


def test_a_shift_where_its_alerts_would_be_closed_to_them_is_named_and_not_taken_over() -> None:
    event = f"UID:1\nSUMMARY:Kari Østby\nLOCATION:Nordsida\n{OSLO}"
    found = read_calendar(calendar(event), SITE, {}, NOW)
    assert (found.shifts, [problem.code for problem in found.problems]) == ((), ["not_their_unit"])


def test_a_leaders_event_is_a_leaders_shift_and_residents_are_named_by_pseudonym() -> None:
    assert understood(f"UID:1\nSUMMARY:Lise Leder\n{OSLO}") == ["lise leader all 11-24 22:00-25 07:30"]
    event = f"UID:1\nSUMMARY:Kari Østby\nX-VAKA-RESIDENTS:r-anna\n{OSLO}"
    (shift,) = read_calendar(calendar(event), SITE, {}, NOW).shifts
    assert shift.residents == ("r-anna",)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ("DTSTART:20261124T210000Z\nDTEND:20261125T063000Z", "11-24 22:00-25 07:30"),
        ("DTSTART:20261124T220000\nDURATION:PT9H30M", "11-24 22:00-25 07:30"),
        ("DTSTART;TZID=W. Europe Standard Time:20261124T220000\nDURATION:PT2H", "11-24 22:00-25 00:00"),
        ("DTSTART;TZID=Europe/London:20261124T210000\nDURATION:PT1H", "11-24 22:00-24 23:00"),
    ],
)
def test_times_are_read_in_their_zone_without_one_in_the_sites(times: str, expected: str) -> None:
    assert understood(f"UID:1\nSUMMARY:per\n{times}") == [f"per carer all {expected}"]


def no_shifts(*events: str) -> list[tuple[str, str]]:
    found = read_calendar(calendar(*events), SITE, {}, NOW)
    assert (found.shifts, found.problems) == ((), ())
    return [(one.where, one.code) for one in found.no_shifts]


@pytest.mark.parametrize(
    "title",
    [
        "Kari Østby syk",
        "SYK: Kari Østby",
        "Kari Østby (sykmeldt)",
        "Kari Østby sykt barn",
        "Kari Østby egenmelding",
        "Kari Østby fri",
        "Ferie – Kari Østby",
        "Kari Østby sommerferie",
        "Kari Østby foreldrepermisjon",
        "Kari Østby avspasering",
        "Kari Østby velferdspermisjon",
        "Kari Østby velferd",
        "Kari Østby kurs",
        "Kari Østby, fravær",
        "Kari Østby sjukmeld",
        "Kari Østby fråvær",
        "Kari Østby off",
        "Kari Østby sick leave",
        "Holiday Kari Østby",
        "Kari Østby on vacation",
        "kari day off",
        "Kari Østby ferie\\, Per Ås tar vakten",
        "Kari Østby\nCATEGORIES:Ferie",
        "Ferie\nX-VAKA-PERSON:kari",
    ],
)
def test_whoever_is_absent_is_never_put_on_duty_by_a_calendar(title: str) -> None:
    [(where, code)] = no_shifts(f"UID:1\nSUMMARY:{title}\n{OSLO}")
    assert code == "absent"
    own = title.splitlines()[0].replace("\\,", ",")
    assert where == f"{own} 2026-11-24"


@pytest.mark.parametrize(
    "title",
    ["per ferievikar", "Per Ås – sykevikar", "per på Frihetsveien", "Per Ås i friluftsgruppa", "per D2"],
)
def test_a_word_that_only_begins_like_an_absence_is_a_shift(title: str) -> None:
    assert understood(f"UID:1\nSUMMARY:{title}\n{OSLO}") == ["per carer all 11-24 22:00-25 07:30"]


def test_whoever_is_called_like_an_absence_comes_all_the_same() -> None:
    site = read(
        "site: t\nname: T\nunits: [{id: a, name: A}]\nrooms: [{id: x, unit: a}]\n"
        "people: [{id: ola, name: Ola Fri, role: carer}]\n"
    )
    found = [
        read_calendar(calendar(f"UID:1\nSUMMARY:{title}\n{OSLO}"), site, {}, NOW)
        for title in ("Ola Fri", "Ola Fri ferie")
    ]
    assert [len(one.shifts) for one in found] == [1, 0]


@pytest.mark.parametrize(
    "days",
    [
        "DTSTART;VALUE=DATE:20261124",
        "DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261127",
        "DTSTART;VALUE=DATE:20261124\nRRULE:FREQ=DAILY",
        "DTSTART;VALUE=DATE:20261124\nX-VAKA-FUNCTION:carer",
    ],
)
def test_a_whole_day_is_nobodys_shift(days: str) -> None:
    assert no_shifts(f"UID:1\nSUMMARY:Kari Østby\n{days}") == [("Kari Østby 2026-11-24", "whole_day")]


def test_an_absence_that_is_long_over_or_far_ahead_is_not_told() -> None:
    assert no_shifts(
        "UID:1\nSUMMARY:Kari Østby ferie\nDTSTART;VALUE=DATE:20250701\nDTEND;VALUE=DATE:20250722",
        "UID:2\nSUMMARY:Kari Østby ferie\nDTSTART;VALUE=DATE:20280701\nDTEND;VALUE=DATE:20280722",
        "UID:3\nSUMMARY:Kari Østby ferie\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20261201",
    ) == [("Kari Østby ferie 2026-11-01", "absent")]


def test_whoever_falls_ill_on_one_night_of_many_is_not_on_duty_then() -> None:
    nightly = f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=DAILY;COUNT=3"
    ill = (
        "UID:1\nSUMMARY:per syk\nRECURRENCE-ID;TZID=Europe/Oslo:20261125T220000\n"
        "DTSTART;TZID=Europe/Oslo:20261125T220000\nDTEND;TZID=Europe/Oslo:20261126T073000"
    )
    assert understood(nightly, ill) == [
        "per carer all 11-24 22:00-25 07:30",
        "per carer all 11-26 22:00-27 07:30",
    ]


def test_a_recurrence_leaves_out_its_exceptions_and_one_of_its_times_may_be_moved() -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=TU,WE,TH;UNTIL=20261203T210000Z"
    weekly = f"UID:1\nSUMMARY:per\n{OSLO}\n{rule}\nEXDATE;TZID=Europe/Oslo:20261126T220000"
    moved = (
        "UID:1\nSUMMARY:Kari Østby\nRECURRENCE-ID;TZID=Europe/Oslo:20261125T220000\n"
        "DTSTART;TZID=Europe/Oslo:20261125T150000\nDTEND;TZID=Europe/Oslo:20261125T220000"
    )
    assert understood(weekly, moved) == [
        "per carer all 11-24 22:00-25 07:30",
        "per carer all 12-01 22:00-02 07:30",
        "per carer all 12-02 22:00-03 07:30",
        "per carer all 12-03 22:00-04 07:30",
        "kari carer sol 11-25 15:00-25 22:00",
    ]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=4", ["11-27", "12-07", "12-25", "01-04"]),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20270131T210000Z", ["11-30", "12-31", "01-31"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", ["12-24"]),
        ("RRULE:FREQ=MONTHLY;INTERVAL=2;COUNT=3", ["11-24", "01-24", "03-24"]),
        ("RDATE:20261201T210000Z,20261208T210000Z", ["12-01", "12-08"]),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nRDATE:20261126T210000Z\nEXDATE:20261201T210000Z",
         ["11-24", "11-26", "12-08"]),
        ("RRULE:FREQ=MONTHLY;COUNT=2\nEXDATE;VALUE=DATE:20261224", ["11-24"]),
    ],
)  # fmt: skip
def test_months_years_single_days_more_and_single_days_less(rule: str, days: list[str]) -> None:
    found = read_calendar(calendar(f"UID:1\nSUMMARY:per\n{OSLO}\n{rule}"), SITE, {}, NOW)
    assert found.problems == ()
    begun = [s.starts_at.astimezone(SITE.zone) for s in found.shifts]
    with_its_own = days if days[0] == "11-24" or "RRULE" in rule else ["11-24", *days]
    assert [f"{at:%m-%d}" for at in begun] == with_its_own
    assert {f"{at:%H:%M}" for at in begun} == {"22:00"}


def test_one_time_of_a_monthly_duty_is_moved() -> None:
    monthly = f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=MONTHLY;COUNT=2"
    moved = (
        "UID:1\nSUMMARY:per\nRECURRENCE-ID;TZID=Europe/Oslo:20261224T220000\n"
        "DTSTART;TZID=Europe/Oslo:20261223T220000\nDTEND;TZID=Europe/Oslo:20261224T070000"
    )
    assert understood(monthly, moved) == [
        "per carer all 11-24 22:00-25 07:30",
        "per carer all 12-23 22:00-24 07:00",
    ]


def test_a_night_keeps_its_hours_on_the_wall_when_the_clocks_change() -> None:
    event = (
        "UID:1\nSUMMARY:per\nDTSTART;TZID=Europe/Oslo:20270327T220000\n"
        "DTEND;TZID=Europe/Oslo:20270328T070000\nRRULE:FREQ=DAILY;COUNT=2"
    )
    found = read_calendar(calendar(event), SITE, {}, datetime(2027, 3, 25, tzinfo=UTC)).shifts
    assert [(s.ends_at - s.starts_at) / timedelta(hours=1) for s in found] == [8, 9]
    assert {f"{s.ends_at.astimezone(SITE.zone):%H:%M}" for s in found} == {"07:00"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (f"SUMMARY:per\n{OSLO}", ("no_uid", "")),
        (f"UID:1\nSUMMARY:Møte\n{OSLO}", ("no_person_named", "Møte")),
        (f"UID:1\nSUMMARY:per og Kari Østby\n{OSLO}", ("several_people", "per og Kari Østby")),
        (f"UID:1\nX-VAKA-PERSON:ola\n{OSLO}", ("no_such_person", "ola")),
        (f"UID:1\nSUMMARY:Tor Teknisk\n{OSLO}", ("no_function", "tor")),
        (f"UID:1\nSUMMARY:per\nLOCATION:Kantina\n{OSLO}", ("no_such_unit", "Kantina")),
        (f"UID:1\nSUMMARY:per\nX-VAKA-UNITS:west\n{OSLO}", ("no_such_unit", "west")),
        (f"UID:1\nSUMMARY:per\nX-VAKA-RESIDENTS:r-x\n{OSLO}", ("no_such_resident", "r-x")),
        (f"UID:1\nSUMMARY:per\nX-VAKA-FUNCTION:cook\n{OSLO}", ("no_such_function", "cook")),
        ("UID:1\nSUMMARY:per\nDTSTART:20261124T220000Z", ("no_end", "")),
        ("UID:1\nSUMMARY:per", ("no_times", "")),
        ("UID:1\nSUMMARY:per\nDTSTART:i morgen", ("broken", "DTSTART")),
        (f"{PER}DTSTART;TZID=Nowhere/Land:20261124T220000\nDURATION:PT1H", ("no_such_zone", "Nowhere/Land")),
        (f"{PER}DTSTART:20261124T220000Z\nDURATION:P9D", ("shift_length", "")),
        (f"{PER}DTSTART:20261124T220000Z\nDURATION:P9999999D", ("shift_length", "")),
        (f"{PER}DTSTART:20261124T220000Z\nDTEND:20261124T210000Z", ("shift_length", "")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=SECONDLY", ("recurrence", "FREQ=SECONDLY")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=MONTHLY;BYHOUR=1", ("recurrence", "BYHOUR")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=MONTHLY;BYDAY=XX", ("broken", "RRULE")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
         ("recurrence", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=DAILY;BYHOUR=1,2,3", ("recurrence", "BYHOUR")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=DAILY;INTERVAL=0", ("recurrence", "INTERVAL=0")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nRDATE;VALUE=PERIOD:20261201T210000Z/PT8H",
         ("recurrence", "RDATE;VALUE=PERIOD")),
        (f"UID:1\nSUMMARY:per\n{OSLO}\nEXRULE:FREQ=DAILY", ("recurrence", "EXRULE")),
        (f"UID:1\nSUMMARY:per\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261124T210000Z\n{OSLO}",
         ("recurrence", "RANGE=THISANDFUTURE")),
        (f"{PER}DTSTART:19700101T2100Z\nDURATION:PT1H\nRRULE:FREQ=DAILY", ("broken", "DTSTART")),
        (f"{PER}DTSTART:19700101T210000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY",
         ("recurrence", "DTSTART=1970-01-01")),
    ],
)  # fmt: skip
def test_what_is_no_shift_is_said_with_its_reason_and_stops_nothing_else(
    event: str, expected: tuple[str, str]
) -> None:
    assert problem(event) == expected
    both = read_calendar(calendar(event, f"UID:2\nSUMMARY:per\n{OSLO}"), SITE, {}, NOW)
    assert [s.person for s in both.shifts] == ["per"]
    assert len(both.problems) == 1


@pytest.mark.parametrize(
    ("length", "nb", "en"),
    [
        ("P9D", "3. desember 2026 kl.\N{NO-BREAK SPACE}22.00", "3 December 2026 at 22:00"),
        ("P365D", "24. november 2027 kl.\N{NO-BREAK SPACE}22.00", "24 November 2027 at 22:00"),
        ("-PT1H", "24. november 2026 kl.\N{NO-BREAK SPACE}21.00", "24 November 2026 at 21:00"),
        ("P9999999D", "…", "…"),
    ],
)
def test_a_shift_that_is_too_long_says_its_times_as_the_reader_writes_them(
    length: str, nb: str, en: str
) -> None:
    event = f"{PER}DTSTART;TZID=Europe/Oslo:20261124T220000\nDURATION:{length}"
    (found,) = read_calendar(calendar(event), SITE, {}, NOW).problems
    norsk, nynorsk, english = (found.in_words(Voice(to, SITE.zone, NOW)) for to in ("nb", "nn", "en"))
    began = "24. november 2026 kl.\N{NO-BREAK SPACE}22.00"
    assert norsk == f"{began} – {nb}: slutten må komme etter starten, høyst 36 timer senere"
    assert nynorsk == f"{began} – {nb}: slutten må kome etter starten, høgst 36 timar seinare"
    assert english.startswith(f"24 November 2026 at 22:00 – {en}: expected an end after")
    assert found.since == datetime(2026, 11, 24, 21, tzinfo=UTC), "values, for whoever writes them otherwise"


BIG = calendar(*[f"UID:{n}\nSUMMARY:per\n{OSLO}\nRRULE:FREQ=DAILY" for n in range(4000)])


IN_FEBRUARY = "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"
NEVER = calendar(*[f"UID:{n}\nSUMMARY:per\n{OSLO}\n{IN_FEBRUARY};INTERVAL={n + 1}" for n in range(3000)])

OFF = calendar(
    *[f"UID:{n}\nSUMMARY:per fri\nDTSTART:20261101T{n % 24:02}{n % 60:02}{n // 144:02}\n"
      "DURATION:PT1H\nRRULE:FREQ=DAILY" for n in range(5000)]
)  # fmt: skip
ILL = calendar(
    *[f"UID:{n}\nSUMMARY:per {'syk' if n % 2 else ''}\nDTSTART:20261124T12{n % 60:02}00\n"
      f"DURATION:PT{n}M" for n in range(1, 2000)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_events"),
        (b"\x00\xff\xfe" * 100, "no_calendar"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no_events"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", None),
        (b"BEGIN:VEVENT\r\n" * 30_000, None),
        (b"x" * (LARGEST + 1), "too_large"),
        (calendar(*["UID:1"] * 5_001), "too_many_events"),
        (BIG, "too_many_shifts"),
        (NEVER, None),
        (OFF, "too_many_events"),
        (ILL, None),
        (calendar(f"UID:1\nSUMMARY:{'per ' * 100_000}\n{OSLO}"), None),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_no_time(data: bytes, code: str | None) -> None:
    began = time.process_time()  # not by the wall: other tests run beside this one
    found = read_calendar(data, SITE, {}, NOW)
    assert time.process_time() - began < 10, "it took too long"
    if code is not None:
        assert [p.code for p in found.problems] == [code]
        assert found.shifts == ()
    assert all(p.code in CODES and len(p.said) <= 80 and len(p.where) <= 80 for p in found.problems)


RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY"])},
    optional={
        "INTERVAL": st.integers(1, 5).map(str),
        "COUNT": st.integers(1, 40).map(str),
        "BYDAY": st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(",".join),
        "WKST": st.sampled_from(["MO", "SU"]),
    },
)  # fmt: skip


@given(RULES, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 200))
def test_recurrences_fall_on_the_days_that_another_library_says(
    rule: dict[str, str], first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    text = ";".join(f"{key}={value}" for key, value in rule.items())
    begins = datetime(first.year, first.month, first.day)  # noqa: DTZ001
    theirs = rrulestr(f"RRULE:{text}", dtstart=begins)
    expected = []
    for at in theirs:
        if at.date() > last:
            break
        expected.append(at.date())
        if at.year > 2030:
            break
    assert days_on({key: value.split(",") for key, value in rule.items()}, first, last) == expected


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    found = read_calendar(
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data + b"\r\nEND:VEVENT\r\nEND:VCALENDAR", SITE, {}, NOW
    )
    assert isinstance(found, CalendarRead)


# Taken over


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(tmp_path / "vaka.db")
    contacts.put(connection, "test", Contact("kari", "email", "Kari@example.org"), NOW)
    yield connection
    connection.close()


def test_the_same_calendar_again_changes_nothing_and_a_changed_one_only_what_differs(
    connection: sqlite3.Connection,
) -> None:
    weekly = f"UID:1\nATTENDEE:mailto:kari@example.org\n{OSLO}\nRRULE:FREQ=WEEKLY;COUNT=3"
    single = f"UID:2\nSUMMARY:per\n{OSLO}"
    first = take_over(connection, SITE, calendar(weekly, single), "v.ics", NOW, "lise")
    assert (len(first.added), first.problems) == (4, ())
    again = take_over(connection, SITE, calendar(weekly, single), "v.ics", NOW, "lise")
    assert (again.changes_something, again.same) == (False, 4)
    shorter = weekly.replace("COUNT=3", "COUNT=2").replace("T073000", "T070000")
    tried = try_import(connection, SITE, calendar(shorter, single), "v.ics", NOW)
    assert (len(tried.added), len(tried.changed), len(tried.removed), tried.same) == (0, 2, 1, 1)
    assert len(shifts.between(connection, "test", NOW, NOW + timedelta(days=60))) == 4
    take_over(connection, SITE, calendar(shorter, single), "v.ics", NOW, "lise")
    called_off = take_over(connection, SITE, calendar(f"{single}\nSTATUS:CANCELLED"), "v.ics", NOW, "lise")
    assert [s.person for s in called_off.removed] == ["per"]
    left = shifts.between(connection, "test", NOW, NOW + timedelta(days=60))
    assert [f"{s.person} {s.ends_at.astimezone(SITE.zone):%d %H:%M}" for s in left] == [
        "kari 25 07:00",
        "kari 02 07:00",
    ]


def test_an_event_that_is_not_understood_any_more_takes_nothing_from_the_roster(
    connection: sqlite3.Connection,
) -> None:
    take_over(connection, SITE, calendar(f"UID:1\nSUMMARY:per\n{OSLO}"), "v.ics", NOW, "lise")
    later = take_over(connection, SITE, calendar(f"UID:1\nSUMMARY:Møte\n{OSLO}"), "v.ics", NOW, "lise")
    assert (later.removed, len(later.problems)) == ((), 1)


def test_a_shift_of_somebody_who_fell_ill_since_is_taken_out_and_shows_as_a_gap(
    connection: sqlite3.Connection,
) -> None:
    week = [night(1, "per", 24), night(2, "kari", 25)]
    first = take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    assert sorted(first.titles.values()) == ["kari", "per"]
    ill = named("Turnus sol", week[0], night(2, "kari syk", 25))
    tried = try_import(connection, SITE, ill, "v.ics", NOW)
    assert [s.person for s in tried.removed] == ["kari"]
    assert [one.where for one in tried.no_shifts] == ["kari syk 2026-11-25"]
    take_over(connection, SITE, ill, "v.ics", NOW, "lise")
    assert left(connection) == ["per 24"]


def night(uid: int, who: str, day: int, more: str = "") -> str:
    """From ten in the evening of a day in November until half past seven."""
    times = f"DTSTART;TZID=Europe/Oslo:202611{day}T220000\nDTEND;TZID=Europe/Oslo:202611{day + 1}T073000"
    return f"UID:{uid}\nSUMMARY:{who}\n{times}{more}"


def day(uid: object, title: str, first: int, last: int | None = None, more: str = "") -> str:
    """Whole days in November, or one without an end."""
    end = "" if last is None else f"\nDTEND;VALUE=DATE:202611{last + 1}"
    return f"UID:{uid}\nSUMMARY:{title}\nDTSTART;VALUE=DATE:202611{first}{end}{more}"


def kept_out(*events: str, emails: dict[str, str] | None = None) -> list[str]:
    found = read_calendar(calendar(*events), SITE, emails or {}, NOW)
    assert {why.code for _, why in found.kept_out} <= {"away"} <= CODES
    assert not {shift.key for shift, _ in found.kept_out} & {shift.key for shift in found.shifts}
    return [f"{s.person} {s.starts_at.astimezone(SITE.zone):%d}" for s, _ in found.kept_out]


WEEK = [night(n, "kari", n) for n in range(24, 29)]


@pytest.mark.parametrize(
    ("absence", "taken"),
    [
        (day(1, "Kari Østby syk", 25), ["kari 25"]),
        (day(1, "Kari Østby syk", 25, 25), ["kari 25"]),
        (day(1, "Ferie\nX-VAKA-PERSON:kari", 25, 27), ["kari 25", "kari 26", "kari 27"]),
        (day(1, "Kurs\nATTENDEE:mailto:kari@example.org", 28, 29), ["kari 28"]),
        (day(1, "Fri: kari", 24, more="\nRRULE:FREQ=DAILY;INTERVAL=2;COUNT=2"), ["kari 24", "kari 26"]),
        (day(1, "Permisjon Kari Østby\nCATEGORIES:Sol", 10, 29), [f"kari {n}" for n in range(24, 29)]),
        (night(1, "kari syk", 26), ["kari 26"]),
    ],
)
def test_a_shift_of_whoever_is_away_then_by_the_same_calendar_is_not_taken(
    absence: str, taken: list[str]
) -> None:
    for file in ((absence, *WEEK), (*WEEK, absence)):
        assert kept_out(*file, emails={"kari@example.org": "kari"}) == taken


@pytest.mark.parametrize(
    "absence",
    [
        day(1, "Ferie", 24, 28),
        day(1, "Ferie\nATTENDEE:mailto:kari@example.org\nATTENDEE:mailto:per@example.org", 24, 28),
        day(1, "Kari Østby syk\\, Per Ås tar vakten", 24),
        day(1, "Per Ås syk", 24, 28),
        day(1, "Kari Østby", 24, 28),
        day(1, "Kari Østby syk", 23),
        day(1, "Kari Østby syk", 29),
        day(1, "Kari Østby syk", 24, more="\nSTATUS:CANCELLED"),
        day(1, "Kari Østby fri", 24, more="\nRRULE:FREQ=SECONDLY"),
        "UID:1\nSUMMARY:kari kurs\nDTSTART;TZID=Europe/Oslo:20261124T200000\nDURATION:PT4H",
        "UID:1\nSUMMARY:kari kurs\nDTSTART;TZID=Europe/Oslo:20261124T200000",
    ],
)
def test_an_absence_that_names_nobody_or_several_or_lies_elsewhere_takes_no_shift(absence: str) -> None:
    emails = {"kari@example.org": "kari", "per@example.org": "per"}
    assert kept_out(absence, *WEEK, emails=emails) == []
    assert len(read_calendar(calendar(absence, *WEEK), SITE, emails, NOW).shifts) == len(WEEK)


def test_a_day_off_that_was_moved_takes_the_shift_of_the_day_to_which_it_was_moved() -> None:
    weekly = day(1, "Kari Østby fri", 24, more="\nRRULE:FREQ=DAILY;COUNT=2")
    moved = day(1, "Kari Østby fri", 28, more="\nRECURRENCE-ID;VALUE=DATE:20261125")
    assert kept_out(weekly, moved, *WEEK) == ["kari 24", "kari 28"]


def test_who_falls_ill_leaves_a_gap_at_once_also_in_the_shift_that_runs_and_comes_back_with_the_calendar(
    connection: sqlite3.Connection,
) -> None:
    week = [night(1, "per", 24), night(2, "kari", 24), night(3, "kari", 25), night(4, "kari", 26)]
    well, ill = named("Turnus sol", *week), named("Turnus sol", *week, day(9, "Kari Østby syk", 24, 25))
    take_over(connection, SITE, well, "v.ics", NOW, "lise")
    at_night = datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert [s.person for s in shifts.on_duty(connection, SITE, at_night)] == ["per", "kari"]
    tried = try_import(connection, SITE, ill, "v.ics", at_night)
    assert [(one.who, one.code, one.said) for one in tried.no_shifts[1:]] == [
        ("Kari Østby", "away", "Kari Østby syk")
    ] * 2
    assert sorted(f"{s.person} {s.starts_at:%d}" for s in tried.removed) == ["kari 24", "kari 25"]
    take_over(connection, SITE, ill, "v.ics", at_night, "lise")
    assert [s.person for s in shifts.on_duty(connection, SITE, at_night)] == ["per"]
    again = take_over(connection, SITE, ill, "v.ics", at_night + timedelta(minutes=1), "lise")
    assert not again.changes_something
    back = take_over(connection, SITE, well, "v.ics", at_night + timedelta(hours=1), "lise")
    assert [f"{s.person} {s.starts_at:%d}" for s in back.added] == ["kari 25"]


def test_whoever_is_away_in_their_whole_week_keeps_nothing_that_vanished_from_the_calendar(
    connection: sqlite3.Connection,
) -> None:
    week = [night(2, "kari", 25), night(3, "kari", 26), night(4, "kari", 27)]
    take_over(connection, SITE, calendar(*week), "v.ics", NOW, "lise")
    take_over(
        connection, SITE, calendar(week[0], week[2], day(9, "kari ferie", 24, 28)), "v.ics", NOW, "lise"
    )
    assert left(connection) == []


@pytest.mark.parametrize("missing", [1, 30, 90, 120])
def test_a_download_that_was_cut_off_takes_nothing_from_the_roster(missing: int) -> None:
    """Two calendars in one file: what is left of the second would be a calendar without these shifts."""
    shift = "UID:{}\nSUMMARY:kari\nDTSTART:2026112{}T080000Z\nDTEND:2026112{}T150000Z"
    whole = calendar(shift.format("a", 5, 5)) + b"\r\n" + calendar(shift.format("b", 6, 6)).rstrip()
    assert len(read_calendar(whole, SITE, {}, NOW).shifts) == 2
    read = read_calendar(whole[:-missing], SITE, {}, NOW)
    assert (read.shifts, [one.code for one in read.problems]) == ((), ["no_calendar"])


def test_shifts_of_another_unit_are_not_taken_over_by_a_leader_of_one(connection: sqlite3.Connection) -> None:
    file = calendar(
        f"UID:1\nSUMMARY:per\nLOCATION:nord\n{OSLO}",
        f"UID:2\nSUMMARY:per\n{OSLO.replace('1124', '1128').replace('1125', '1129')}\nLOCATION:sol",
    )
    found = take_over(connection, SITE, file, "v.ics", NOW, "lise", lambda s: s.units == ("sol",))
    assert [s.units for s in found.added] == [("sol",)]
    assert [p.code for p in found.problems] == ["not_yours"]


def test_a_big_houses_staff_is_looked_for_by_name_in_no_time() -> None:
    people = "".join(f"\n  - {{id: p{n}, name: Person Nummer{n}, role: carer}}" for n in range(300))
    site = read(
        f"site: test\nname: T\nunits: [{{id: a, name: A}}]\nrooms: [{{id: x, unit: a}}]\npeople:{people}\n"
    )
    event = "UID:{}\nSUMMARY:vakt person nummer{}\n" + OSLO
    began = time.process_time()
    found = read_calendar(calendar(*(event.format(n, n % 300) for n in range(600))), site, {}, NOW)
    assert time.process_time() - began < 10, "each name is looked up anew for each event"
    assert len(found.shifts) == 600


def named(name: str, *events: str) -> bytes:
    return calendar(*events).replace(b"PRODID:", f"X-WR-CALNAME:{name}\r\nPRODID:".encode())


def left(connection: sqlite3.Connection) -> list[str]:
    """Who is on the roster on which day."""
    found = shifts.between(connection, "test", NOW, NOW + timedelta(days=60))
    return [f"{s.person} {s.starts_at.astimezone(SITE.zone):%d}" for s in found]


def test_an_event_that_vanished_from_its_calendar_is_taken_out_within_the_days_of_the_file(
    connection: sqlite3.Connection,
) -> None:
    week = [night(1, "per", 24), night(2, "kari", 25), night(3, "per", 26), night(4, "per", 28)]
    take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    without = named("Turnus sol", week[0], week[2])
    tried = try_import(connection, SITE, without, "v.ics", NOW)
    assert [s.person for s in tried.removed] == ["kari"], "the 28th lies beyond the file"
    assert left(connection) == ["per 24", "kari 25", "per 26", "per 28"], "tried, and not yet in force"
    take_over(connection, SITE, without, "v.ics", NOW, "lise")
    assert left(connection) == ["per 24", "per 26", "per 28"]


def test_a_shift_that_a_leader_changed_is_taken_out_when_its_calendar_does_not_have_it_any_more(
    connection: sqlite3.Connection,
) -> None:
    week = [night(1, "per", 24), night(2, "kari", 25), night(3, "per", 26)]
    take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    (kari,) = (
        s for s in shifts.between(connection, "test", NOW, NOW + timedelta(days=7)) if s.person == "kari"
    )
    longer = msgspec.structs.replace(kari, ends_at=kari.ends_at + timedelta(hours=1), key="", calendar="")
    assert isinstance(Duty(connection, SITE, Clock(NOW)).put(longer, "lise"), Shift)
    take_over(connection, SITE, named("Turnus sol", week[0], week[2]), "v.ics", NOW, "lise")
    assert left(connection) == ["per 24", "per 26"]


def test_nothing_is_taken_out_that_came_from_elsewhere_has_begun_or_was_not_understood(
    connection: sqlite3.Connection,
) -> None:
    take_over(connection, SITE, named("Turnus nord", night(9, "kari", 25)), "n.ics", NOW, "lise")
    week = [night(1, "per", 24), night(2, "kari", 26), night(3, "per", 27)]
    take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    odd = [week[0], night(2, "ingen av oss", 26), week[2]]
    found = take_over(connection, SITE, named("Turnus sol", *odd), "v.ics", NOW, "lise")
    assert (found.removed, len(found.problems)) == ((), 1)
    begun = datetime(2026, 11, 24, 23, tzinfo=UTC)
    later = take_over(connection, SITE, named("Turnus sol", week[1], week[2]), "v.ics", begun, "lise")
    assert later.removed == ()
    assert left(connection) == ["per 24", "kari 25", "kari 26", "per 27"]


def test_a_calendar_without_a_name_takes_out_only_of_the_people_in_it(connection: sqlite3.Connection) -> None:
    take_over(connection, SITE, calendar(night(1, "per", 24), night(2, "per", 25)), "v.ics", NOW, "lise")
    take_over(connection, SITE, calendar(night(3, "kari", 24), night(4, "kari", 26)), "k.ics", NOW, "lise")
    assert sorted(left(connection)) == ["kari 24", "kari 26", "per 24", "per 25"]
    pers = calendar(night(1, "per", 24), night(5, "per", 26))
    found = take_over(connection, SITE, pers, "v.ics", NOW, "lise")
    assert [f"{s.person} {s.starts_at:%d}" for s in found.removed] == ["per 25"]


def test_a_calendar_that_is_given_a_name_keeps_its_shifts(connection: sqlite3.Connection) -> None:
    week = [night(1, "per", 24), night(2, "kari", 25), night(3, "per", 26)]
    take_over(connection, SITE, calendar(*week), "v.ics", NOW, "lise")
    again = [take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise") for _ in range(2)]
    assert [(one.added, one.removed, one.same, len(one.followed)) for one in again] == [
        ((), (), 3, 3),
        ((), (), 3, 0),
    ]
    found = take_over(connection, SITE, named("Turnus sol", week[0], week[2]), "v.ics", NOW, "lise")
    assert [s.person for s in found.removed] == ["kari"]


def by_hand(
    connection: sqlite3.Connection, who: str, day: int, begins: int = 21, hours: float = 9.5
) -> Shift:
    """From ten in the evening until half past seven, unless said."""
    at = datetime(2026, 11, day, begins, tzinfo=UTC)
    units = {"kari": ("sol",)}.get(who, ())
    asked = Shift(0, who, units, "carer", at, at + timedelta(hours=hours))
    done = Duty(connection, SITE, Clock(NOW)).put(asked, "lise")
    assert isinstance(done, Shift)
    return done


ILL = day(9, "Kari Østby syk", 25)


def test_a_shift_that_stood_already_follows_the_calendar_that_has_it_from_then_on(
    connection: sqlite3.Connection,
) -> None:
    week = [night(1, "per", 24), night(2, "kari", 25)]
    there = by_hand(connection, "kari", 25)
    tried = try_import(connection, SITE, named("Turnus sol", *week), "v.ics", NOW)
    assert ([s.id for s in tried.followed], tried.same, len(tried.added)) == ([there.id], 1, 1)
    take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    assert left(connection) == ["per 24", "kari 25"]
    again = take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    assert (again.changes_something, again.same) == (False, 2)
    longer = [week[0], week[1].replace("T073000", "T080000")]
    found = take_over(connection, SITE, named("Turnus sol", *longer), "v.ics", NOW, "lise")
    assert [change.before.id for change in found.changed] == [there.id]
    called_off = named("Turnus sol", week[0], night(2, "kari", 25, "\nSTATUS:CANCELLED"))
    take_over(connection, SITE, called_off, "v.ics", NOW, "lise")
    assert left(connection) == ["per 24"]


def test_whoever_is_away_by_the_calendar_leaves_a_gap_also_where_that_shift_stood_from_elsewhere(
    connection: sqlite3.Connection,
) -> None:
    week = [night(1, "per", 24), night(2, "kari", 25), ILL]
    by_hand(connection, "kari", 25)
    tried = try_import(connection, SITE, named("Turnus sol", *week), "v.ics", NOW)
    assert ([s.person for s in tried.removed], tried.still_there) == (["kari"], ())
    take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    assert left(connection) == ["per 24"]


@pytest.mark.parametrize("in_the_calendar", [True, False])
def test_a_shift_from_elsewhere_of_whoever_is_away_by_the_calendar_is_listed_and_not_said_to_be_gone(
    connection: sqlite3.Connection, in_the_calendar: bool
) -> None:
    shorter = by_hand(connection, "kari", 25, hours=9)
    file = named("Turnus sol", night(1, "per", 24), *([night(2, "kari", 25)] if in_the_calendar else []), ILL)
    found = take_over(connection, SITE, file, "v.ics", NOW, "lise")
    assert left(connection) == ["per 24", "kari 25"]
    [(stands, why)] = found.still_there
    assert stands.id == shorter.id
    assert why.in_words(Voice("nb", SITE.zone, NOW)) == (
        "Borte da: «Kari Østby syk», 25. november 2026. Vakten står ikke i kalenderen, men fortsatt på"
        " turnusen: ta den ut her, eller registrer fraværet"
    )
    [task] = to_see_to(connection, "test", NOW)
    assert (task.left, task.by) == ([(stands.id, "kari")], "lise"), "it is found again"
    assert to_see_to(connection, "test", stands.ends_at) == []
    until = datetime(2026, 11, 27, tzinfo=UTC)
    Duty(connection, SITE, Clock(NOW)).absent("kari", stands.starts_at, until, "lise")
    assert try_import(connection, SITE, file, "v.ics", NOW).still_there == (), "it counts no more"
    assert to_see_to(connection, "test", NOW) == [], "nor is it a task any more"


def test_what_a_file_left_on_the_roster_waits_until_it_is_taken_out_or_somebody_lets_it_stand(
    connection: sqlite3.Connection,
) -> None:
    stands = by_hand(connection, "kari", 25, hours=9)
    file = named("Turnus sol", night(1, "per", 24), ILL)
    take_over(connection, SITE, file, "v.ics", NOW, None)
    [task] = to_see_to(connection, "test", NOW)
    leave_as_it_is(connection, task, NOW, "lise")
    assert to_see_to(connection, "test", NOW) == []
    take_over(connection, SITE, file, "v.ics", NOW, None)
    assert len(to_see_to(connection, "test", NOW)) == 1
    shifts.end(connection, "test", stands.id, NOW)
    assert to_see_to(connection, "test", NOW) == []


def test_what_stands_at_the_same_time_as_a_shift_that_is_kept_out_is_listed_too(
    connection: sqlite3.Connection,
) -> None:
    by_hand(connection, "kari", 25, begins=20)
    ill = night(9, "kari syk", 25)
    found = take_over(
        connection, SITE, named("S", night(1, "per", 24), night(2, "kari", 25), ill), "", NOW, ""
    )
    assert [(shift.person, why.said) for shift, why in found.still_there] == [("kari", "kari syk")]


def test_a_calendar_that_gives_its_events_new_names_keeps_its_shifts(connection: sqlite3.Connection) -> None:
    for first in (1, 5):
        week = [night(first + n, "per", 24 + n) for n in range(3)]
        take_over(connection, SITE, named("Turnus sol", *week), "v.ics", NOW, "lise")
    assert left(connection) == ["per 24", "per 25", "per 26"]


def test_what_a_calendar_moves_to_where_it_stood_by_hand_stands_there_once(
    connection: sqlite3.Connection,
) -> None:
    take_over(connection, SITE, calendar(night(1, "per", 24)), "v.ics", NOW, "lise")
    by_hand(connection, "per", 26)
    take_over(connection, SITE, calendar(night(1, "per", 26)), "v.ics", NOW, "lise")
    assert left(connection) == ["per 26"]


def test_events_that_put_somebody_on_two_shifts_at_once_are_named_and_the_rest_is_taken_over(
    connection: sqlite3.Connection,
) -> None:
    by_hand(connection, "kari", 25, begins=20)
    file = calendar(
        night(1, "per", 24, "\nLOCATION:Solsida"),
        night(2, "Nattevakt per", 24, "\nLOCATION:Nordsida"),
        night(3, "kari", 25),
        night(4, "kari", 26),
    )
    found = take_over(connection, SITE, file, "v.ics", NOW, "lise")
    assert [(one.title, one.code) for one in found.problems] == [
        ("Nattevakt per", "two_shifts"),
        ("kari", "two_shifts"),
    ]
    assert left(connection) == ["per 24", "kari 25", "kari 26"]


def test_shifts_that_change_places_in_a_calendar_are_not_two_at_once(connection: sqlite3.Connection) -> None:
    take_over(connection, SITE, calendar(night(1, "per", 24), night(2, "nina", 24)), "v.ics", NOW, "lise")
    swapped = calendar(night(1, "nina", 24), night(2, "per", 24))
    found = take_over(connection, SITE, swapped, "v.ics", NOW, "lise")
    assert (len(found.changed), found.problems) == (2, ())


def test_a_change_to_whoever_is_on_duty_elsewhere_already_leaves_the_shifts_as_they_were(
    connection: sqlite3.Connection,
) -> None:
    take_over(connection, SITE, calendar(night(1, "per", 24), night(2, "nina", 24)), "v.ics", NOW, "lise")
    by_hand(connection, "kari", 24, begins=20)
    passed_on = calendar(night(1, "nina", 24), night(2, "kari", 24))
    found = take_over(connection, SITE, passed_on, "v.ics", NOW, "lise")
    assert sorted(one.who for one in found.problems) == ["Kari Østby", "Nina Vik"]
    assert (found.changed, sorted(left(connection))) == ((), ["kari 24", "nina 24", "per 24"])
