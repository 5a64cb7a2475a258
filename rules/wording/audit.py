"""What stands in the audit trail, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.wording.audit_values import VALUES, YES_OR_NO
from rules.wording.names import readable
from rules.wording.voice import Language, Words, say

WORDS: dict[str, Words] = {
    "residents seen": ("Så på beboere", "Looked at residents"),
    "room seen": ("Så på et fellesrom", "Looked at a shared room"),
    "alerts seen": ("Så på varsler", "Looked at alerts"),
    "relative saw": ("Pårørende så", "A relative saw"),
    "relative was sent": ("Pårørende fikk i brev", "A relative was sent"),
    "alarm report made": ("Månedsrapport laget", "Monthly report made"),
    "relative review assigned": ("Nytt samtykke gitt videre", "Asking anew was assigned"),
    "signed in": ("Logget inn", "Signed in"),
    "signed out": ("Logget ut", "Signed out"),
    "sign-in refused": ("Innlogging avvist", "Sign-in refused"),
    "password set": ("Nytt passord", "New password"),
    "session ended": ("Innlogging avsluttet", "Session ended"),
    "other sessions ended": ("Logget ut andre steder", "Signed out elsewhere"),
    "PIN set": ("Ny PIN", "New PIN"),
    "PIN removed": ("Fjernet PIN", "Removed the PIN"),
    "code app switched on": ("Slo på koder fra app", "Switched on an app's codes"),
    "code app switched off": ("Slo av koder fra app", "Switched off an app's codes"),
    "recovery code used": ("Brukte gjenopprettingskode", "Used a recovery code"),
    "passkey added": ("La til passnøkkel", "Added a passkey"),
    "passkey removed": ("Fjernet passnøkkel", "Removed a passkey"),
    "identity linked": ("Koblet til annen innlogging", "Linked another sign-in"),
    "identity removed": ("Fjernet kobling til annen innlogging", "Removed the link to another sign-in"),
    "emergency access begun": ("Tok nødtilgang", "Took emergency access"),
    "emergency access ended": ("Avsluttet nødtilgang", "Ended emergency access"),
    "emergency access reviewed": ("Så på nødtilgang", "Reviewed emergency access"),
    "password link made": ("Laget lenke til nytt passord", "Made a link for a new password"),
    "password link refused": ("Lenke til passord avvist", "Password link refused"),
    "signed out by another": ("Logget ut en annen", "Signed another out"),
    "integration made": ("La til integrasjon", "Added an integration"),
    "integration renewed": ("Laget ny nøkkel", "Made a new key"),
    "integration revoked": ("Trakk integrasjon tilbake", "Revoked an integration"),
    "trend reviewed": ("Sa om uka var til nytte", "Said whether a week was of use"),
    "paused": ("Satte på pause", "Paused"),
    "pause confirmed": ("Bekreftet pause", "Agreed to a pause"),
    "pause ended": ("Pause slutt", "Pause ended"),
    "away": ("Meldte bort", "Said who is away"),
    "away changed": ("Endret fravær", "Changed an absence"),
    "away ended": ("Meldte hjemme", "Said who is home"),
    "staff absent": ("Meldte fravær", "Said that staff are absent"),
    "staff back": ("Meldte tilbake", "Said that staff are back"),
    "signed in to a shift": ("Gikk på vakt", "Went on duty"),
    "left the shift": ("Gikk av vakt", "Went off duty"),
    "shift added": ("La til vakt", "Added a shift"),
    "shift changed": ("Endret vakt", "Changed a shift"),
    "shift removed": ("Fjernet vakt", "Removed a shift"),
    "links ended": ("Avsluttet lenkene til en som har sluttet", "Ended the links of somebody who left"),
    "shifts taken out": ("Tok ut vaktene til en som har sluttet", "Took out the shifts of somebody who left"),
    "week copied": ("Kopierte uke", "Copied a week"),
    "roster imported": ("Hentet inn vaktliste", "Imported a roster"),
    "roster held back": ("Holdt tilbake vaktliste", "Held a roster back"),
    "held roster over": ("Avsluttet en tilbakeholdt vaktliste", "Ended a roster that was held back"),
    "held roster left": ("Lot vaktlisten stå", "Left the roster as it is"),
    "site changed": ("Endret oppsettet", "Changed the site"),
    "site imported": ("Hentet inn oppsett", "Imported a site"),
    "device removed": ("Fjernet enhet", "Removed a device"),
    "device renamed": ("Ga en enhet nytt navn", "Renamed a device"),
    "device ignored": ("Så bort fra enhet", "Ignored a device"),
    "device taken back": ("Tok fram enhet igjen", "Took a device back"),
    "gateway asked": ("Ba gateway om noe", "Asked a gateway"),
    "codec uploaded": ("Lastet opp kodek", "Uploaded a codec"),
    "codec taken back": ("Trakk kodek", "Took a codec back"),
    "quarantine cleared": ("Tømte det som ikke ble forstått", "Cleared what was not understood"),
    "walk test started": ("Begynte prøve", "Began a test"),
    "walk test ended": ("Prøve slutt", "Test ended"),
    "walk test signed": ("Signerte prøve", "Signed a test"),
    "contact added": ("La til kontaktvei", "Added a way of contact"),
    "contact removed": ("Fjernet kontaktvei", "Removed a way of contact"),
    "look-up reviewed": ("Gjennomgikk oppslag", "Reviewed a look-up"),
    "contact tried": ("Sendte prøvemelding", "Sent a test message"),
    "contact put first": ("Satte kontaktvei først", "Put a way of contact first"),
    "contact preferences": ("Endret når lave varsler kommer", "Changed when low alerts come"),
    "phone switched on": ("Slo på varsler på telefon", "Switched on alerts on a phone"),
    "phone switched off": ("Slo av varsler på telefon", "Switched off alerts on a phone"),
    "phone lost": ("Telefon mistet kontakten", "A phone was lost"),
    "note written": ("Skrev notat til vaktskiftet", "Wrote a note for the hand-over"),
    "note ended": ("Tok bort notat", "Took a note away"),
    "hand-over read": ("Leste vaktskiftet", "Read the hand-over"),
    "floor plan put": ("La inn plantegning", "Put in a floor plan"),
    "floor plan removed": ("Fjernet plantegning", "Removed a floor plan"),
    "floor plan marked": ("Plasserte på plantegning", "Placed on a floor plan"),
    "gap assigned": ("Ga videre et hull i vaktplanen", "Assigned a gap in the roster"),
    "resident renamed": ("Endret navnet på en beboer", "Changed a resident's name"),
    "resident exported": ("Hentet ut alt om en beboer", "Took out all on a resident"),
    "resident erased": ("Slettet en beboer", "Erased a resident"),
    "erasure asked for": ("Ba om sletting", "Asked for an erasure"),
    "erasure confirmed": ("Bekreftet sletting", "Agreed to an erasure"),
    "erasure taken back": ("Trakk sletting tilbake", "Took an erasure back"),
    "events subscribed": ("Slo på hendelser til program", "Switched on a program's events"),
    "events unsubscribed": ("Slo av hendelser til program", "Switched off a program's events"),
    "events stopped": ("Ga opp hendelser til program", "Gave up a program's events"),
    "invitation refused": ("Invitasjon avvist", "Invitation refused"),
    "relative added": ("La til pårørende", "Added a relative"),
    "relative consent": ("Skrev ned ja til en pårørende", "Wrote down a yes to a relative"),
    "relative consent withdrawn": ("Trakk ja til en pårørende", "Took back a yes to a relative"),
    "relative paused": ("Satte en pårørende på pause", "Paused a relative"),
    "relative resumed": ("Avsluttet en pårørendes pause", "Ended a relative's pause"),
    "relative parted": ("Skilte beboer og pårørende", "Parted a resident and a relative"),
    "relative invited": ("Inviterte pårørende", "Invited a relative"),
    "relative came in": ("Pårørende kom inn", "A relative came in"),
    "relative chose": ("Pårørende valgte beskjeder", "A relative chose messages"),
    "relative left": ("Pårørende sluttet", "A relative left"),
    "relative forgotten": ("Pårørende slettet", "A relative was forgotten"),
    "audit cut": ("Gammel logg slettet", "Old entries deleted"),
}


def what_was_done(what: str, language: Language) -> str:
    """An entry's `what`; one that has no words yet as readable as it is."""
    words = WORDS.get(what)
    return say(words, language) if words is not None else readable(what)


