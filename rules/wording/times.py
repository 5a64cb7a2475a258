"""Instants and lengths of time in words, in the site's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from rules.wording.voice import Language, Voice, norwegian, say

_STUCK = "\N{NO-BREAK SPACE}"  # "kl." and its time stay on one line


def at(instant: datetime, voice: Voice) -> str:
    """`kl. 02.10`, `i går kl. 02.10`, `3. mai kl. 02.10`; in English `at 02:10`, `yesterday at 02:10`."""
    day, on = _day(instant, voice)
    if norwegian(voice.language):
        return f"{day} kl.{_STUCK}{_clock(instant, voice)}".lstrip()
    return f"{on}{day} at {_clock(instant, voice)}".lstrip()


def within_a_day(instant: datetime, voice: Voice) -> str:
    """Of what is to come: `kl. 07.00`, `at 07:00`, the day only where the same time comes before it."""
    if instant - voice.now >= timedelta(days=1):
        return at(instant, voice)
    clock = _clock_alone(instant, voice)
    return clock if norwegian(voice.language) else f"at {clock}"


def since(instant: datetime, voice: Voice) -> str:
    """`siden kl. 02.10`, `siden i går kl. 02.10`; `since 02:10`, `since yesterday at 02:10`."""
    return say(("siden {}", "since {}"), voice.language, _when(instant, voice))


def from_when(instant: datetime, voice: Voice, until: datetime | None = None) -> str:
    """Of what is over: `fra kl. 02.10`, `fra i går kl. 02.10`; `from 02:10`, `from yesterday at 02:10`. With
    its end `fra i går kl. 02.10 til kl. 02.15`; that has its day where it is another.
    """
    began = say(("fra {}", "from {}"), voice.language, _when(instant, voice))
    if until is None or until <= instant:
        return began
    same_day = until.astimezone(voice.zone).date() == instant.astimezone(voice.zone).date()
    over = _clock_alone(until, voice) if same_day else _when(until, voice)
    return say(("{} til {}", "{} to {}"), voice.language, began, over)


def by(instant: datetime, voice: Voice) -> str:
    """`innen kl. 10.00`, `innen i går kl. 10.00`; `by 10:00`, `by yesterday at 10:00`."""
    return say(("innen {}", "by {}"), voice.language, _when(instant, voice))


def by_on_its_day(instant: datetime, voice: Voice) -> str:
    """`i dag innen kl. 10.00`, `2. mars innen kl. 10.00`; `today by 10:00`, `on 2 March by 10:00`."""
    day, on = _day(instant, voice)
    day = day or say(("i dag", "today"), voice.language)
    if norwegian(voice.language):
        on = ""
    clock = say(("innen {}", "by {}"), voice.language, _clock_alone(instant, voice))
    return f"{on}{day} {clock}"


def length(span: timedelta, language: Language) -> str:
    """`40 s`, `12 min`, `5 t 50 min`, `2 d 3 t`: two units at most."""
    seconds = max(0, int(span.total_seconds()))
    hour, day = ("t", "d") if norwegian(language) else ("h", "d")
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} {hour} {minutes} min" if minutes else f"{hours} {hour}"
    days, hours = divmod(hours, 24)
    return f"{days} {day} {hours} {hour}" if hours else f"{days} {day}"


def month(day: date, language: Language) -> str:
    """`oktober 2026`, `October 2026`."""
    return f"{_MONTHS[language].split()[day.month - 1]} {day.year}"


_WEEKDAYS: dict[Language, str] = {
    "nb": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "nn": "måndag tysdag onsdag torsdag fredag laurdag søndag",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}


def day(instant: datetime, voice: Voice) -> str:
    """`lørdag 28. november`, `Saturday 28 November`."""
    local = instant.astimezone(voice.zone)
    weekday = _WEEKDAYS[voice.language].split()[local.weekday()]
    month = _MONTHS[voice.language].split()[local.month - 1]
    return f"{weekday} {local.day}{'.' if norwegian(voice.language) else ''} {month}"


def full_date(instant: datetime, voice: Voice) -> str:
    """`28. november 2026`, `28 November 2026`."""
    local = instant.astimezone(voice.zone)
    return f"{local.day}{'.' if norwegian(voice.language) else ''} {month(local.date(), voice.language)}"


def full_moment(instant: datetime, voice: Voice) -> str:
    """`28. november 2026 kl. 17.19`, `28 November 2026 at 17:19`: for what is read in later years."""
    joined = f" kl.{_STUCK}" if norwegian(voice.language) else " at "
    return f"{full_date(instant, voice)}{joined}{_clock(instant, voice)}"


_MONTHS: dict[Language, str] = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
}


def _when(instant: datetime, voice: Voice) -> str:
    """After a preposition: `kl. 02.10`, `i går kl. 02.10`; `02:10`, `yesterday at 02:10`."""
    if norwegian(voice.language):
        return at(instant, voice)
    day, _ = _day(instant, voice)
    return f"{day} at {_clock(instant, voice)}" if day else _clock(instant, voice)


def _clock_alone(instant: datetime, voice: Voice) -> str:
    clock = _clock(instant, voice)
    return f"kl.{_STUCK}{clock}" if norwegian(voice.language) else clock


def _clock(instant: datetime, voice: Voice) -> str:
    return instant.astimezone(voice.zone).strftime("%H.%M" if norwegian(voice.language) else "%H:%M")


def _day(instant: datetime, voice: Voice) -> tuple[str, str]:
    """The day in words, empty for today; and the preposition that English wants before it."""
    local, today = instant.astimezone(voice.zone).date(), voice.now.astimezone(voice.zone).date()
    if local == today:
        return "", ""
    if local == today - timedelta(days=1):
        return say(("i går", "yesterday"), voice.language), ""
    month = _MONTHS[voice.language].split()[local.month - 1]
    year = f" {local.year}" if local.year != today.year else ""
    return (
        f"{local.day}. {month}{year}" if norwegian(voice.language) else f"{local.day} {month}{year}"
    ), "on "
