"""What the screen on the duty room's wall shows, and to whom."""

import re
from contextlib import closing
from datetime import datetime, timedelta

from dashboards.house import read_house
from dashboards.wall.life import LifeSigns
from devices.reading import Value
from hub.escalation import let_time_pass
from hub.history.segments import beside, connect_history
from hub.history.upkeep import move, prune_journal
from hub.store import devices, readings
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.protection import Protection, Why
from tests.web.conftest import SignIn
from tests.web.house import House

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def hear(
    house: House,
    address: str,
    measure: str,
    value: Value,
    ago: timedelta,
    flags: int = 0,
    gateway: str = "native",
) -> None:
    """A reading as it stands in the journal."""
    at = to_us(house.now() - ago)
    with transaction(house.connection):
        house.connection.execute(
            "INSERT OR IGNORE INTO device (site, gateway, address, first_heard_at) VALUES (?, ?, ?, ?)",
            (house.site.site, gateway, address, at),
        )
        number = house.connection.execute("SELECT no FROM device WHERE address = ?", (address,)).fetchone()[0]
        measures = readings.measure_numbers(house.connection)
        readings.append(house.connection, [(number, measures[measure], value, at, at, flags)])


def screen_of(house: House) -> LifeSigns:
    """Just switched on."""
    return LifeSigns(house.settings.database)


def follow(house: House, life: LifeSigns) -> dict[str, int]:
    """Minutes since each resident's last sign of life."""
    known = read_house(house.connection, None, house.now())
    life.follow(house.connection, known.site, known.version, house.now())
    return {resident: round((house.now() - at) / MINUTE) for resident, at in life.at.items()}


def test_a_sign_of_life_is_news_of_the_right_value_and_not_a_state_told_again(house: House) -> None:
    life = screen_of(house)
    hear(house, "1A stue", "motion", True, 50 * MINUTE)
    hear(house, "1A stue", "motion", False, 45 * MINUTE)
    hear(house, "2A ytterdør", "open", False, 40 * MINUTE)  # the first word of a door: opened, or told again?
    assert follow(house, life) == {"r1": 50}
    hear(house, "2A ytterdør", "open", False, 30 * MINUTE)
    hear(house, "1A stue", "motion", False, 30 * MINUTE)
    assert follow(house, life) == {"r1": 50}
    hear(house, "2A ytterdør", "open", True, 20 * MINUTE)
    hear(house, "1A stue", "motion", True, 10 * MINUTE, readings.TESTED)  # a technician's hand
    assert follow(house, life) == {"r1": 50, "r2": 20}
    hear(house, "3B stue", "motion", True, 5 * MINUTE)  # a device that spoke never before
    assert follow(house, life) == {"r1": 50, "r2": 20, "r3": 5}
    assert follow(house, screen_of(house)) == {"r1": 50, "r2": 20, "r3": 5}, (
        "a screen after a restart says else"
    )


def test_a_screen_knows_the_last_sign_of_life_also_where_the_journal_was_emptied_into_the_history(
    house: House, sign_in: SignIn
) -> None:
    for address in ("1A stue", "3B stue"):
        hear(house, address, "motion", True, 50 * MINUTE)
        hear(house, address, "motion", False, 45 * MINUTE)
    hear(house, "2A ytterdør", "open", False, 40 * MINUTE)
    door = devices.heard(house.connection, house.site.site)[-1].no
    with transaction(house.connection):
        devices.put_latest(
            house.connection,
            [(door, house.now() - 40 * MINUTE, {"open": (False, house.now() - 40 * MINUTE)})],
        )
    hear(house, "4B ytterdør", "open", False, 39 * MINUTE)
    with closing(connect_history(beside(house.settings.database))) as history:
        while move(house.connection, history):
            pass
        prune_journal(house.connection, history, house.now() + DAY)
    screen = screen_of(house)
    assert follow(house, screen) == {"r1": 50, "r3": 50}, "as after somebody's erasure"
    said = sign_in("kari").get("/api/v1/residents/r1").json()["last_sign_at"]
    assert screen.at["r1"] == datetime.fromisoformat(said)
    hear(house, "2A ytterdør", "open", True, 20 * MINUTE)
    assert follow(house, screen) == {"r1": 50, "r2": 20, "r3": 50}, "the door stood shut, and is news"


def test_the_first_press_of_a_help_button_is_a_sign_of_life(house: House) -> None:
    hear(house, "2A snor", "pressed", "single", 15 * MINUTE)
    assert follow(house, screen_of(house)) == {"r2": 15}


