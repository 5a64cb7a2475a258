"""What the board shows to whom, and what a tap does, without a browser."""

import json
import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.alarm_quality import quality_of
from hub.store.instants import to_us
from rules.finding import Evidence
from rules.protection import NOT_HEARD, Protection, Why
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House

MINUTE = timedelta(minutes=1)


def cards(text: str) -> list[int]:
    """The alerts on a page, in order."""
    return [int(id) for id in re.findall(r'<li class="card [^"]*" id="alert-(\d+)"', text)]


def tap(client: TestClient, alert: int, step: str, **form: str) -> str:
    """One tap in a browser with JavaScript; returns what htmx gets."""
    headers = {"HX-Request": "true", "X-CSRF-Token": csrf_of(client)}
    answer = client.post(f"/alerts/{alert}/{step}", data=form, headers=headers)
    assert answer.status_code == 200
    return answer.text


def test_the_worst_come_first_then_who_has_waited_longest_and_prewarnings_last(
    house: House, sign_in: SignIn
) -> None:
    door = house.find("door-open", "2A", 50 * MINUTE, evidence=house.door("2A", 55 * MINUTE))
    early = house.find("quiet", "4B", 40 * MINUTE, "prewarned")
    new = house.night_exit("1A", MINUTE)
    old = house.night_exit("3B", 30 * MINUTE)
    assert cards(sign_in("kari").get("/").text) == [old.id, new.id, door.id, early.id]


def test_what_nobody_has_taken_comes_before_what_somebody_has_but_never_before_what_is_worse(
    house: House, sign_in: SignIn
) -> None:
    taken, there = house.night_exit("1A", 30 * MINUTE), house.night_exit("4B", 20 * MINUTE)
    house.act(taken, "kari")
    house.act(there, "kari", arrive=True)
    waiting = house.night_exit("3B", MINUTE)
    door = house.find("door-open", "2A", 50 * MINUTE, evidence=house.door("2A", 55 * MINUTE))
    assert cards(sign_in("kari").get("/").text) == [waiting.id, taken.id, there.id, door.id]


