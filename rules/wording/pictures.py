"""What pictures of time say: titles, keys, and what is told of each mark. Instants come as text."""

from __future__ import annotations

from rules.nights import Whereabouts
from rules.wording.voice import Language, Words, say

_WORDS: dict[str, Words] = {
    "day": ("Døgnet {day}", "The day, {day}"),
    "hour": ("Siste time, {span}", "The last hour, {span}"),
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
    "before": ("Før Vaka var her", "Before Vaka was here"),
    "nearest": (
        "Det finnes ingenting fra {asked}. Dette er det nærmeste.",
        "There is nothing of {asked}. This is the nearest.",
    ),
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
    "fall": ("Fall meldt", "Fall told of"),
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
        "En vanlig natt, kl. 22–07: {rest} i senga, {bath} på badet, oppe {times} ganger.",
        "A usual night, 22–07: {rest} in bed, {bath} in the bathroom, up {times} times.",
    ),
    "nights typical still": (
        "En vanlig natt, kl. 22–07: {rest} stille, bevegelse på badet i {bath}.",
        "A usual night, 22–07: {rest} still, movement in the bathroom for {bath}.",
    ),
    "nights no sensor": (
        "Ingen sengesensor og ingen bevegelsessensor her forteller om nettene.",
        "No bed sensor and no motion sensor here tells of the nights.",
    ),
    "nights by hour": (
        "De eldste nettene er tegnet time for time: vi vet hvor lenge, ikke når i timen. Ute vises ikke.",
        "The oldest nights are drawn by the hour: we know how long, not when in the hour. Out is not shown.",
    ),
    "day by hour": (
        "Døgnet er tegnet time for time: vi vet hvor lenge, ikke når i timen.",
        "This day is drawn by the hour: we know how long, not when in the hour.",
    ),
    "by hour": ("i timen fra {at}", "in the hour from {at}"),
    "bed in doubt": (
        "Sengesensoren har en feil nå: tidene i senga er ikke til å stole på.",
        "There is something wrong with the bed sensor now: the times in bed are not to be relied on.",
    ),
    "times up": ("Oppe, ganger kl. 22–07", "Up, times 22:00–07:00"),
    "times moving": ("Bevegelse, ganger kl. 22–07", "Movement, times 22:00–07:00"),
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
    "nobody apart then": (
        "Flere bodde her i tida som vises. Sensorene visste ikke hvem de så.",
        "Several people lived here in the time shown. Sensors did not know whom they saw.",
    ),
    "trend active": ("Bevegelse om dagen", "Movement by day"),
    "trend restless": ("Bevegelse om natta", "Movement at night"),
    "trend bed": ("Timer i senga per døgn", "Hours in bed a day"),
    "trend bathroom": ("Badet brukt om natta", "Bathroom used at night"),
    "unit active": ("ganger per dag, kl. 07–22", "times a day, 07:00–22:00"),
    "unit restless": ("ganger per natt, kl. 22–07", "times a night, 22:00–07:00"),
    "unit bed": ("timer", "hours"),
    "unit bathroom": ("i så mange av timene kl. 22–07", "in so many of the hours 22:00–07:00"),
    "trend doors": ("Dører åpnet om dagen", "Doors opened by day"),
    "trend doors_at_night": ("Dører åpnet om natta", "Doors opened at night"),
    "unit doors": ("ganger per dag, kl. 07–22", "times a day, 07:00–22:00"),
    "unit doors_at_night": ("ganger per natt, kl. 22–07", "times a night, 22:00–07:00"),
    "trend movement": ("Bevegelse gjennom døgnet", "Movement, day and night"),
    "trend in_bed": ("Timer i senga per døgn", "Hours in bed a day"),
    "trend bathroom_hours": ("Badet brukt", "Bathroom used"),
    "trend openings": ("Dører åpnet", "Doors opened"),
    "unit movement": ("ganger per døgn", "times a day"),
    "unit in_bed": ("timer", "hours"),
    "unit bathroom_hours": ("i så mange av døgnets timer", "in so many hours of the day"),
    "unit openings": ("ganger per døgn", "times a day"),
    "month of movement": ("Bevegelse time for time, {month}", "Movement by the hour, {month}"),
    "month of openings": ("Dører åpnet time for time, {month}", "Doors opened by the hour, {month}"),
    "month says": (
        "Et vanlig døgn: {day} ganger kl. 07–22, {night} ganger ellers.",
        "A usual day: {day} times 07:00–22:00, {night} times otherwise.",
    ),
    "month nothing": ("Ingen hele døgn er hørt denne måneden.", "No whole day of this month was heard."),
    "days left out": (
        "{n} døgn er ikke hørt godt nok til å telle med.",
        "{n} days were not heard well enough to count.",
    ),
    "day left out": (
        "Ett døgn er ikke hørt godt nok til å telle med.",
        "One day was not heard well enough to count.",
    ),
    "times of movement": ("bevegelse {n} ganger", "movement {n} times"),
    "times of openings": ("åpnet {n} ganger", "opened {n} times"),
    "by day": ("Kl. 07–22", "07:00–22:00"),
    "by night": ("Ellers", "Otherwise"),
    "busiest hour": ("Flest i timen", "Most in the hour"),
    "hour with alert": ("Time med varsel", "Hour with an alert"),
    "nobody in particular": (
        "Tallene gjelder rommet, ikke noen bestemt. De sier hva sensorene har hørt, ikke hvorfor.",
        "The figures are about the room and nobody in particular. They say what the sensors heard, not why.",
    ),
    "year": ("{since}–{until}", "{since}–{until}"),
    "year says": (
        "Dager hørt: {heard}. Dager borte: {away}. Dager ikke hørt godt nok: {unheard}.",
        "Days heard: {heard}. Days away: {away}. Days not heard well enough: {unheard}.",
    ),
    "year says of room": (
        "Dager hørt: {heard}. Dager ikke hørt godt nok: {unheard}.",
        "Days heard: {heard}. Days not heard well enough: {unheard}.",
    ),
    "year utc": (
        "De eldste dagene går fra midnatt til midnatt UTC, slik de er tatt vare på.",
        "The oldest days run from midnight to midnight UTC, as they are kept.",
    ),
    "year nothing": ("Ingen dager er hørt.", "No days were heard."),
    "month": ("Måned", "Month"),
    "mean": ("Snitt per dag", "Mean a day"),
    "days heard": ("Dager hørt", "Days heard"),
    "days away": ("Dager borte", "Days away"),
    "days unheard": ("Dager ikke hørt", "Days not heard"),
    "alerts of month": ("Varsler", "Alerts"),
    "amount none": ("Ingenting", "Nothing"),
    "amount little": ("Lite for personen", "Little for this person"),
    "amount much": ("Mye for personen", "Much for this person"),
    "amount little of room": ("Lite for rommet", "Little for this room"),
    "amount much of room": ("Mye for rommet", "Much for this room"),
    "day with alert": ("Dag med varsel", "Day with an alert"),
    "week": ("Uke {n}", "Week {n}"),
    "week short": ("u. {n}", "w {n}"),
    "is below": ("Uke {n}: lavere enn vanlig for personen.", "Week {n}: lower than this person's usual."),
    "is above": ("Uke {n}: høyere enn vanlig for personen.", "Week {n}: higher than this person's usual."),
    "is within": ("Uke {n}: som vanlig for denne personen.", "Week {n}: as usual for this person."),
    "is below of room": ("Uke {n}: lavere enn vanlig for rommet.", "Week {n}: lower than this room's usual."),
    "is above of room": (
        "Uke {n}: høyere enn vanlig for rommet.",
        "Week {n}: higher than this room's usual.",
    ),
    "is within of room": ("Uke {n}: som vanlig for rommet.", "Week {n}: as usual for this room."),
    "is too_little": (
        "For lite hørt til å si noe om uke {n}. Det trengs minst fire uker først.",
        "Too little heard to say anything of week {n}. At least four weeks are needed first.",
    ),
    "trend nothing": ("Ingen uker er hørt godt nok ennå.", "No week was heard well enough yet."),
    "verdict below": ("Lavere enn vanlig", "Lower than usual"),
    "verdict above": ("Høyere enn vanlig", "Higher than usual"),
    "verdict within": ("Som vanlig", "As usual"),
    "verdict too_little": ("For lite hørt", "Too little heard"),
    "band": ("Vanlig for personen", "This person's usual"),
    "band of room": ("Vanlig for rommet", "This room's usual"),
    "value": ("Uka", "The week"),
    "usual": ("Vanlig", "Usual"),
    "battery": ("Batterinivå dag for dag", "Battery level by day"),
    "level": ("Nivå", "Level"),
    "ahead": ("Slik det ser ut", "As it looks"),
    "ahead band": ("Åtte av ti ganger her", "Eight of ten times here"),
    "link": ("Signal {span}", "Link over {span}"),
    "span hour": ("den siste timen", "the last hour"),
    "span day": ("det siste døgnet", "the last 24 hours"),
    "span month": ("de siste 30 dagene", "the last 30 days"),
    "span year": ("det siste året", "the last year"),
    "span hour short": ("Time", "Hour"),
    "span day short": ("Døgn", "Day and night"),
    "span month short": ("Måned", "Month"),
    "span year short": ("År", "Year"),
    "link says": (
        "{measure}: vanligvis {middle}, på det laveste {low}.",
        "{measure}: usually {middle}, at the lowest {low}.",
    ),
    "link nothing": ("Enheten forteller ikke om signalet.", "The device does not tell of its link."),
    "of spread": ("Fra laveste til høyeste", "Lowest to highest"),
    "middle of day": ("Snitt", "Mean"),
    "gaps": ("Når enheten ikke kunne høres", "When the device could not be heard"),
    "gaps none": ("Hørt hele tiden {span}.", "Heard all the time over {span}."),
    "gaps all": ("Ikke hørt {span}.", "Not heard in {span}."),
    "gaps once": (
        "I alt {length} uten kontakt {span}.",
        "Out of contact once over {span}, for {length}.",
    ),
    "gaps some": (
        "I alt {length} uten kontakt {span}, fordelt på {n} ganger.",
        "Out of contact {n} times over {span}, {length} in all.",
    ),
    "gaps since": ("siden {day}", "the time since {day}"),
    "gaps hung": ("siden den ble hengt opp {at}", "the time since it was hung up {at}"),
    "heard": ("Hørt", "Heard"),
    "date": ("Dato", "Date"),
    "lowest": ("Laveste", "Lowest"),
    "highest": ("Høyeste", "Highest"),
    "load": ("Varsler per time, {day}", "Alerts by hour, {day}"),
    "load week": ("Varsler per dag, {day}", "Alerts by day, {day}"),
    "load says": (
        ("{alerts} I {acceptable} % av tida kom det høyst ett på ti minutter, i {demanding} % flere enn to."),
        (
            "{alerts} For {acceptable} % of the time at most one came in ten minutes,"
            " for {demanding} % more than two."
        ),
    ),
    "load says so far": (
        (
            "{alerts} Så langt kom det høyst ett på ti minutter i {acceptable} % av tida,"
            " flere enn to i {demanding} %."
        ),
        (
            "{alerts} So far at most one came in ten minutes for {acceptable} % of the time,"
            " more than two for {demanding} %."
        ),
    ),
    "load floods once": (
        "Én gang kom det flere enn ti på ti minutter.",
        "Once more than ten came in ten minutes.",
    ),
    "load flood": (
        "{n} ganger kom det flere enn ti på ti minutter.",
        "{n} times more than ten came in ten minutes.",
    ),
    "load none": ("Ingen varsler.", "No alerts."),
    "load none yet": ("Ingen varsler så langt.", "No alerts so far."),
    "load one": ("1 på 10 min: akseptabelt", "1 in 10 min: acceptable"),
    "load two": ("2 på 10 min: håndterbart", "2 in 10 min: manageable"),
    "peak": ("Flest på ti minutter", "Most in ten minutes"),
    "of all": ("Alle", "All"),
}
_UNITS: dict[str, Words] = {
    "lqi": ("Signalkvalitet (lqi)", "Link quality (lqi)"),
    "rssi": ("Signalstyrke (rssi, dBm)", "Signal strength (rssi, dBm)"),
    "snr": ("Signal/støy (snr, dB)", "Signal to noise (snr, dB)"),
}
_WHERE: dict[Whereabouts, Words] = {
    "in_bed": ("I senga", "In bed"),
    "still": ("Stille i rommet", "Still in the room"),
    "up": ("Oppe", "Up"),
    "bathroom": ("På badet", "In the bathroom"),
    "out": ("Ute", "Out"),
    "unknown": ("Ikke hørt", "Not heard"),
}


def words(what: str, language: Language, **values: object) -> str:
    return say(_WORDS[what], language, **values)


def unit_of_link(measure: str, language: Language) -> str:
    """`measure`: lqi, rssi, snr."""
    return say(_UNITS[measure], language)


def whereabouts(where: Whereabouts, has_bed: bool, language: Language) -> str:
    """Without a bed sensor movement may be somebody who turns over: nobody is said to be up."""
    if where == "up" and not has_bed:
        return words("motion", language)
    return say(_WHERE[where], language)
