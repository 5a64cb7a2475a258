"""What relatives read: plain, calm, and never sure of what the sensors cannot see.

No name but the resident's own, no member of staff, no room, no clock: a part of the day is enough. The words
of the e-mails hold no name and no health at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rules.alert import Alert, Outcome
from rules.building import Site
from rules.telling_relatives import Kind, has_eased
from rules.usual import Judged, Level
from rules.wording.voice import Language, Voice, Words, norwegian, say

_HAPPENED: dict[str, Words] = {
    "fall": ("Sensorene meldte om et mulig fall.", "The sensors told of a possible fall."),
    "help-button": ("Noen brukte hjelpeknappen.", "Somebody used the help button."),
    "night-exit": (
        "Ytterdøren ble åpnet på en tid da personalet vil vite om det.",
        "The outer door was opened at an hour when staff want to know of it.",
    ),
    "not-back": (
        "Ytterdøren ble åpnet, og sensorene hørte ingen hjemme på en stund.",
        "The outer door was opened, and the sensors heard nobody at home for a while.",
    ),
    "quiet": ("Det var stille lenger enn vanlig.", "It was quiet for longer than usual."),
    "not-up": (
        "Sensorene hadde ikke hørt noen stå opp.",
        "The sensors had not heard anybody get up.",
    ),
    "smoke": ("Røykvarsleren meldte fra.", "The smoke detector gave a warning."),
    "stove": ("Komfyren sto på uten at noen var der.", "The stove was on and nobody was there."),
}
"""By the rule. Never a part of the day: `when` stands beside it, and a site's night has its own hours."""
_SOMETHING: Words = ("Sensorene meldte om noe uvanlig.", "The sensors told of something unusual.")

_STANDS: dict[str, Words] = {
    "open": ("Personalet er varslet.", "Staff have been told."),
    "accepted": ("Personalet tar seg av det.", "Staff are taking care of it."),
    "arrived": ("Personalet er på stedet.", "Staff are there."),
}
_ENDED: dict[Outcome, Words] = {
    "helped": ("Personalet så etter og hjalp til.", "Staff looked in and helped."),
    "no_help_needed": (
        "Personalet så etter. Det var ikke behov for hjelp.",
        "Staff looked in. No help was needed.",
    ),
    "battery_changed": ("Personalet byttet batteriet.", "Staff changed the battery."),
    "mended": ("Personalet ordnet det.", "Staff put it right."),
    "handed_to_technician": ("Tekniker har fått beskjed.", "A technician has been told."),
    "false_alarm": ("Det viste seg å være falsk alarm.", "It turned out to be a false alarm."),
    "test": ("Det var bare en prøve.", "It was only a test."),
    "passed": ("Det gikk over av seg selv.", "It passed by itself."),
}

_TODAY: dict[str, Words] = {
    "well": ("Alt ser ut til å være som det skal.", "All seems to be well."),
    "told": ("Noe har skjedd, og personalet er varslet.", "Something happened, and staff have been told."),
    "taken": (
        "Noe har skjedd. Personalet tar seg av det.",
        "Something happened. Staff are taking care of it.",
    ),
    "there": ("Noe har skjedd. Personalet er på stedet.", "Something happened. Staff are there."),
    "away": ("Er ikke hjemme nå.", "Is not at home now."),
    "nothing": ("Ikke noe nytt akkurat nå.", "Nothing new just now."),
    "unclear": ("Vi har ikke full oversikt akkurat nå.", "There is no full picture just now."),
}
_MORE: dict[str, Words] = {
    "sign": ("Siste livstegn: {when}.", "Last sign of life: {when}."),
    "no_sign": (
        "Sensorene har ikke hørt noe i dag ennå. Personalet følger med.",
        "The sensors have not heard anything today yet. Staff are keeping watch.",
    ),
    "not_fresh": (
        "Denne siden får ikke nytt fra huset akkurat nå. Personalet følger med som ellers.",
        "This page gets no news from the house just now. Staff keep watch as always.",
    ),
    "gaps": (
        "Ikke alle sensorene svarer. Personalet vet om det og følger med.",
        "Not all sensors answer. Staff know of it and keep watch.",
    ),
    "staff": ("Personalet følger med som ellers.", "Staff keep watch as always."),
    "eased": ("Det ser mindre alvorlig ut nå.", "It looks less serious now."),
    "who": (
        "Sensorene hører at noen er der, men kan ikke se hvem.",
        "The sensors hear that somebody is there, and cannot see who.",
    ),
}


def today_headline(state: str, language: Language) -> str:
    """`state`: well, told, taken, there, away, nothing, unclear."""
    return say(_TODAY[state], language)


def today_line(line: str, language: Language) -> str:
    """`line`: no_sign, not_fresh, gaps, staff, eased, who."""
    return say(_MORE[line], language)


