"""What stands in the audit trail, in words."""

from __future__ import annotations

from rules.wording.names import readable
from rules.wording.voice import Language

_WORDS: dict[str, tuple[str, str]] = {
    "residents seen": ("Så på beboere", "Looked at residents"),
    "alerts seen": ("Så på varsler", "Looked at alerts"),
    "relative saw": ("Pårørende så", "A relative looked"),
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
    "emergency access begun": ("Tok nødtilgang", "Took emergency access"),
    "emergency access ended": ("Avsluttet nødtilgang", "Ended emergency access"),
    "emergency access reviewed": ("Så på nødtilgang", "Reviewed emergency access"),
    "password link made": ("Laget lenke til nytt passord", "Made a link for a new password"),
    "password link refused": ("Lenke til passord avvist", "Password link refused"),
    "signed out by another": ("Logget ut en annen", "Signed another out"),
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
    "week copied": ("Kopierte uke", "Copied a week"),
    "roster imported": ("Hentet inn vaktliste", "Imported a roster"),
    "site changed": ("Endret oppsettet", "Changed the site"),
    "site imported": ("Hentet inn oppsett", "Imported a site"),
    "device removed": ("Fjernet enhet", "Removed a device"),
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
    "audit cut": ("Gammel logg slettet", "Old entries deleted"),
}


def what_was_done(what: str, language: Language) -> str:
    """An entry's `what`; one that has no words yet as readable as it is."""
    words = _WORDS.get(what)
    return words[language == "en"] if words is not None else readable(what)
