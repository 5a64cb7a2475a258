"""Why something that somebody wants on a page is not done."""

from __future__ import annotations

from rules import absence, pause, relatives
from rules.pause import Refusal
from rules.wording.refused_of_devices import exactly
from rules.wording.voice import Language, Words, say

_WORDS: dict[str, Words] = {
    "no_reason": (
        "Skriv hvorfor, så de som kommer etter deg forstår.",
        "Say why, for those who come after you.",
    ),
    "own_unit": ("Den avdelingen ser du allerede.", "You see that unit already."),
    "no_room": ("Velg et rom på en annen avdeling.", "Choose a room of another unit."),
    "known_person": ("Brukernavnet er tatt.", "That user name is taken."),
    "others_user_name": (
        (
            "Brukernavnet har tilhørt {0}. Velg et annet, så loggen ikke blander dem. Er det {0} som kommer"
            " tilbake, skriv navnet slik det var, og endre det etterpå."
        ),
        (
            "That user name belonged to {0}. Choose another, so that the trail does not mix them up. If it is"
            " {0} who comes back, write the name as it was, and change it afterwards."
        ),
    ),
    "unseen_name": (
        "Det er tegn i navnet som ikke vises. Skriv navnet på nytt.",
        "The name holds characters that are not shown. Write it anew.",
    ),
    "bad_user_name": (
        "Skriv et brukernavn med små bokstaver og tall, uten mellomrom, for eksempel kari.",
        "Write a user name in small letters and digits, without spaces, e.g. kari.",
    ),
    "misleading_user_name": (
        "Det navnet ville se ut som Vaka selv i loggen. Velg et annet.",
        "That name would look like Vaka itself in the trail. Choose another.",
    ),
    "beyond_units": (
        "Du kan bare gi tilgang til avdelingene dine. Kryss av minst en.",
        "You can give access to your own units alone. Tick one at least.",
    ),
    "beyond_own_units": (
        "Det gjelder også avdelinger du ikke planlegger for.",
        "It is about units too that you do not plan for.",
    ),
    "own_role": (
        "Ingen endrer sin egen rolle. Be en annen administrator.",
        "Nobody changes their own role. Ask another administrator.",
    ),
    "own_person": (
        "Ingen fjerner seg selv. Be en annen administrator.",
        "Nobody removes themselves. Ask another administrator.",
    ),
    "no_end": ("Velg når det skal være slutt.", "Choose when it ends."),
    "end_past": ("Slutten må ligge fram i tid.", "The end must lie ahead."),
    "end_far": ("Høyst {} dager.", "At most {} days."),
    "no_yes": ("Ingenting venter på et ja.", "Nothing waits for a yes."),
    "own_yes": (
        "Det må være en annen enn den som ba om det.",
        "It must be somebody else than who asked for it.",
    ),
    "off_already": ("Den er satt på pause allerede.", "It is paused already."),
    "not_off": ("Den er ikke på pause lenger.", "It is not paused any more."),
    "not_in_force": ("Regelen gjelder ikke her.", "The rule does not apply here."),
    "no_return": ("Skriv når beboeren ventes hjem.", "Say when the resident is expected home."),
    "return_past": ("Hjemkomsten må ligge fram i tid.", "The return must lie ahead."),
    "return_before": ("Hjemkomsten må være etter avreisen.", "The return must be after the leaving."),
    "return_far": ("Høyst {} dager.", "At most {} days."),
    "left_long_ago": (
        "Avreisen kan ligge høyst {} dager tilbake.",
        "The leaving may lie at most {} days back.",
    ),
    "not_away": ("Beboeren er ikke registrert borte.", "The resident is not registered as away."),
    "no_device": ("Enheten finnes ikke i huset.", "The house has no such device."),
    "renamed": ("Enheten heter {} nå.", "The device is called {} now."),
    "not_staff": ("Bare ansatte i huset kan det.", "Only the house's own staff can do that."),
    "test_long": ("En prøve varer høyst {} minutter.", "A test lasts {} minutes at most."),
    "no_device_chosen": ("Velg en enhet.", "Choose a device."),
    "tested_by_other": ("Noen prøver den allerede.", "Somebody is testing it already."),
    "not_under_test": ("Prøven er avsluttet.", "The test is over."),
    "signed_already": ("Prøven er underskrevet allerede.", "The test is signed already."),
    "not_your_test": ("Bare den som prøvde, kan skrive under.", "Only who made the test can sign it."),
    "test_too_old": (
        "Prøven er for gammel til å skrive under på. Ta en ny.",
        "The test is too old to be signed. Make a new one.",
    ),
    "no_why": ("Velg hvorfor.", "Choose why."),
    "not_typed": ("Det du skrev, er ikke det samme.", "What you typed is not the same."),
    "not_yours": ("Det er ikke for deg.", "That is not for you."),
    "lives_here": (
        "Beboeren bor her fortsatt. En administrator må først sette utflyttingsdagen i stedets fil.",
        "The resident still lives here. An administrator first sets moved_out in the site file.",
    ),
    "asked_already": ("Noen har bedt om det allerede.", "Somebody asked for it already."),
    "confirmed_already": (
        "Det er bekreftet, og kan ikke tas tilbake.",
        "It is confirmed, and cannot be taken back.",
    ),
    "second_person": (
        "Det må være en annen enn den som ba om det.",
        "It must be somebody else than who asked for it.",
    ),
    "no_erasure": ("Det venter ingen sletting her.", "No erasure waits here."),
    "alert_open": (
        "Det er et åpent varsel om beboeren. Kvitter det ut først.",
        "An alert about them is open. Close it first.",
    ),
    "named_in_id": (
        "En enhet eller et rom bærer navnet. Gi det et annet navn først.",
        "A device or room carries the name. Rename it first.",
    ),
    "named_in_record": (
        "En underskrevet prøve nevner beboeren, og den endres aldri.",
        "A signed test names them, and is never changed.",
    ),
    "no_phone": (
        "Denne enheten kan ikke slås på. Du kan ha høyst 10; fjern en du ikke bruker.",
        "This device cannot be switched on. You can have 10 at most; remove one that you do not use.",
    ),
    "too_soon": (
        "Det ble nettopp sendt en melding. Vent litt.",
        "A message was sent just now. Wait a little.",
    ),
    "token_too_long": ("En nøkkel varer høyst ett år.", "A key is good for a year at most."),
    "known_integration": ("Kortnavnet er tatt.", "That short name is taken."),
    "no_integration": ("Integrasjonen finnes ikke lenger.", "There is no such integration any more."),
    "was_revoked": (
        "Integrasjonen er trukket tilbake, og det kan ikke gjøres om. Lag en ny.",
        "The integration was revoked, and that cannot be undone. Make a new one.",
    ),
    "token_ended": (
        "Nøkkelen er gått ut. Lag en ny nøkkel først.",
        "The key has ended. Make a new one first.",
    ),
    "no_id": (
        "Skriv et kortnavn med små bokstaver og tall, for eksempel journal.",
        "Write a short name in small letters and digits, e.g. journal.",
    ),
    "no_purpose": (
        "Skriv hva den skal brukes til, med 5 til 400 tegn.",
        "Say what it is for, in 5 to 400 characters.",
    ),
    "no_acts": ("Kryss av for minst én ting den skal kunne.", "Tick at least one thing that it may."),
    "unusable_address": (
        "Skriv en adresse som begynner med https://.",
        "Write an address that begins with https://.",
    ),
    "no_events": ("Kryss av for minst én hendelse.", "Tick at least one event."),
    "beyond_acts": (
        "Programmet kan ikke se det hendelsen forteller.",
        "The program may not see what that event tells.",
    ),
    "no_key": (
        "Nøkkelen som signerer hendelser, kan ikke leses. Ring teknikeren.",
        "The key that signs events can't be read. Call the technician.",
    ),
    "beyond_role": ("Det kan ikke et slikt program.", "Such a program may not do that."),
    "nothing_tells": (
        "Ingen sensor der forteller det regelen lytter etter.",
        "No sensor there tells what the rule listens for.",
    ),
    "no_basis": (
        "Uten rettslig grunnlag blir dette ikke regnet ut.",
        "Without a legal basis this is not worked out.",
    ),
    "no_history": (
        "Ingenting er hørt der ennå som regelen kan prøves på.",
        "Nothing has been heard there yet that the rule could be tried on.",
    ),
    "no_resident": ("Velg en beboer.", "Choose a resident."),
    "no_name": ("Skriv navnet.", "Write the name."),
    "no_email": ("Skriv en e-postadresse, for eksempel marit@example.org.", "Write an e-mail address."),
    "no_category": ("Velg hva den pårørende får vite.", "Choose what the relative may know."),
    "no_days": ("Velg første og siste dag.", "Choose the first and the last day."),
    "no_giver": ("Velg hvem som sa ja, og hvordan.", "Choose who said yes, and how."),
    "end_before": ("Siste dag må være etter første dag.", "The last day must come after the first."),
    "consent_far": (
        "Et samtykke varer høyst {} dager. Spør på nytt etter det.",
        "A consent counts for at most {} days. Ask anew after that.",
    ),
    "no_consent": (
        "Beboeren har ikke sagt ja til noe ennå. Registrer samtykket først.",
        "The resident has not said yes to anything yet. Record the consent first.",
    ),
    "known_elsewhere": (
        "E-postadressen er kjent her fra før, med et annet navn. Be en leder for hele huset legge den til.",
        "This address is known here already, by another name. Ask a leader of the whole house to add it.",
    ),
    "others_too": (
        "Den pårørende følger også en beboer på en annen avdeling. Be en leder for hele huset lage lenken.",
        "The relative also follows a resident of another unit. Ask a leader of the whole house for the link.",
    ),
    "consents_changed": (
        "Noen registrerte noe annet mens du skrev. Se over, og lagre på nytt hvis det fortsatt gjelder.",
        "Somebody recorded something else while you wrote. Look again, and save anew if it still holds.",
    ),
    "no_shift": ("Vakten finnes ikke lenger i turnusen.", "The shift is no longer on the roster."),
    "no_review": ("Det er allerede avklart.", "It is settled already."),
    "no_gap": ("Hullet er allerede borte.", "The gap is gone already."),
    "no_person": ("Velg hvem det gjelder.", "Choose who it is."),
    "no_function": (
        "Denne personen kan ikke ha den funksjonen på vakt.",
        "This person cannot be on duty as that.",
    ),
    "not_planned": (
        "Den du går i stedet for, må stå på planen der, med samme funksjon.",
        "Whoever you come in place of must be planned there, as the same.",
    ),
    "no_unit": ("Velg en avdeling som finnes.", "Choose a unit that there is."),
    "not_their_unit": (
        "Den ansatte hører ikke til avdelingen, og får ikke åpnet varsler derfra.",
        "They do not belong to the unit, and cannot open its alerts.",
    ),
    "no_time": ("Skriv når vakten begynner og slutter.", "Say when the shift begins and ends."),
    "shift_length": (
        "Slutten må komme etter starten, og vakten kan vare høyst 36 timer.",
        "The end must come after the beginning, and a shift lasts 36 hours at most.",
    ),
    "two_shifts": (
        "Personen står allerede på en annen vakt i denne tiden.",
        "This person is on another shift at that time.",
    ),
    "resident_elsewhere": (
        "En av beboerne bor ikke på avdelingen.",
        "One of the residents does not live in the unit.",
    ),
    "not_set_up": (
        "Denne kanalen er ikke satt opp på huben. Spør den som drifter Vaka.",
        "This way is not set up on this hub. Ask who runs Vaka.",
    ),
    "ways_full": (
        "Høyst 10 kanaler for hver. Fjern en som ikke brukes.",
        "At most 10 ways for each. Remove one that is not used.",
    ),
    "gathered_long": (
        "Lave varsler kan samles i 0 til 20 minutter.",
        "Low alerts are gathered for 0 to 20 minutes.",
    ),
    "quiet_long": ("Stille tid kan vare høyst 16 timer.", "Quiet hours last 16 hours at most."),
    "no_email_address": (
        "Dette er ingen e-postadresse. Skriv den slik: kari@example.org.",
        "This is no e-mail address. Write it like this: kari@example.org.",
    ),
    "no_pager_address": (
        "Navnet på personsøkeren kan bare ha bokstaver, tall, punktum og bindestrek, f.eks. pager-12.",
        "A pager's name has letters, digits, dots and dashes only, e.g. pager-12.",
    ),
    "no_webhook_address": (
        "Dette er ingen nettadresse. Den begynner med https://.",
        "This is no web address. It begins with https://.",
    ),
    "no_messenger_address": (
        "Adressen til meldingstjenesten kan ikke brukes. Den som drifter Vaka, vet hvordan den skal se ut.",
        "This address of a messenger cannot be used. Whoever runs Vaka knows what it must look like.",
    ),
    "no_webpush_address": (
        "En telefon slås på fra telefonen selv, under «Varsler på telefonen».",
        "A phone is switched on from the phone itself, under Alerts on the phone.",
    ),
    "messenger_not_named": (
        "Denne meldingstjenesten er ikke satt opp på huben. Spør den som drifter Vaka.",
        "This messenger is not set up on this hub. Ask who runs Vaka.",
    ),
    "webhook_not_named": (
        "Dit sender ikke Vaka, bare til https:// utenfor husets eget nett. Spør den som drifter Vaka.",
        "Vaka sends only to https:// outside the house's own network. Ask who runs Vaka.",
    ),
    "shift_changed": (
        "Noen endret vakten mens du skrev. Lagre på nytt hvis det du skrev, fortsatt skal gjelde.",
        "Somebody changed this shift while you wrote. Save again if what you wrote shall still count.",
    ),
    "quiet_changed": (
        "Noen andre endret dette imens. Slik er det nå; lagre på nytt hvis det skal være annerledes.",
        "Somebody else changed this meanwhile. This is how it is now; save again if it shall be otherwise.",
    ),
    "no_contact": ("Kanalen er fjernet.", "The way is removed."),
    "no_address": ("Velg en kanal og skriv adressen.", "Choose a way and write its address."),
    "no_quiet": (
        "Skriv både fra og til, f.eks. 22.00 til 07.00.",
        "Write both from and until, e.g. 22:00 to 07:00.",
    ),
    "hub_not_at_work": (
        "Huben svarer ikke, så meldingen ble ikke sendt. Ring teknikeren.",
        "The hub does not answer: the message was not sent. Call the technician.",
    ),
    "no_words": ("Skriv hva de som kommer, må vite.", "Write what those who come must know."),
    "long_words": ("Høyst 500 tegn.", "500 characters at most."),
    "many_shifts": ("Høyst 21 vakter.", "21 shifts at most."),
    "no_note": ("Beskjeden er allerede borte.", "The note is gone already."),
    "no_about": ("Velg hva beskjeden gjelder.", "Choose what the note is about."),
    "alerts_in_hand": (
        "Du har varsler. Gå av vakt når de er kvittert ut eller gitt fra deg.",
        "You have alerts. Go off duty when they are closed or given back.",
    ),
    "not_on_shift": ("Du har ikke meldt deg på vakt.", "You have not signed in to a shift."),
    "absence_long": ("Høyst ett år.", "A year at most."),
    "no_subject": ("Skriv hva personen heter der (sub).", "Write their identifier there (sub)."),
    "known_subject": ("Den kontoen er en annens.", "That account is somebody else's."),
    "own_identity": (
        "Din egen konto kobler du under Min innlogging.",
        "Link your own account under My sign-in.",
    ),
    "own_factors": (
        "Dine egne faktorer fjerner du under Min innlogging.",
        "Remove your own factors under My sign-in.",
    ),
    "no_staff_absence": ("Fraværet er allerede slutt.", "The absence is over already."),
}


_DAYS = {
    "end_far": pause.LONGEST.days,
    "return_far": absence.LONGEST.days,
    "left_long_ago": absence.LONGEST_AGO.days,
    "consent_far": relatives.LONGEST.days,
}
"""Of a limit of days: how many."""


def refusal_text(refusal: Refusal, language: Language) -> str:
    """In the reader's words, else as it was said."""
    words = _WORDS.get(refusal.code)
    if words is None:
        return exactly(refusal, language) or refusal.why
    days = _DAYS.get(refusal.code)
    filled = days or refusal.named
    return say(words, language, filled) if filled else say(words, language)


_ABSENT_ALREADY: Words = (
    "{by} har allerede registrert at {who} er borte fra {since} til {until}.",
    "{by} has registered already that {who} is away from {since} until {until}.",
)


def absent_already(by: str, who: str, since: str, until: str, language: Language) -> str:
    return say(_ABSENT_ALREADY, language, by=by, who=who, since=since, until=until)