def last_sign(at: datetime, voice: Voice) -> str:
    """To the hour at most: `Siste livstegn: den siste timen.`"""
    if voice.now - at < timedelta(hours=1):
        said = say(("den siste timen", "within the last hour"), voice.language)
    else:
        said = when(at, voice)
        lowered = norwegian(voice.language) or said.startswith(_LOWERED)
        said = said[:1].lower() + said[1:] if lowered else said
    return say(_MORE["sign"], voice.language, when=said)


_LONG_AGO = 7
"""Days; from then on the name of a day says too little."""
_LOWERED = ("Today", "Yesterday", "Last", "In the")


def away_until(back_by: datetime, voice: Voice) -> str:
    """To the day, and never why."""
    day = back_by.astimezone(voice.zone).date()
    name = f"{weekday(day, voice.language)} {_date(day, voice.language)}"
    return say(_AWAY, voice.language, name)


_AWAY: Words = ("Er borte, og ventes hjem {}.", "Is away, and expected home on {}.")


def odd_night(one: Judged, sort: str, language: Language) -> str:
    """`Natt til fredag 27. november: mer oppe enn vanlig.`"""
    day = f"{_capital(named_day(one.day, sort, language))} {_date(one.day, language)}"
    return f"{day}: {level_word(sort, one.level, language)}."


def until_when(day: date, language: Language) -> str:
    return f"{_date(day, language)} {day.year}"


_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_PARTS: tuple[tuple[int, Words], ...] = (
    (6, ("om natten", "in the night")),
    (9, ("om morgenen", "in the morning")),
    (12, ("om formiddagen", "before noon")),
    (18, ("om ettermiddagen", "in the afternoon")),
    (24, ("om kvelden", "in the evening")),
)
"""Until which hour."""


def alert_happened(alert: Alert, site: Site, language: Language) -> str:
    """What the alert was about, as far as a relative is told."""
    named = next((use.rule for use in site.rules if use.name == alert.rule), alert.rule)
    return say(_HAPPENED.get(named, _SOMETHING), language)


def alert_now(alert: Alert, language: Language) -> str:
    """Who has it, or how it ended."""
    if alert.state == "closed":
        return say(_ENDED[alert.outcome or "passed"], language)
    stands = say(_STANDS[alert.state], language)
    return f"{stands} {today_line('eased', language)}" if has_eased(alert) else stands


def when(at: datetime, voice: Voice, dated: bool = False) -> str:
    """`I dag om formiddagen`, `Natt til fredag`, `Tirsdag om kvelden`: never to the minute. `dated`: with its
    date always, for what is read on another day.
    """
    local, today = at.astimezone(voice.zone), voice.now.astimezone(voice.zone).date()
    days, day = (today - local.date()).days, weekday(local.date(), voice.language)
    part = next(say(words, voice.language) for until, words in _PARTS if local.hour < until)
    days = _LONG_AGO if dated else days
    if local.hour < 6:
        if days == 0:
            return say(("I natt", "Last night"), voice.language)
        said = say(("Natt til {}", "In the night to {}"), voice.language, day)
        return said if days < _LONG_AGO else f"{said} {_date(local.date(), voice.language)}"
    if days == 0:
        return say(("I dag {}", "Today {}"), voice.language, part)
    if days == 1:
        return say(("I går {}", "Yesterday {}"), voice.language, part)
    if days < _LONG_AGO:
        return f"{day.capitalize()} {part}"
    return f"{day.capitalize()} {_date(local.date(), voice.language)} {part}"


def weekday(day: date, language: Language) -> str:
    return _WEEKDAYS[language][day.weekday()]


def short_weekday(day: date, language: Language) -> str:
    return weekday(day, language)[: 2 if norwegian(language) else 3].capitalize()


_MONTHS: dict[Language, str] = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
}


def _date(day: date, language: Language) -> str:
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day}. {month}" if norwegian(language) else f"{day.day} {month}"


_NIGHT: dict[Level, Words] = {
    "less": ("roligere enn vanlig", "calmer than usual"),
    "usual": ("omtrent som vanlig", "about as usual"),
    "more": ("mer oppe enn vanlig", "up more than usual"),
    "unknown": ("vet ikke", "not known"),
}
_DAY: dict[Level, Words] = {
    "less": ("mindre aktiv enn vanlig", "less active than usual"),
    "usual": ("omtrent som vanlig", "about as usual"),
    "more": ("mer aktiv enn vanlig", "more active than usual"),
    "unknown": ("vet ikke", "not known"),
}
_BED: dict[Level, Words] = {
    "less": ("kortere i seng enn vanlig", "in bed for shorter than usual"),
    "usual": ("omtrent som vanlig", "about as usual"),
    "more": ("lenger i seng enn vanlig", "in bed for longer than usual"),
    "unknown": ("vet ikke", "not known"),
}
_SORTS = {"nights": _NIGHT, "days": _DAY, "in_bed": _BED}


def level_word(sort: str, level: Level, language: Language) -> str:
    """`sort`: nights, days, in_bed."""
    return say(_SORTS[sort][level], language)