def test_an_alert_of_an_impossible_number_is_not_here(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    for id in (0, -1, 2**63 - 1, 2**63, 10**40):
        assert kari.post(f"/alerts/{id}/accept", data={"csrf": csrf_of(kari)}).status_code == 404, id
        assert kari.get(f"/?notice=accept&alert={id}").status_code == 200, id


def test_a_card_says_who_where_what_and_how_long_ago(house: House, sign_in: SignIn) -> None:
    house.night_exit("1A", 4 * MINUTE)
    text = sign_in("kari").get("/").text
    for said in ("1A", "Anna Haugen", "Solsida", "Høy", "Ytterdøra ble åpnet", "4 min siden", "Jeg tar det"):
        assert said in text


def test_a_name_is_never_taken_for_markup(house: House, sign_in: SignIn) -> None:
    house.night_exit("5C")
    text = sign_in("kari").get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Åse" in text
    assert "<script>alert" not in text


def test_a_carer_sees_only_the_alerts_and_residents_of_her_units(house: House, sign_in: SignIn) -> None:
    mine, other = house.night_exit("1A"), house.night_exit("4B")
    house.protect(Protection("r4", "unprotected", (Why("no_rule"),)))
    text = sign_in("sol").get("/").text
    assert cards(text) == [mine.id]
    assert "Sverre" not in text
    assert cards(sign_in("kari").get("/").text) == [mine.id, other.id]


def test_a_carer_cannot_act_on_an_alert_of_another_unit(house: House, sign_in: SignIn) -> None:
    other = house.night_exit("4B")
    sol = sign_in("sol")
    answer = sol.post(f"/alerts/{other.id}/accept", data={"csrf": csrf_of(sol)})
    assert answer.status_code == 404
    assert sol.post("/alerts/999/accept", data={"csrf": csrf_of(sol)}).status_code == 404


@pytest.mark.parametrize("person", ["tor", "adm"])
def test_technicians_and_administrators_see_the_house_but_no_resident(
    house: House, sign_in: SignIn, person: str
) -> None:
    house.night_exit("1A")
    house.protect(Protection("r1", "unprotected", (Why("not_heard", "gateway:zigbee2mqtt"),)))
    text = sign_in(person).get("/").text
    assert cards(text) == []
    assert "Anna" not in text
    assert "Rollen din viser ikke varsler om beboere" in text


def test_what_cannot_be_heard_is_an_alert_that_technicians_see_without_names(
    house: House, sign_in: SignIn
) -> None:
    lost = house.lose("gateway:zigbee2mqtt")
    tor, kari = sign_in("tor").get("/").text, sign_in("kari").get("/").text
    assert cards(tor) == cards(kari) == [lost.id]
    assert "Ingen kontakt med gatewayen «zigbee2mqtt»" in tor
    assert "Anna" not in tor
    assert lost.rule == NOT_HEARD


def test_what_comes_of_an_alert_about_a_device_is_said_of_the_device(house: House, sign_in: SignIn) -> None:
    lost, kari = house.lose("gateway:zigbee2mqtt"), sign_in("kari")
    tap(kari, lost.id, "arrive")
    offered = re.findall(r'name="outcome" value="\w+">([^<]+)<', kari.get("/").text)
    assert offered == ["Ordnet", "Meldt til tekniker", "Falsk alarm", "Test"]
    assert "er kvittert ut: Ordnet" in tap(kari, lost.id, "close", outcome="mended")
    assert "Hjalp til" not in kari.get("/").text + kari.get("/care/handover").text
    assert "Ordnet" in kari.get("/care/handover").text


def test_on_the_way_more_hands_and_giving_it_back_by_one_tap_each(house: House, sign_in: SignIn) -> None:
    alert, kari, sol = house.night_exit(), sign_in("kari"), sign_in("sol")
    tap(kari, alert.id, "accept")
    assert "Kari Nordmann er på vei" in tap(kari, alert.id, "set_out")
    tap(kari, alert.id, "arrive")
    assert "Flere tilkalles til 1A" in tap(kari, alert.id, "assist")
    assert "Kari Nordmann trenger flere hender" in sol.get("/").text
    assert "Kari Nordmann er allerede i 1A" in tap(sol, alert.id, "hand_back"), "it is not hers to give"
    assert "1A er åpen igjen" in tap(kari, alert.id, "hand_back")
    assert "Jeg tar det" in sol.get("/").text


def test_accept_arrive_and_close_by_one_tap_each(house: House, sign_in: SignIn) -> None:
    alert, kari = house.night_exit(), sign_in("kari")
    assert "Kari Nordmann tok det" in tap(kari, alert.id, "accept")
    assert "Kari Nordmann har vært der siden" in tap(kari, alert.id, "arrive")
    closed = tap(kari, alert.id, "close", outcome="helped")
    assert 'hx-swap-oob="delete"' in closed
    assert "1A er kvittert ut: Hjalp til" in closed
    text = kari.get("/").text
    assert cards(text) == []
    assert "Ingen åpne varsler" in text
    assert "Hjalp til" in text
    steps = [(r["event"], r["by"]) for r in house.rows("SELECT event, by FROM alert_event ORDER BY seq")]
    assert steps == [
        ("raised", None),
        ("called", None),
        ("accept", "kari"),
        ("arrive", "kari"),
        ("close", "kari"),
    ]


def test_the_second_to_accept_is_told_who_has_it(house: House, sign_in: SignIn) -> None:
    alert, kari, sol = house.night_exit(), sign_in("kari"), sign_in("sol")
    tap(kari, alert.id, "accept")
    assert re.search(r"<p>Kari Nordmann tok 1A kl\.\s\d\d\.\d\d</p>", tap(sol, alert.id, "accept"))
    assert "Du har allerede tatt 1A" in tap(kari, alert.id, "accept")
    assert house.rows("SELECT accepted_by FROM alert")[0]["accepted_by"] == "kari"


def test_who_taps_a_closed_alert_is_told_who_closed_it(house: House, sign_in: SignIn) -> None:
    alert, kari, sol = house.night_exit(), sign_in("kari"), sign_in("sol")
    tap(kari, alert.id, "close", outcome="false_alarm")
    assert "Kari Nordmann kvitterte ut 1A" in tap(sol, alert.id, "arrive")


def test_an_alert_is_not_closed_without_a_real_outcome(house: House, sign_in: SignIn) -> None:
    alert, kari = house.night_exit(), sign_in("kari")
    for outcome in ("", "passed", "nonsense"):
        form = {"csrf": csrf_of(kari), "outcome": outcome}
        assert kari.post(f"/alerts/{alert.id}/close", data=form).status_code == 400


def test_the_taps_work_without_javascript(house: House, sign_in: SignIn) -> None:
    alert, kari, sol = house.night_exit(), sign_in("kari"), sign_in("sol")
    answer = kari.post(f"/alerts/{alert.id}/accept", data={"csrf": csrf_of(kari)})
    assert answer.status_code == 303
    assert "Du har tatt 1A" in kari.get(answer.headers["location"]).text
    answer = sol.post(f"/alerts/{alert.id}/accept", data={"csrf": csrf_of(sol)})
    assert "Kari Nordmann tok 1A" in sol.get(answer.headers["location"]).text


def test_an_empty_board_says_who_is_not_watched_over_and_why(house: House, sign_in: SignIn) -> None:
    house.protect(
        Protection("r1", "protected"),
        Protection("r2", "unprotected", (Why("not_heard", "device:2A stue"),)),
        Protection("r3", "degraded", (Why("no_sensor", "not-up"),)),
    )
    text = sign_in("sol").get("/").text
    assert "Ingen åpne varsler" in text
    assert "Men 1 beboer dekkes ikke av sensorene nå" in text
    assert "1 beboer dekkes bare delvis nå" in text
    assert "Ingen kontakt med sensoren «2A stue»" in text
    assert "Mangler sensor til «Ikke stått opp»" in text


def test_of_a_flat_where_one_rule_is_off_it_is_not_said_that_nothing_is_noticed(
    house: House, sign_in: SignIn
) -> None:
    house.protect(Protection("r2", "degraded", (Why("paused", "help-button"),)))
    kari = sign_in("kari")
    board = kari.get("/").text
    assert "Dekkes bare delvis nå" in board
    assert "«Ber om hjelp» er satt på pause" in board
    assert "Vaka merker ikke om det skjer noe her" not in board
    handover = kari.get("/care/handover").text
    assert (
        'count-big">0</span><span class="what">ikke dekket</span><span class="soft">1 delvis dekket<'
        in handover
    )
    house.protect(Protection("r3", "unprotected", (Why("not_heard", "device:3B stue"),)))
    both = kari.get("/").text
    assert both.index("Vaka merker ikke om det skjer noe her") < both.index(
        "Her merker Vaka noe, men ikke alt"
    )


def test_rules_and_rooms_are_called_by_their_names_never_by_their_ids(house: House, sign_in: SignIn) -> None:
    own = """  - rule: stuck-bath
    kind: held
    name: {nb: Står fast på badet, en: Stuck in the bathroom}
    why: {nb: Kan trenge hjelp., en: May need help.}
    when: [{measure: motion, roles: [bathroom_motion], value: true}]
    lasts: 30 min
"""
    gone = house.night_exit("1A")
    named = DOCUMENT.replace("{id: 1A, unit: sol}", "{id: 1A, name: Leilighet 1A, unit: sol}")
    house.import_site(named.replace("  - {rule: night-exit}\n", "") + own)
    house.protect(Protection("r1", "degraded", (Why("no_sensor", "stuck-bath"),)))
    nb, en = sign_in("sol").get("/").text, sign_in("kari")
    assert "Mangler sensor til «Står fast på badet»" in nb
    assert "<strong>Leilighet 1A Anna Haugen</strong>" in nb
    assert "Ytterdør åpnet om natten" in nb
    assert "Notert: du er fremme i Leilighet 1A" in tap(en, gone.id, "arrive")
    en.post("/appearance", data={"csrf": csrf_of(en), "language": "en"})
    text = en.get("/").text
    assert "No sensor for “Stuck in the bathroom”" in text
    assert "Outer door opened at night" in text


def test_an_empty_board_claims_nothing_of_which_it_knows_nothing(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert "Sensorene dekker" not in kari.get("/").text
    house.protect(*(Protection(f"r{n}", "protected") for n in range(1, 6)))
    assert "Sensorene dekker alle 5 beboerne" in kari.get("/").text


def test_what_was_found_late_happened_again_or_ended_is_said(house: House, sign_in: SignIn) -> None:
    pressed = (Evidence("2A snor", "pressed", "single", house.now() - timedelta(hours=5)),)
    house.find("help-button", "2A", timedelta(hours=5), evidence=pressed, found_ago=timedelta(0))
    house.night_exit("1A", 9 * MINUTE)
    house.night_exit("1A", 5 * MINUTE)
    house.find("night-exit", "1A", MINUTE, "cleared", evidence=house.door("1A", MINUTE, is_open=False))
    text = sign_in("kari").get("/").text
    assert "5 t for sent" in text
    assert "Har skjedd 2 ganger" in text
    assert "Lukket igjen kl." in text


def test_each_view_of_alerts_is_in_the_audit_trail_once(house: House, sign_in: SignIn) -> None:
    mine = house.night_exit("1A")
    house.night_exit("4B")
    sol = sign_in("sol")
    sol.get("/")
    sol.get("/api/v1/alerts")
    seen = house.rows("SELECT by, detail FROM audit WHERE what = 'alerts seen' ORDER BY seq")
    assert [(row["by"], json.loads(row["detail"])) for row in seen] == [
        ("sol", {"page": "/", "alerts": [mine.id]}),
        ("sol", {"page": "/api/v1/alerts", "alerts": [mine.id]}),
    ]


def test_the_page_speaks_the_persons_language_and_the_switch_wins(house: House, sign_in: SignIn) -> None:
    house.night_exit("4B")
    nord = sign_in("nord")
    assert "The outer door was opened" in nord.get("/").text
    form = {"csrf": csrf_of(nord), "language": "nb"}
    nord.post("/appearance", data=form)
    assert "Ytterdøra ble åpnet" in nord.get("/").text


def test_a_chosen_appearance_stays(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert 'data-theme="auto"' in kari.get("/").text
    kari.post("/appearance", data={"csrf": csrf_of(kari), "theme": "dark"})
    text = kari.get("/").text
    assert 'data-theme="dark"' in text
    kari.post("/appearance", data={"csrf": csrf_of(kari), "theme": "light"})
    assert 'data-theme="light"' in kari.get("/").text


def test_every_answer_carries_the_headers_that_keep_strangers_out(visitor: TestClient) -> None:
    for path in ("/sign-in", "/", "/nowhere", "/static/board.js", "/healthz"):
        headers = visitor.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self';"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_a_style_of_its_own(house: House, sign_in: SignIn) -> None:
    house.night_exit()
    text = sign_in("kari").get("/").text
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text) == []


def test_what_is_not_there_is_said_on_a_page_of_ours(visitor: TestClient) -> None:
    answer = visitor.get("/nowhere")
    assert answer.status_code == 404
    assert "Fant ikke dette" in answer.text


def test_before_a_site_is_imported_the_page_says_what_to_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    from dashboards.app import create_app
    from hub.settings import Settings

    with TestClient(create_app(Settings(data=tmp_path_factory.mktemp("empty")))) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "vaka import" in answer.text
        assert client.get("/healthz").status_code == 503


def test_the_page_itself_says_that_the_hub_is_silent(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert 'id="stale" role="alert" hidden' in kari.get("/").text
    house.hub_says(ago=timedelta(seconds=5))
    assert 'id="stale" role="alert">' in kari.get("/").text


def test_a_hub_last_heard_in_the_future_is_not_alive(house: House, sign_in: SignIn) -> None:
    """Its clock was ahead and has been set back: such a row would look alive for hours after it died."""
    kari = sign_in("kari")
    house.connection.execute("UPDATE health SET seen = ?", (to_us(house.now() + timedelta(hours=2)),))
    assert 'id="stale" role="alert">' in kari.get("/").text
    answer = kari.get("/healthz")
    assert (answer.status_code, answer.json()["hub"]) == (503, "down")


def test_a_new_site_document_is_seen_at_once(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    house.import_site(DOCUMENT.replace("name: Solbakken", "name: Fjellheimen"))
    assert "Fjellheimen" in kari.get("/").text


def test_what_is_about_a_device_ends_in_words_about_devices_and_counts_as_no_care(
    house: House, sign_in: SignIn
) -> None:
    lost, exit, kari = house.lose("device:1A ytterdør"), house.night_exit(), sign_in("kari")
    offered = {
        "nb": ("Byttet batteri", "Ordnet", "Meldt til tekniker", "Falsk alarm", "Test"),
        "nn": ("Bytte batteri", "Ordna", "Meldt til teknikar", "Falsk alarm", "Test"),
        "en": ("Battery changed", "Mended", "Passed to a technician", "False alarm", "Test"),
    }
    for language, words in offered.items():
        kari.cookies.set("vaka_language", language)
        (form,) = re.findall(rf'action="/alerts/{lost.id}/close".*?</form>', kari.get("/").text, re.DOTALL)
        assert tuple(re.findall(r">([^<>]+)</button>", form)) == words
    csrf = {"X-CSRF-Token": csrf_of(kari)}
    for alert, wrong in ((lost, "helped"), (exit, "battery_changed")):
        answer = kari.post(f"/api/v1/alerts/{alert.id}/close", json={"outcome": wrong}, headers=csrf)
        assert (answer.status_code, "no outcome of this alert" in answer.json()["detail"]) == (400, True)
    answer = kari.post(f"/api/v1/alerts/{lost.id}/close", json={"outcome": "battery_changed"}, headers=csrf)
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    house.act(exit, "kari", arrive=True, outcome="helped")
    hour = timedelta(hours=1)
    figures = quality_of(
        house.connection, house.site, None, house.now() - hour, house.now() + hour, house.now()
    )
    assert (figures.told.right, figures.told.false, figures.told.unsaid) == (1, 0, 1)


def test_the_hand_over_says_that_it_came_again_and_of_what_is_closed_that_it_was(
    house: House, sign_in: SignIn
) -> None:
    house.find("door-open", "2A", 9 * MINUTE, evidence=house.door("2A", 12 * MINUTE))
    house.find("door-open", "2A", 8 * MINUTE, "cleared", house.door("2A", 8 * MINUTE, is_open=False))
    alert = house.find("door-open", "2A", 2 * MINUTE, evidence=house.door("2A", 5 * MINUTE))
    client = sign_in("kari")

    def told() -> str:
        return re.sub(r"\s+", " ", client.get("/care/handover").text)

    since = alert.evidence[-1].at.astimezone(house.site.zone)
    assert re.search(rf"har stått åpen siden (i går )?kl. {since:%H.%M}. Har skjedd 2 ganger", told())
    house.act(alert, "kari", outcome="no_help_needed")
    assert re.search(rf"sto åpen fra (i går )?kl. {since:%H.%M}. Har skjedd 2 ganger", told())
    assert "har stått åpen" not in told()
