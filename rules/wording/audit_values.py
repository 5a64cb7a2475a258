"""What the audit trail's details may say, in words: by the detail's name (where only one kind of entry has
it so, behind that), then by the value as it is kept.

What somebody wrote, and what is called by its own name, stands as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.wording.voice import Words

_CATEGORIES: dict[str, Words] = {
    "well": ("om alt er bra", "whether all is well"),
    "away": ("om de er borte", "whether they are away"),
    "alerts": ("alvorlige varsler", "grave alerts"),
    "handled": ("varsler som er tatt hånd om", "alerts that were handled"),
    "unusual": ("uvanlige netter og dager", "unusual nights and days"),
    "digest": ("uken som var", "the week that was"),
    "mailed": ("uken i e-posten", "the week in the e-mail"),
}

_AWAY: dict[str, Words] = {
    "hospital": ("på sykehus", "in hospital"),
    "family": ("hos familien", "with family"),
    "trip": ("på tur", "on a trip"),
    "day_centre": ("på dagsenter", "at a day centre"),
    "other": ("noe annet", "something else"),
}

VALUES: Mapping[str, Mapping[str, Words]] = {
    "acts": {
        "see alerts": ("se varsler", "see alerts"),
        "see wall": ("se veggskjermen", "see the wall screen"),
        "see floor plans": ("se plantegninger", "see floor plans"),
        "change floor plans": ("endre plantegninger", "change floor plans"),
        "see devices": ("se enheter", "see devices"),
        "place devices": ("plassere enheter", "place devices"),
        "control gateways": ("pare enheter", "pair devices"),
        "see quarantine": ("se det som ikke ble forstått", "see what was not understood"),
        "upload codecs": ("laste opp kodeker", "upload codecs"),
        "see rules": ("se regler", "see rules"),
        "change rules": ("endre regler", "change rules"),
        "try rules": ("prøve regler", "try rules"),
        "say who is away": ("registrere hvem som er borte", "say who is away"),
        "see goals": ("se mål", "see goals"),
        "see legal basis": ("se rettslige grunnlag", "see legal bases"),
        "see residents": ("se beboere", "see residents"),
        "change legal basis": ("endre rettslige grunnlag", "change legal bases"),
        "hand over": ("se vaktskiftet og skrive notater", "see the hand-over and write notes"),
        "see what is kept": ("se hva som lagres", "see what is kept"),
        "see erasures": ("se slettinger", "see erasures"),
        "see roster": ("se turnusen", "see the roster"),
        "plan roster": ("planlegge turnusen", "plan the roster"),
        "say which staff are absent": ("registrere at ansatte er borte", "say which staff are absent"),
        "see escalation": ("se hvem som varsles", "see who is called"),
        "change escalation": ("endre hvem som varsles", "change who is called"),
        "see alarm quality": ("se varselkvalitet", "see alarm quality"),
        "change contacts": ("endre hvordan ansatte nås", "change how staff are reached"),
        "see audit": ("se hvem som så hva", "see who saw what"),
        "see residents' logs": ("se beboernes egne logger", "see residents' own logs"),
        "see proof": ("se prøver av varslingen", "see tests of the alerting"),
        "see reach": ("se hvem som får beskjed time for time", "see who is told in each hour"),
        "assign gaps": ("fordele hull i dekningen", "assign gaps"),
        "see relatives": ("se pårørende", "see relatives"),
    },
    "ask": {
        "start_pairing": ("starte paring", "start pairing"),
        "stop_pairing": ("stoppe paring", "stop pairing"),
        "rename": ("gi nytt navn", "rename"),
        "remove": ("fjerne", "remove"),
        "interview": ("spørre ut", "interview"),
        "set_options": ("sette innstillinger", "set options"),
    },
    "categories": _CATEGORIES,
    "shown": _CATEGORIES,
    "events": {
        "alert.opened": ("et varsel kommer", "an alert is raised"),
        "alert.changed": ("noe skjer med et varsel", "something happens to an alert"),
        "alert.closed": ("et varsel avsluttes", "an alert is closed"),
        "device.fault": ("en enhet har en feil", "a device has a fault"),
        "protection.lost": ("en beboer er ikke dekket", "a resident is not protected"),
        "protection.degraded": ("en beboer er bare delvis dekket", "a resident is less protected"),
        "protection.restored": ("en beboer er dekket igjen", "a resident is protected again"),
    },
    "function": {
        "carer": ("Pleier", "Carer"),
        "night_patrol": ("Nattpatrulje", "Night patrol"),
        "leader": ("Leder", "Leader"),
    },
    "given_by": {
        "resident": ("beboeren", "the resident"),
        "representative": ("den som representerer beboeren", "who represents the resident"),
    },
    "how": {
        "password": ("passord", "password"),
        "code": ("kode fra app", "an app's code"),
        "passkey": ("passnøkkel", "passkey"),
        "pin": ("PIN", "PIN"),
        "directory": ("jobbkontoen", "the work account"),
        "in_person": ("samtale ansikt til ansikt", "word face to face"),
        "in_writing": ("underskrift", "signature"),
        "by_phone": ("telefonsamtale", "phone call"),
    },
    "opinion": {
        "useful": ("nyttig", "useful"),
        "not_useful": ("ikke nyttig", "not useful"),
    },
    "parts": {
        "gateways": ("gateway", "gateway"),
        "units": ("avdeling", "unit"),
        "rooms": ("rom", "room"),
        "residents": ("beboer", "resident"),
        "devices": ("enhet", "device"),
        "people": ("person", "person"),
        "rules": ("regel", "rule"),
        "health": ("feilregel", "rule of faults"),
    },
    "person": {
        "(unknown)": ("ukjent", "unknown"),
    },
    "away: reason": _AWAY,
    "away changed: reason": _AWAY,
    "device ignored: reason": {
        "neighbour": ("hører til en nabo", "belongs to a neighbour"),
        "spare": ("i reserve", "spare"),
        "test": ("bare til prøve", "only for trying out"),
        "other": ("noe annet", "something else"),
    },
    "role": {
        "carer": ("Pleier", "Carer"),
        "leader": ("Leder", "Leader"),
        "technician": ("Tekniker", "Technician"),
        "administrator": ("Administrator", "Administrator"),
        "privacy_officer": ("Personvernombud", "Privacy officer"),
    },
    "said": {
        "it could not be sent in time": ("kom ikke av gårde i tide", "it could not be sent in time"),
        "the site has no such gateway any more": (
            "gatewayen finnes ikke lenger",
            "the site has no such gateway any more",
        ),
    },
    "state": {
        "waiting": ("venter", "waits"),
        "sent": ("er sendt", "was sent"),
        "silent": ("fikk ikke svar", "no answer"),
        "done": ("gjort", "done"),
        "refused": ("avvist", "refused"),
        "dropped": ("ikke sendt", "not sent"),
    },
    "trend": {
        "active": ("bevegelse om dagen", "movement by day"),
        "restless": ("bevegelse om natten", "movement at night"),
        "bed": ("timer i sengen", "hours in bed"),
        "bathroom": ("badet om natten", "the bathroom at night"),
        "doors": ("dører om dagen", "doors by day"),
        "doors_at_night": ("dører om natten", "doors at night"),
    },
    "quiet": {"none": ("ingen", "none")},
    "verdict": {
        "passed": ("bestått", "passed"),
        "failed": ("ikke bestått", "failed"),
        "incomplete": ("ikke fullført", "incomplete"),
    },
    "way": {
        "email": ("e-post", "e-mail"),
        "webpush": ("telefon med Vaka", "phone with Vaka"),
        "messenger": ("SMS eller meldingstjeneste", "SMS or messenger"),
        "pager": ("personsøker", "pager"),
        "webhook": ("webhook", "webhook"),
    },
    "why": {
        "code": ("feil kode", "a wrong code"),
        "PIN": ("feil PIN", "a wrong PIN"),
        "an old copy was used": (
            "en gammel kopi av innloggingen ble brukt",
            "an old copy of the sign-in was used",
        ),
        "our key is another": ("nøkkelen vår er en annen", "our key is another"),
    },
}

YES_OR_NO: dict[str, Words] = {"True": ("ja", "yes"), "False": ("nei", "no")}
