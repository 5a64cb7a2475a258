"""What happened, in one plain sentence: the same words on the board, in a notification and in the log.

Here: sentences in Norwegian bokmål and English, times in the site's zone. Not here: the page's own words
(buttons, headings: dashboards/locale). A sensor is never made to say more than it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from rules.alert import Alert
from rules.building import Role, Site
from rules.catalogue import catalogue
from rules.finding import Evidence
from rules.pause import PAUSE_ENDS
from rules.protection import NOT_HEARD, Why
from rules.rule import SIGNS_OF_LIFE, AnyRule, NotByRule, QuietRule, Text

Language = Literal["nb", "en"]


class Voice(NamedTuple):
    """In which language and zone to speak, and the instant (aware UTC) that "yesterday" is counted from."""

    language: Language
    zone: ZoneInfo
    now: datetime


class _Noun(NamedTuple):
    """What a sensor hangs on: its name in the definite form, and "open" as it agrees with it."""

    nb: str
    open_nb: str
    en: str


_NOUNS: dict[Role, _Noun] = {
    "outer_door": _Noun("Ytterdøra", "åpen", "The outer door"),
    "window": _Noun("Vinduet", "åpent", "The window"),
    "fridge": _Noun("Kjøleskapet", "åpent", "The fridge"),
    "medicine_cabinet": _Noun("Medisinskapet", "åpent", "The medicine cabinet"),
    "cupboard": _Noun("Skapet", "åpent", "The cupboard"),
    "stove": _Noun("Komfyren", "åpen", "The stove"),
    "help_button": _Noun("Hjelpeknappen", "åpen", "The help button"),
    "toilet": _Noun("Toalettet", "åpent", "The toilet"),
}
_DOOR = _Noun("Døra", "åpen", "The door")
_BUTTON = _Noun("Knappen", "åpen", "The button")
_APPLIANCE = _Noun("Apparatet", "åpent", "The appliance")
_NOUN_OF_MEASURE = {"open": _DOOR, "locked": _DOOR, "pressed": _BUTTON, "on": _APPLIANCE}

_PLACES: dict[Role, tuple[str, str]] = {
    "bathroom_motion": ("på badet", "in the bathroom"),
    "bedroom_motion": ("på soverommet", "in the bedroom"),
    "kitchen_motion": ("på kjøkkenet", "in the kitchen"),
    "toilet": ("på toalettet", "in the toilet"),
    "chair": ("i stolen", "in the chair"),
}

# (measure, value) → (nb, en), without a time. {} is what the sensor hangs on, or the place where it sees.
_HAPPENED: dict[tuple[str, bool | str], tuple[str, str]] = {
    ("open", True): ("{} ble åpnet", "{} was opened"),
    ("open", False): ("{} ble lukket", "{} was closed"),
    ("locked", True): ("{} ble låst", "{} was locked"),
    ("locked", False): ("{} ble låst opp", "{} was unlocked"),
    ("on", True): ("{} ble slått på", "{} was switched on"),
    ("on", False): ("{} ble slått av", "{} was switched off"),
    ("motion", True): ("Bevegelse {}", "Movement {}"),
    ("motion", False): ("Bevegelsen {} opphørte", "Movement {} ended"),
    ("presence", True): ("Noen er {}", "Somebody is {}"),
    ("presence", False): ("Ingen er {} lenger", "Nobody is {} any more"),
    ("in_bed", True): ("Kom til sengs", "Got into bed"),
    ("in_bed", False): ("Gikk ut av senga", "Got out of bed"),
    ("sitting_up", True): ("Satte seg opp i senga", "Sat up in bed"),
    ("sitting_up", False): ("Sitter ikke lenger oppe i senga", "No longer sits up in bed"),
    ("vibration", True): ("Vibrasjon registrert", "Vibration noticed"),
    ("vibration", False): ("Vibrasjonen opphørte", "Vibration ended"),
    ("leak", True): ("Vannlekkasje registrert", "Water leak noticed"),
    ("leak", False): ("Ikke lenger vannlekkasje", "No water leak any more"),
    ("smoke", True): ("Røyk registrert", "Smoke noticed"),
    ("smoke", False): ("Ikke lenger røyk", "No smoke any more"),
    ("gas", True): ("Gass registrert", "Gas noticed"),
    ("gas", False): ("Ikke lenger gass", "No gas any more"),
    ("co", True): ("Kullos (CO) registrert", "Carbon monoxide noticed"),
    ("co", False): ("Ikke lenger kullos (CO)", "No carbon monoxide any more"),
    ("tamper", True): ("Sensoren ble åpnet eller tatt ned", "The sensor was opened or taken down"),
    ("tamper", False): ("Sensoren er på plass igjen", "The sensor is in place again"),
    ("battery_low", True): ("Sensoren har lite batteri", "The sensor's battery is low"),
    ("battery_low", False): ("Batteriet er i orden igjen", "The battery is well again"),
    ("fall", "suspected"): ("Mulig fall registrert", "Possible fall noticed"),
    ("fall", "confirmed"): ("Fall registrert", "Fall noticed"),
    ("fall", "cleared"): ("Reiste seg", "Got up"),
}
_PRESSED = ("{} ble trykket inn", "{} was pressed")

_HELD: dict[tuple[str, bool | str], tuple[str, str]] = {
    ("open", True): ("{} har stått {}", "{} has been open"),
    ("on", True): ("{} har stått på", "{} has been on"),
    ("motion", True): ("Bevegelse {}", "Movement {}"),
    ("presence", True): ("Har vært {}", "Has been {}"),
    ("in_bed", False): ("Ute av senga", "Out of bed"),
    ("in_bed", True): ("Har ligget i senga", "Has been in bed"),
    ("leak", True): ("Vannlekkasje", "Water leak"),
}

_WAS_HELD: dict[tuple[str, bool | str], tuple[str, str]] = {
    ("open", True): ("{} sto {}", "{} was open"),
    ("on", True): ("{} sto på", "{} was on"),
    ("motion", True): ("Bevegelse {}", "Movement {}"),
    ("presence", True): ("Var {}", "Was {}"),
    ("in_bed", False): ("Var ute av senga", "Was out of bed"),
    ("in_bed", True): ("Lå i senga", "Was in bed"),
    ("leak", True): ("Vannlekkasje", "Water leak"),
}

_OVER: dict[tuple[str, bool | str], tuple[str, str]] = {
    ("open", False): ("Lukket igjen", "Closed again"),
    ("open", True): ("Åpnet igjen", "Opened again"),
    ("tamper", False): ("Sensoren på plass igjen", "Sensor in place again"),
    ("in_bed", True): ("Tilbake i senga", "Back in bed"),
}

# What is gone is told with the time since when, not with the time at which.
_GONE: dict[tuple[str, bool | str], tuple[str, str]] = {
    ("leak", False): ("Ikke mer vann", "No more water"),
    ("smoke", False): ("Ikke mer røyk", "No more smoke"),
    ("gas", False): ("Ikke mer gass", "No more gas"),
    ("co", False): ("Ikke mer kullos (CO)", "No more carbon monoxide"),
    ("presence", False): ("Ingen {}", "Nobody {}"),
    ("sitting_up", False): ("Ikke lenger oppe i senga", "No longer sitting up in bed"),
}

OPEN_AGAIN: dict[str, tuple[str, str]] = {
    "arrival_overdue": (
        "Ingen kom fram i tide; varselet ble åpnet igjen",
        "Nobody arrived in time; the alert was opened again",
    ),
    "raised_anew": (
        "Skjedde på nytt; varselet ble åpnet igjen",
        "Happened anew; the alert was opened again",
    ),
    "closing_overdue": (
        "Ikke kvittert ut i tide; varselet ble åpnet igjen",
        "Not closed in time; the alert was opened again",
    ),
}
"""The events that put an alert back to open after somebody had taken it."""


def what_happened(alert: Alert, rule: AnyRule | None, site: Site, voice: Voice) -> str:
    """The sentence at the head of an alert, in the past tense once it is over. `rule` is None where the site
    no longer has it.
    """
    ongoing = alert.cleared_at is None
    lasting = since if ongoing else from_when
    if alert.rule == NOT_HEARD:
        return f"{who_is_silent(alert.room, voice)} {lasting(alert.raised_at, voice)}."
    if alert.rule == PAUSE_ENDS and alert.evidence:
        return _pause_ends(alert.evidence[-1], voice)
    evidence = _trigger(alert)
    kind = rule.kind if rule is not None else "event"
    if kind == "quiet":
        last_sign = evidence.at if evidence is not None else alert.raised_at
        return _sentence(voice, ("Ingen livstegn", "No sign of life"), lasting(last_sign, voice))
    if isinstance(rule, NotByRule) and rule.signs != SIGNS_OF_LIFE:
        return _sentence(voice, _name(alert, rule), _by(alert.raised_at, voice))
    if kind == "not-by":
        by = _by(alert.raised_at, voice)
        return _sentence(voice, ("Ingen livstegn i dag", "No sign of life today"), by)
    if evidence is None:
        return _sentence(voice, _name(alert, rule), at(alert.raised_at, voice))
    if (told := _by_kind(kind, alert, evidence, site, voice)) is not None:
        return told
    held = (_HELD if ongoing else _WAS_HELD).get(_key(evidence))
    if kind == "held" and held is not None:
        return _sentence(voice, held, lasting(evidence.at, voice), evidence, site)
    words = _happened(evidence)
    return _sentence(voice, words or _name(alert, rule), at(alert.raised_at, voice), evidence, site)


def _went_out(heard: Evidence, voice: Voice, ongoing: bool) -> str:
    when = at(heard.at, voice)
    if voice.language == "nb":
        return f"Gikk trolig ut {when} og {'er ikke hørt inne siden' if ongoing else 'ble ikke hørt inne'}."
    heard_of = "has not been heard inside since" if ongoing else "was not heard inside"
    return f"Probably went out {when} and {heard_of}."


def _stayed(heard: Evidence, site: Site, voice: Voice, ongoing: bool) -> str:
    place = _PLACES.get(_role(heard.device, site), ("i rommet", "in the room"))[voice.language == "en"]
    if not ongoing:
        began = from_when(heard.at, voice)
        if voice.language == "nb":
            return f"Var trolig {place} {began} og ble ikke hørt andre steder."
        return f"Was probably {place} {began} and was not heard elsewhere."
    if voice.language == "nb":
        return f"Har trolig vært {place} {since(heard.at, voice)} og er ikke hørt andre steder."
    return f"Has probably been {place} {since(heard.at, voice)} and was not heard elsewhere."


def _moved(alert: Alert, voice: Voice) -> str:
    changes = sum(evidence.at <= alert.raised_at for evidence in alert.evidence) - 1
    began = alert.evidence[0].at
    if voice.language == "nb":
        return f"Gikk fra sted til sted {changes} ganger {since(began, voice)}."
    return f"Went from place to place {changes} times {since(began, voice)}."


def _left_on(alert: Alert, heard: Evidence, site: Site, voice: Voice) -> str:
    before = [evidence for evidence in alert.evidence if evidence.at <= alert.raised_at]
    noun = _NOUNS.get(_role(alert.device or heard.device, site), _APPLIANCE)
    last = max(evidence.at for evidence in before or alert.evidence)
    if alert.cleared_at is not None:
        alone = from_when(last, voice)
        if voice.language == "nb":
            return f"{noun.nb} sto på, og ingen ble hørt der {alone}."
        return f"{noun.en} was on, and nobody was heard there {alone}."
    alone = since(last, voice)
    if voice.language == "nb":
        return f"{noun.nb} står på, og ingen er hørt der {alone}."
    return f"{noun.en} is on, and nobody was heard there {alone}."


def _by_kind(kind: str, alert: Alert, heard: Evidence, site: Site, voice: Voice) -> str | None:
    """For kinds whose sentence needs more than what was heard last."""
    ongoing = alert.cleared_at is None
    if kind == "away":
        return _went_out(heard, voice, ongoing)
    if kind == "stays":
        return _stayed(heard, site, voice, ongoing)
    if kind == "moves":
        return _moved(alert, voice)
    return _left_on(alert, heard, site, voice) if kind == "unattended" else None


def _pause_ends(pause: Evidence, voice: Voice) -> str:
    """`pause`: the rule as its device, who paused it as its value, the end as its instant."""
    named = catalogue().get(pause.device)
    if voice.language == "nb":
        name = named.name.nb if named is not None else _readable(pause.device)
        return f"«{name}» er satt på pause og slås på igjen {at(pause.at, voice)}."
    name = named.name.en if named is not None else _readable(pause.device)
    return f"“{name}” is paused and goes on again {at(pause.at, voice)}."


def who_else(alert: Alert, voice: Voice) -> str | None:
    """For an alert that may be about somebody else: more people there than one, or more who live there."""
    sentences = []
    if len(alert.residents) > 1:
        nb = f"{len(alert.residents)} beboere deler rommet, og sensorene kan ikke skille dem."
        en = f"{len(alert.residents)} residents share the room, and the sensors cannot tell them apart."
        sentences.append(nb if voice.language == "nb" else en)
    if alert.others:
        nb = "Flere ser ut til å være der, kanskje besøk eller ansatte."
        en = "More than one person seems to be there, perhaps a visitor or staff."
        sentences.append(nb if voice.language == "nb" else en)
    return " ".join(sentences) or None


def how_late(alert: Alert, voice: Voice) -> str | None:
    """For what was over, or long true, before the hub knew of it."""
    if not alert.late:
        return None
    found, late = at(alert.found_at, voice), length(alert.found_at - alert.raised_at, voice.language)
    return f"Oppdaget {found}, {late} for sent." if voice.language == "nb" else f"Found {found}, {late} late."


def how_often(alert: Alert, voice: Voice) -> str | None:
    """For what happened more than once while the alert was open."""
    if alert.occurrences < 2:
        return None
    last = at(alert.last_at, voice)
    if voice.language == "nb":
        return f"Har skjedd {alert.occurrences} ganger, sist {last}."
    return f"Happened {alert.occurrences} times, last {last}."


def how_it_ended(alert: Alert, rule: AnyRule | None, site: Site, voice: Voice) -> str | None:
    """For what is no longer so: the door was closed again, somebody was heard."""
    if alert.cleared_at is None:
        return None
    over = at(alert.cleared_at, voice)
    if alert.rule == PAUSE_ENDS:
        return _sentence(voice, ("Slått på igjen", "On again"), over)
    if alert.rule == NOT_HEARD:
        return _sentence(voice, ("Kontakt igjen", "Contact again"), over)
    of_life = isinstance(rule, NotByRule) and rule.signs == SIGNS_OF_LIFE
    if isinstance(rule, QuietRule) or of_life:
        return _sentence(voice, ("Livstegn igjen", "Sign of life again"), over)
    if rule is not None and rule.kind == "away":
        return _sentence(voice, ("Hørt inne igjen", "Heard inside again"), over)
    if rule is not None and rule.kind == "stays":
        return _sentence(voice, ("Hørt andre steder igjen", "Heard elsewhere again"), over)
    if rule is not None and rule.kind == "moves":
        return _sentence(voice, ("Rolig igjen", "Calm again"), over)
    evidence = alert.evidence[-1] if alert.evidence and alert.evidence[-1].at > alert.raised_at else None
    if evidence is None:
        return _sentence(voice, ("Over", "Over"), over)
    if (gone := _GONE.get(_key(evidence))) is not None:
        return _sentence(voice, gone, since(alert.cleared_at, voice), evidence, site)
    again = None if isinstance(rule, NotByRule) else _OVER.get(_key(evidence))
    words = again or _happened(evidence) or ("Over", "Over")
    return _sentence(voice, words, over, evidence, site)


def why_open_again(event: str, when: datetime, voice: Voice) -> str:
    """Why nobody has the alert any more. `event`: one of OPEN_AGAIN."""
    return _sentence(voice, OPEN_AGAIN[event], at(when, voice))


def what_is_coming(alert: Alert, rule: AnyRule | None, voice: Voice) -> str | None:
    """For a pre-warning: when it becomes an alert if nothing happens."""
    if not alert.prewarning:
        return None
    if not isinstance(rule, QuietRule):
        return "Forvarsel." if voice.language == "nb" else "Pre-warning."
    becomes = at(alert.raised_at + rule.prewarning, voice)
    if voice.language == "nb":
        return f"Forvarsel: blir varsel {becomes} hvis det fortsatt er stille."
    return f"Pre-warning: becomes an alert {becomes} if it stays quiet."


def what_was_heard(evidence: Evidence, site: Site, voice: Voice) -> str:
    """One line of evidence, without its time."""
    words = _happened(evidence) or (f"{evidence.measure}: {evidence.value}",) * 2
    return _fill(words[voice.language == "en"], evidence, site, voice)


def who_is_silent(part: str, voice: Voice) -> str:
    """`broker`, `gateway:<id>`, `device:<id>` → what cannot be heard."""
    kind, _, name = part.partition(":")
    nb, en = {
        "broker": (
            "Ingen kontakt med sensorene (meldingstjeneren er borte)",
            "No contact with the sensors (broker lost)",
        ),
        "gateway": (f"Ingen kontakt med gatewayen «{name}»", f"No contact with the gateway “{name}”"),
        "device": (f"Ingen kontakt med sensoren «{name}»", f"No contact with the sensor “{name}”"),
    }.get(kind, (part, part))
    return nb if voice.language == "nb" else en


def why_not_covered(why: Why, names: Mapping[str, Text], voice: Voice) -> str:
    """Why a resident is not watched over, or not wholly."""
    if why.cause == "not_heard":
        return who_is_silent(why.what, voice)
    named = names.get(why.what)
    rule_nb, rule_en = (named.nb, named.en) if named is not None else (_readable(why.what),) * 2
    nb, en = {
        "no_rule": ("Ingen regel gjelder her", "No rule applies here"),
        "no_sensor": (f"Mangler sensor til «{rule_nb}»", f"No sensor for “{rule_en}”"),
        "no_basis": (
            f"«{rule_nb}» er av: mangler rettslig grunnlag",
            f"“{rule_en}” is off: no legal basis",
        ),
        "paused": (f"«{rule_nb}» er satt på pause", f"“{rule_en}” is paused"),
        "never_heard": (f"Sensoren «{why.what}» er aldri hørt", f"The sensor “{why.what}” was never heard"),
    }[why.cause]
    return nb if voice.language == "nb" else en


def name_of(alert: Alert, rule: AnyRule | None, voice: Voice) -> str:
    """What the alert's rule is called."""
    if alert.rule == NOT_HEARD:
        return "Ingen kontakt" if voice.language == "nb" else "No contact"
    if alert.rule == PAUSE_ENDS:
        return "Pause er snart over" if voice.language == "nb" else "A pause is about to end"
    return _name(alert, rule)[voice.language == "en"]