NAMES: dict[str, Words] = {
    "categories": ("får vite", "is told"),
    "acts": ("får", "may"),
    "absent_until": ("meldt fravær til", "registered as absent until"),
    "address": ("fra", "from"),
    "device": ("enhet", "device"),
    "was": ("het før", "its name before"),
    "ends_at": ("til", "until"),
    "chain": ("kjede", "chain"),
    "erased": ("innholdet er borte med sletting", "its content is gone with erasure"),
    "erasure": ("sletting", "erasure"),
    "given_by": ("sagt av", "said by"),
    "how": ("med", "by"),
    "integration": ("integrasjon", "integration"),
    "key": ("nøkkel", "key"),
    "invited_by": ("invitert av", "invited by"),
    "links": ("lenker", "links"),
    "lost": ("vakter borte", "shifts gone"),
    "marks": ("merker", "marks"),
    "month": ("måned", "month"),
    "name": ("navn", "name"),
    "note": ("merknad", "note"),
    "of": ("av", "of"),
    "person": ("person", "person"),
    "plan": ("tegning", "plan"),
    "reads_only": ("bare lesing", "reads only"),
    "reason": ("grunn", "reason"),
    "relative": ("pårørende", "relative"),
    "role": ("rolle", "role"),
    "room": ("rom", "room"),
    "rows": ("linjer", "entries"),
    "rule": ("regel", "rule"),
    "added": ("lagt til", "added"),
    "arrived": ("kom fram", "arrived"),
    "ask": ("spurt om", "asked for"),
    "away_from": ("borte fra", "away from"),
    "back_by": ("ventes hjem", "expected home"),
    "by_email": ("med e-post", "by e-mail"),
    "changed": ("endret", "changed"),
    "characters": ("tegn", "characters"),
    "codec": ("kodek", "codec"),
    "due": ("frist", "due"),
    "quiet": ("stille tid", "quiet hours"),
    "earlier": ("tidligere varsler", "earlier alerts"),
    "events": ("hendelser", "events"),
    "file": ("fil", "file"),
    "followed": ("følger kalenderen", "follows the calendar"),
    "from": ("fra", "from"),
    "function": ("som", "as"),
    "gap": ("hull", "gap"),
    "gathered_for": ("samlet i", "gathered for"),
    "gateway": ("gateway", "gateway"),
    "opened_by": ("åpnet av", "opened by"),
    "opinion": ("vurdering", "opinion"),
    "owner": ("ansvar hos", "with"),
    "parts": ("deler", "parts"),
    "paused_at": ("på pause fra", "paused from"),
    "phone": ("telefon", "phone"),
    "record": ("protokoll", "record"),
    "removed": ("fjernet", "removed"),
    "request": ("forespørsel", "request"),
    "said": ("svar", "answer"),
    "shift": ("vakt", "shift"),
    "shifts": ("vakter", "shifts"),
    "state": ("tilstand", "state"),
    "to": ("til", "to"),
    "topic": ("emne", "topic"),
    "trend": ("utvikling", "trend"),
    "verdict": ("resultat", "verdict"),
    "week": ("uke", "week"),
    "starts_at": ("fra", "from"),
    "test": ("prøve", "test"),
    "unit": ("avdeling", "unit"),
    "instead_of": ("i stedet for", "in place of"),
    "units": ("avdelinger", "units"),
    "until": ("til", "until"),
    "upto": ("til og med linje", "up to entry"),
    "version": ("versjon", "version"),
    "way": ("kanal", "way"),
    "why": ("grunn", "why"),
}
SAID_BY_THE_ENTRY = frozenset({"shown"})
"""Details that need no word: `Pårørende så: om alt er bra`."""


