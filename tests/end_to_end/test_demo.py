"""The demo as a newcomer meets it: one command, one line, and an alert to take within a minute."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.patience import PATIENCE, PATIENCE_MS
from tests.servers import ROOT, listens

LINE = re.compile(r"Vaka demo: (?P<address>http://127\.0\.0\.1:(?P<port>\d+))  sign in as (?P<people>.+)\n")
PERSON = re.compile(
    r"(?P<id>[\w@.]+) / (?P<password>[a-z]+-[a-z]+-[a-z]+) \((?P<role>[\w, ]+), in (?P<language>\w+)\)"
)


@pytest.fixture
def days() -> int:
    """How long the house was lived in before."""
    return 0


@pytest.fixture
def demo(tmp_path: Path, days: int) -> Iterator[subprocess.Popen[str]]:
    """`vaka demo`, at a free port, its folder below `tmp_path`."""
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "demo", "--port", "0", "--seed", "7", "--days", str(days)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def first_line(demo: subprocess.Popen[str]) -> re.Match[str]:
    assert demo.stdout is not None
    said = LINE.fullmatch(demo.stdout.readline())
    assert said is not None
    return said


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("days", [75])
def test_a_newcomer_signs_in_sees_an_alert_come_takes_it_and_closes_it(
    demo: subprocess.Popen[str], page: Page
) -> None:
    said = first_line(demo)
    people = {person["id"]: person for person in PERSON.finditer(said["people"])}
    assert {id: person["role"] for id, person in people.items()} == {
        "kari": "carer, solsikka",
        "amina": "carer, bjorka",
        "nora": "carer",
        "trond": "technician",
        "lise": "leader",
        "alma": "administrator",
        "pia": "privacy_officer",
        "marit@example.org": "relative",
    }
    page.context.add_cookies([{"name": "vaka_language", "value": "en", "url": said["address"]}])
    page.goto(said["address"])
    page.locator("input[name=person]").fill("nora")
    page.locator("input[name=password]").fill(people["nora"]["password"])
    page.locator("form[action='/sign-in'] button").click()

    card = page.locator("#open > li").first
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    expect(card).to_contain_text("Asks for help")
    mine = page.locator(f"#{card.get_attribute('id')}")
    mine.locator("form[action$='/accept'] button").click()
    expect(mine).to_have_class(re.compile("is-accepted"))
    expect(mine).to_contain_text("Nora Aasen")
    mine.locator("form[action$='/arrive'] button").click()
    expect(mine).to_have_class(re.compile("is-arrived"))
    mine.locator("form[action$='/close'] button[value=helped]").click()
    expect(mine).to_have_count(0)
    expect(page.locator("#recent")).to_contain_text("Nora Aasen")
    expect(page.locator("#coverage")).not_to_contain_text("Not covered")
    page.goto(f"{said['address']}/care/residents/b101/trends")
    expect(page.locator("main")).to_contain_text("this person's usual")
    page.goto(f"{said['address']}/care/residents/b105/nights")
    expect(page.locator(".says")).to_contain_text("A usual night")


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name)
def test_ctrl_c_or_a_closed_terminal_ends_the_demo_and_leaves_neither_a_process_nor_a_file(
    demo: subprocess.Popen[str], how: signal.Signals, tmp_path: Path
) -> None:
    said = first_line(demo)
    children = psutil.Process(demo.pid).children(recursive=True)
    assert len(children) == 4  # broker, hub, web, watchman
    assert list((tmp_path / "tmp").iterdir())
    demo.send_signal(how)
    out, err = demo.communicate(timeout=PATIENCE)
    assert (demo.returncode, out, err) == (0, "", "")
    assert [child.pid for child in children if child.is_running()] == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not listens(int(said["port"]))


@pytest.mark.slow
def test_a_taken_port_is_no_reason_not_to_begin(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        words = [
            "demo",
            "--port",
            str(other.getsockname()[1]),
            "--data",
            str(tmp_path / "kept"),
            "--days",
            "0",
        ]
        demo = subprocess.Popen(
            [sys.executable, "-m", "hub", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            assert int(first_line(demo)["port"]) != other.getsockname()[1]
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 0
    assert (tmp_path / "kept" / "vaka.db").exists()