def test_the_wall_the_residents_page_and_the_call_know_of_the_same_last_sign_of_life(
    house: House, sign_in: SignIn
) -> None:
    hear(house, "1A stue", "motion", True, 50 * MINUTE)
    hear(house, "1A ytterdør", "open", False, 40 * MINUTE)
    hear(house, "1A stue", "motion", False, 30 * MINUTE)
    hear(house, "1A ytterdør", "open", False, 2 * MINUTE)  # shut already: the sensor's hourly report
    hear(house, "2A snor", "pressed", "single", 15 * MINUTE)
    hear(house, "3B stue", "motion", True, 3 * DAY)
    hear(house, "3B stue", "motion", False, MINUTE)
    hear(house, "4B ytterdør", "open", False, MINUTE)
    assert follow(house, screen_of(house)) == {"r1": 50, "r2": 15, "r3": 3 * 24 * 60}
    client = sign_in("kari")
    for resident, device, ago, words in (
        ("r1", "1A stue", 50 * MINUTE, "(50 min siden), 1A stue"),
        ("r2", "2A snor", 15 * MINUTE, "(15 min siden), 2A snor"),
        ("r3", "3B stue", 3 * DAY, "(3 d siden), 3B stue"),
        ("r4", None, None, "Ingen kjente"),
    ):
        said = client.get(f"/api/v1/residents/{resident}").json()
        assert said["last_sign_device"] == device
        at = said["last_sign_at"] and datetime.fromisoformat(said["last_sign_at"])
        assert at is None or round((house.now() - at) / MINUTE) == ago / MINUTE
        assert words in client.get(f"/care/residents/{resident}").text


def test_each_resident_is_there_with_cover_alert_and_what_is_off(house: House, sign_in: SignIn) -> None:
    house.protect(
        *(Protection(resident, "protected") for resident in ("r1", "r2", "r4")),
        Protection("r3", "unprotected", (Why("not_heard", "gateway:zigbee2mqtt"),)),
    )
    taken = house.night_exit("1A")
    house.act(taken, "kari")
    house.night_exit("4B")
    client = sign_in("kari")
    said = client.get("/api/v1/wall").json()
    rows = {one["resident"]: one for unit in said["units"] for one in unit["residents"]}
    assert {id: (one["cover"], one["alert"], one["taken"]) for id, one in rows.items()} == {
        "r1": ("protected", "high", True),
        "r2": ("protected", None, True),
        "r3": ("unprotected", None, True),
        "r4": ("protected", "high", False),
        "r5": ("unknown", None, True),
    }
    assert [
        one["resident"] for unit in said["units"] if unit["unit"] == "nord" for one in unit["residents"]
    ] == [
        "r4",
        "r5",
    ]
    page = client.get("/wall").text
    assert "Anna Haugen" in page
    assert "Ikke dekket" in page
    assert "<script>alert(1)" not in page


def test_a_screen_with_one_unit_shows_no_other(house: House, sign_in: SignIn) -> None:
    house.night_exit("1A")
    house.night_exit("4B")
    page = sign_in("kari").get("/wall?unit=nord").text
    assert "Sverre Lie" in page
    assert "Anna Haugen" not in page
    assert 'data-stream="/live?view=wall&amp;unit=nord"' in page


def test_nobody_gets_a_stream_of_what_they_may_not_see(house: House, sign_in: SignIn) -> None:
    assert sign_in("nord").get("/live?view=wall&unit=sol").status_code == 404
    assert sign_in("tor").get("/live?view=wall").status_code == 404


def test_more_alerts_than_have_a_place_are_counted_by_how_grave_they_are(
    house: House, sign_in: SignIn
) -> None:
    for room in ("1A", "2A", "3B", "4B", "5C"):
        house.night_exit(room)
        house.find("door-open", room, MINUTE, evidence=house.door(room, MINUTE))
    page = sign_in("kari").get("/wall").text
    assert "Og 4 varsler til" in page
    assert "4 Middels" in page


def test_each_open_alert_says_in_a_line_who_is_called_now_and_who_is_next_until_somebody_has_it(
    house: House, sign_in: SignIn
) -> None:
    high, kari = house.night_exit("1A"), sign_in("kari")

    def card() -> str:
        page = kari.get("/wall").text
        words = re.sub(r"<[^>]+>", "", page[page.index('id="alert-') :].split("</li>")[0])
        return words.replace("\N{NO-BREAK SPACE}", " ")

    def after(minutes: int) -> str:
        with transaction(house.connection):
            let_time_pass(house.connection, "solbakken", high.found_at + minutes * MINUTE)
        return card()

    assert "Varslet: ansvarlig pleier. Neste: hele avdelingen kl. " in card()
    assert "Varslet: hele avdelingen. Neste: naboavdelingen og nattpatruljen kl. " in after(1)
    assert "Varslet: naboavdelingen og nattpatruljen. Neste: leder kl. " in after(3)
    assert "Varslet: leder. Neste: leder kl. " in after(5)
    assert "Ingen har svart. Varslet på nytt: leder. Neste: leder kl. " in after(10)
    house.act(high, "sol")
    assert "Varslet" not in card()
    assert "Neste" not in card()