_ALL: dict[str, Words] = {
    "nights": ("Nettene var omtrent som vanlig.", "The nights were about as usual."),
    "days": ("Dagene var omtrent som vanlig.", "The days were about as usual."),
    "in_bed": ("Tiden i seng var omtrent som vanlig.", "The time in bed was about as usual."),
}
_MOST: dict[str, Words] = {
    "nights": ("De fleste nettene var omtrent som vanlig.", "Most nights were about as usual."),
    "days": ("De fleste dagene var omtrent som vanlig.", "Most days were about as usual."),
    "in_bed": ("Tiden i seng var stort sett som vanlig.", "The time in bed was mostly as usual."),
}
_UNKNOWN: Words = (
    "Vi vet ikke nok ennå til å si hva som er vanlig.",
    "Not enough is known yet to say what is usual.",
)


def in_a_sentence(sort: str, found: Sequence[Judged], language: Language) -> str:
    """How the nights (or days) of a week were."""
    known = [one for one in found if one.level != "unknown"]
    if not known:
        return say(_UNKNOWN, language)
    odd = [one for one in known if one.level != "usual"]
    if not odd:
        return say(_ALL[sort], language)
    said = [say(_MOST[sort], language)] if 2 * len(odd) < len(known) else []
    for level in ("more", "less"):
        days = [named_day(one.day, sort, language) for one in odd if one.level == level]
        if days:
            word = level_word(sort, level, language)
            said.append(f"{_capital(_listed(days, language))}: {word}.")
    return " ".join(said)


def named_day(day: date, sort: str, language: Language) -> str:
    name = weekday(day, language)
    if sort == "days":
        return name
    return say(("natt til {}", "the night to {}"), language, name)


def _listed(words: Sequence[str], language: Language) -> str:
    if len(words) == 1:
        return words[0]
    return say(("{} og {}", "{} and {}"), language, ", ".join(words[:-1]), words[-1])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_LETTER: dict[Kind, Words] = {
    "told": (
        "Det har vært et varsel. Personalet vet om det.",
        "There was an alert. Staff know of it.",
    ),
    "handled": (
        "Et varsel er tatt hånd om. Du trenger ikke gjøre noe.",
        "An alert has been handled. There is nothing that you need to do.",
    ),
    "unusual": (
        "Det har vært mer eller mindre å høre enn vanlig. Det trenger ikke bety noe.",
        "There was more or less to be heard than usual. It need not mean anything.",
    ),
    "digest": (
        "Oversikten over uken er klar, med bilder av nettene og dagene.",
        "The summary of the week is ready, with pictures of its nights and days.",
    ),
    "invitation": (
        """Du er invitert til å følge med på hvordan det går, fordi den det gjelder har sagt ja til det.
Velg et passord her. Lenken virker én gang, og bare i sju dager:""",
        """You are invited to see how things are going, because the person concerned said yes to it.
Choose a password here. The link works once, and for seven days only:""",
    ),
}
_FOOT: Words = (
    (
        "Her står det verken hvem det gjelder eller hva som skjedde, for e-post er ikke trygg nok til det.\n"
        "Du velger selv hvilke e-poster du får, under Innstillinger."
    ),
    (
        "It does not say here who it is about or what happened: e-mail is not safe enough for that.\n"
        "You choose which e-mails you get, under Settings."
    ),
)
_SUBJECT: dict[Kind, Words] = {
    "told": ("Et varsel", "An alert"),
    "handled": ("Tatt hånd om", "Handled"),
    "unusual": ("Utenom det vanlige", "Unlike the others"),
    "digest": ("Uken som var", "The week that was"),
    "invitation": ("Invitasjon", "Invitation"),
}


def letter_subject(kinds: Sequence[Kind], house: str, language: Language) -> str:
    """`Tatt hånd om – Solbakken`: what is gravest of what the letter holds. No name, no health."""
    gravest = next(kind for kind in _SUBJECT if kind in kinds)
    return f"{say(_SUBJECT[gravest], language)} – {house}"


def letter_lines(kinds: Sequence[Kind], language: Language) -> list[str]:
    """What there is to read, each sort once: nothing of anybody."""
    return [say(_LETTER[kind], language) for kind in dict.fromkeys(kinds)]


def letter_body(name: str, kinds: Sequence[Kind], pages: str | None, language: Language) -> str:
    """`name`: the reader's own. `pages`: where they read what it was about, or the invitation's link."""
    said = [say(("Hei, {}.", "Hello {},"), language, name), *letter_lines(kinds, language)]
    if "invitation" in kinds:
        said.append(pages or "")
        return "\n\n".join(said) + "\n"
    if pages:
        said.append(say(("Logg inn og les: {}", "Sign in and read: {}"), language, pages))
    else:
        said.append(say(("Logg inn i Vaka og les.", "Sign in to Vaka and read."), language))
    said.append(say(_FOOT, language))
    return "\n\n".join(said) + "\n"