_STUCK = "\N{NO-BREAK SPACE}"  # "kl." and its time stay on one line


def at(instant: datetime, voice: Voice) -> str:
    """`kl. 02.10`, `i går kl. 02.10`, `3. mai kl. 02.10`; in English `at 02:10`, `yesterday at 02:10`."""
    day, on = _day(instant, voice)
    if voice.language == "nb":
        return f"{day} kl.{_STUCK}{_clock(instant, voice)}".lstrip()
    return f"{on}{day} at {_clock(instant, voice)}".lstrip()


def since(instant: datetime, voice: Voice) -> str:
    """`siden kl. 02.10`, `siden i går kl. 02.10`; `since 02:10`, `since yesterday at 02:10`."""
    day, _ = _day(instant, voice)
    if voice.language == "nb":
        return f"siden {at(instant, voice)}"
    return f"since {day} at {_clock(instant, voice)}" if day else f"since {_clock(instant, voice)}"


def from_when(instant: datetime, voice: Voice) -> str:
    """Of what is over: `fra kl. 02.10`, `fra i går kl. 02.10`; `from 02:10`, `from yesterday at 02:10`."""
    day, _ = _day(instant, voice)
    if voice.language == "nb":
        return f"fra {at(instant, voice)}"
    return f"from {day} at {_clock(instant, voice)}" if day else f"from {_clock(instant, voice)}"