def detail_of(name: str, value: object, language: Language, what: str = "") -> str:
    """`fra 127.0.0.1`: one of an entry's details; empty where there is none. `what`: the entry's."""
    known = VALUES.get(f"{what}: {name}") or VALUES.get(name, {})
    many = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    told = ", ".join(_value(one, known, language) for one in many if one not in (None, ""))
    if name in SAID_BY_THE_ENTRY:
        return told
    return f"{_said(name, NAMES, language)} {told}" if told else ""


def to_the_end_of(day: str, language: Language) -> str:
    """After `til` or `until`."""
    return say(_LAST_DAY, language, day)


_LAST_DAY: Words = ("og med {}", "the end of {}")


def _value(value: object, known: Mapping[str, Words], language: Language) -> str:
    """A part of the site by its kind (`enhet 3B bad`); of what a gateway was asked the act and of what."""
    if isinstance(value, Mapping):
        return " ".join(_said(str(one), known, language) for one in value.values() if isinstance(one, str))
    kind, _, rest = str(value).partition(" ")
    if known is VALUES["parts"] and kind in known:
        return f"{say(known[kind], language)} {rest}".strip()
    return _said(str(value), {**known, **YES_OR_NO}, language)


def _said(what: str, known: Mapping[str, Words], language: Language) -> str:
    words = known.get(what)
    return say(words, language) if words is not None else what.replace("_", " ")
