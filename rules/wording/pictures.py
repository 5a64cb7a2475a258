"""What pictures of time say: titles, keys, and what is told of each mark. Instants come as text."""

from __future__ import annotations

from rules.nights import Whereabouts
from rules.wording.voice import Language

_WORDS: dict[str, tuple[str, str]] = {
    "day": ("Døgnet {day}", "The day, {day}"),
    "day heard": ("Alt som er hørt, er tegnet opp.", "All that was heard is drawn."),
    "day unheard": (
        "I til sammen {length} kunne minst én sensor ikke høres. Der vet vi ikke hva som skjedde.",
        "For {length} in all at least one sensor could not be heard. We do not know what happened then.",
    ),
    "day no alerts": ("Ingen varsler.", "No alerts."),
    "day alerts": ("{n} varsler.", "{n} alerts."),
    "day one alert": ("Ett varsel.", "One alert."),
    "no sensors": ("Ingen sensorer som forteller om noen her.", "No sensors here that tell of anybody."),
    "alerts": ("Varsler og hvem som kom", "Alerts and who came"),
    "away": ("Ikke hjemme", "Not at home"),
    "unheard": ("Ikke hørt", "Not heard"),
    "later": ("Ikke ennå", "Not yet"),
    "now": ("Nå", "Now"),
    "open": ("Åpen", "Open"),
    "in_bed": ("I senga", "In bed"),
    "motion": ("Bevegelse", "Movement"),
    "presence": ("Noen der", "Somebody there"),
    "sitting_up": ("Sitter oppe i senga", "Sitting up in bed"),
    "vibration": ("Vibrasjon", "Vibration"),
    "on": ("På", "On"),
    "pressed": ("Knappen ble trykket inn", "The button was pressed"),
    "fall suspected": ("Mulig fall", "Possible fall"),
    "fall confirmed": ("Fall", "Fall"),
    "fall cleared": ("Reiste seg", "Got up"),
    "times": ("{n} ganger", "{n} times"),
    "high": ("Høyt varsel", "High alert"),
    "medium": ("Middels varsel", "Medium alert"),
    "low": ("Lavt varsel", "Low alert"),
    "seen": ("Noen var fremme", "Somebody was there"),
    "still open": ("fortsatt åpent", "still open"),
    "nobody came": ("ingen er fremme", "nobody is there"),
    "when": ("Når", "When"),
    "where": ("Hvor", "Where"),
    "what": ("Hva", "What"),
    "nights": ("Nettene i {month}", "The nights of {month}"),
    "nights typical": (
        "En vanlig natt, kl. 22–07: {bed} i senga, {bath} på badet, oppe {times} ganger.",
        "A usual night, 22–07: {bed} in bed, {bath} in the bathroom, up {times} times.",
    ),
    "nights still": (
        "Uten sengesensor vet vi ikke om noen er i senga, bare om det er stille i rommet.",
        "Without a bed sensor we do not know whether somebody is in bed, only whether the room is still.",
    ),
    "nights unknown": (
        "{n} netter er ikke hørt godt nok til å telle med.",
        "{n} nights were not heard well enough to count.",
    ),
    "night unknown": (
        "Én natt er ikke hørt godt nok til å telle med.",
        "One night was not heard well enough to count.",
    ),
    "nights nothing": ("Ingen netter er hørt denne måneden.", "No night of this month was heard."),
    "night of": ("Natt til {day}", "Night to {day}"),
    "not a diagnosis": (
        "Dette er ikke en diagnose. Tallene sier hva sensorene har hørt, ikke hvorfor.",
        "This is not a diagnosis. The figures say what the sensors heard, not why.",
    ),
    "nobody apart": (
        "Flere bor her. Sensorene vet ikke hvem de ser.",
        "Several people live here. Sensors do not know whom they see.",
    ),
    "trend active": ("Bevegelse om dagen", "Movement by day"),
    "trend restless": ("Bevegelse om natta", "Movement at night"),
    "trend bed": ("Timer i senga per døgn", "Hours in bed a day"),
    "trend bathroom": ("Besøk på badet om natta", "Bathroom visits at night"),
    "unit active": ("ganger per dag, kl. 07–22", "times a day, 07:00–22:00"),
    "unit restless": ("ganger per natt, kl. 22–07", "times a night, 22:00–07:00"),
    "unit bed": ("timer", "hours"),
    "unit bathroom": ("ganger per natt, kl. 22–07", "times a night, 22:00–07:00"),
    "week": ("Uke {n}", "Week {n}"),
    "week short": ("u. {n}", "w {n}"),
    "is below": ("Uke {n}: lavere enn personens vanlige.", "Week {n}: lower than this person's usual."),
    "is above": ("Uke {n}: høyere enn personens vanlige.", "Week {n}: higher than this person's usual."),
    "is within": ("Uke {n}: som vanlig for denne personen.", "Week {n}: as usual for this person."),
    "is too_little": (
        "For lite hørt til å si noe om uke {n}. Det trengs minst fire uker først.",
        "Too little heard to say anything of week {n}. At least four weeks are needed first.",
    ),
    "trend nothing": ("Ingen uker er hørt godt nok ennå.", "No week was heard well enough yet."),
    "verdict below": ("Lavere enn vanlig", "Lower than usual"),
    "verdict above": ("Høyere enn vanlig", "Higher than usual"),
    "verdict within": ("Som vanlig", "As usual"),
    "verdict too_little": ("For lite hørt", "Too little heard"),
    "band": ("Personens vanlige", "This person's usual"),
    "value": ("Uka", "The week"),
    "usual": ("Vanlig", "Usual"),
    "battery": ("Batterinivå dag for dag", "Battery level by day"),
    "level": ("Nivå", "Level"),
    "ahead": ("Slik det ser ut", "As it looks"),
    "ahead band": ("Åtte av ti ganger her", "Eight of ten times here"),
    "link": ("Signal de siste 30 dagene", "Link over the last 30 days"),
    "link says": (
        "{measure}: vanligvis {middle}, på det laveste {low}.",
        "{measure}: usually {middle}, at the lowest {low}.",
    ),
    "link nothing": ("Enheten forteller ikke om signalet.", "The device does not tell of its link."),
    "of spread": ("Fra laveste til høyeste", "Lowest to highest"),
    "middle of day": ("Snitt", "Mean"),
    "gaps": ("Når enheten ikke kunne høres", "When the device could not be heard"),
    "gaps none": ("Hørt hele tiden de siste 30 dagene.", "Heard all the time over the last 30 days."),
    "gaps once": (
        "Ikke hørt én gang de siste 30 dagene, i {length}.",
        "Not heard once over the last 30 days, for {length}.",
    ),
    "gaps some": (
        "Ikke hørt {n} ganger de siste 30 dagene, til sammen {length}.",
        "Not heard {n} times over the last 30 days, {length} in all.",
    ),
    "heard": ("Hørt", "Heard"),
    "date": ("Dato", "Date"),
    "lowest": ("Laveste", "Lowest"),
    "highest": ("Høyeste", "Highest"),
    "load": ("Varsler per time, {day}", "Alerts by hour, {day}"),
    "load week": ("Varsler per dag, {day}", "Alerts by day, {day}"),
    "load says": (
        (
            "{all} varsler. I {acceptable} % av tida kom det høyst ett på ti minutter,"
            " i {demanding} % flere enn to."
        ),
        (
            "{all} alerts. For {acceptable} % of the time at most one came in ten minutes,"
            " for {demanding} % more than two."
        ),
    ),
    "load flood": (
        "{n} ganger kom det flere enn ti på ti minutter.",
        "{n} times more than ten came in ten minutes.",
    ),
    "load none": ("Ingen varsler.", "No alerts."),
    "load one": ("1 på 10 min: akseptabelt", "1 in 10 min: acceptable"),
    "load two": ("2 på 10 min: håndterbart", "2 in 10 min: manageable"),
    "peak": ("Flest på ti minutter", "Most in ten minutes"),
    "of all": ("Alle", "All"),
}
_WHERE: dict[Whereabouts, tuple[str, str]] = {
    "in_bed": ("I senga", "In bed"),
    "still": ("Stille i rommet", "Still in the room"),
    "up": ("Oppe", "Up"),
    "bathroom": ("På badet", "In the bathroom"),
    "out": ("Ute", "Out"),
    "unknown": ("Ikke hørt", "Not heard"),
}


def words(what: str, language: Language, **values: object) -> str:
    return _WORDS[what][language == "en"].format(**values)


def whereabouts(where: Whereabouts, language: Language) -> str:
    return _WHERE[where][language == "en"]