def length(span: timedelta, language: Language) -> str:
    """`40 s`, `12 min`, `5 t 50 min`, `2 d 3 t`: two units at most."""
    seconds = max(0, int(span.total_seconds()))
    hour, day = ("t", "d") if language == "nb" else ("h", "d")
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


_MONTHS: dict[Language, str] = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
}


def _clock(instant: datetime, voice: Voice) -> str:
    return instant.astimezone(voice.zone).strftime("%H.%M" if voice.language == "nb" else "%H:%M")


def _day(instant: datetime, voice: Voice) -> tuple[str, str]:
    """The day in words, empty for today; and the preposition that English wants before it."""
    local, today = instant.astimezone(voice.zone).date(), voice.now.astimezone(voice.zone).date()
    if local == today:
        return "", ""
    if local == today - timedelta(days=1):
        return ("i går" if voice.language == "nb" else "yesterday"), ""
    month = _MONTHS[voice.language].split()[local.month - 1]
    year = f" {local.year}" if local.year != today.year else ""
    return (f"{local.day}. {month}{year}" if voice.language == "nb" else f"{local.day} {month}{year}"), "on "


def _by(instant: datetime, voice: Voice) -> str:
    return f"innen {at(instant, voice)}" if voice.language == "nb" else f"by {_clock(instant, voice)}"


def _trigger(alert: Alert) -> Evidence | None:
    """What it began with: the last that was heard when the alert was raised, or the oldest that was kept."""
    before = [e for e in alert.evidence if e.at <= alert.raised_at]
    return before[-1] if before else next(iter(alert.evidence), None)


def _key(evidence: Evidence) -> tuple[str, bool | str]:
    value = evidence.value
    return (evidence.measure, value if isinstance(value, bool | str) else str(value))


def _happened(evidence: Evidence) -> tuple[str, str] | None:
    return _PRESSED if evidence.measure == "pressed" else _HAPPENED.get(_key(evidence))


def _name(alert: Alert, rule: AnyRule | None) -> tuple[str, str]:
    known = rule or catalogue().get(alert.rule)
    return (known.name.nb, known.name.en) if known is not None else (_readable(alert.rule),) * 2


def _readable(id: str) -> str:
    """For a rule that nobody knows the name of any more: `stuck-bath` is `Stuck bath`."""
    return id.replace("-", " ").replace("_", " ").capitalize()


def _sentence(
    voice: Voice,
    words: tuple[str, str],
    when: str,
    evidence: Evidence | None = None,
    site: Site | None = None,
) -> str:
    said = words[voice.language == "en"]
    if evidence is not None and site is not None:
        said = _fill(said, evidence, site, voice)
    return f"{said} {when}."


def _fill(words: str, evidence: Evidence, site: Site, voice: Voice) -> str:
    """Put what the sensor hangs on, or where it sees, in its place."""
    if "{}" not in words:
        return words
    role = _role(evidence.device, site)
    if evidence.measure in ("motion", "presence"):
        return words.replace("{}", _PLACES.get(role, ("i rommet", "in the room"))[voice.language == "en"])
    noun = _NOUNS.get(role) or _NOUN_OF_MEASURE.get(evidence.measure, _DOOR)
    if voice.language == "en":
        return words.replace("{}", noun.en)
    return words.replace("{}", noun.nb, 1).replace("{}", noun.open_nb)


def _role(device: str, site: Site) -> Role:
    return next((d.role for d in site.devices if d.id == device), "other")
