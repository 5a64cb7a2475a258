"""Everything that somebody may upload, with what does harm elsewhere: pictures that run or burst, lists that
swell, code that does not end. What comes of each is a reason, soon; nothing of it is served as it came. The
picture of a label is read in the browser and is no upload.
"""

import gzip
import io
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.body_limit import LARGEST
from hub.resident_export import as_text
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House
from tests.web.test_every_route import WITH_ALL_ROLES

SOON_S = 30  # on a machine that has other things to do
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="300" height="200">{}</svg>'
)
ENTITIES = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
BOMB = f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "vaka">{ENTITIES}]>' + SVG.format(
    "<text y='20'>&a9;</text>"
)
FILE = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format(
    "<text y='20'>&x;</text>"
)
OUTSIDE = SVG.format(
    '<image href="http://127.0.0.1:{port}/x.png" width="9" height="9"/>'
    '<image href="file:///etc/passwd" width="9" height="9"/>'
    '<use xlink:href="http://127.0.0.1:{port}/y.svg#a"/><style>@import url(http://127.0.0.1:{port}/z.css);</style>'
)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, raw: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(raw, 9))
        + chunk(b"IEND", b"")
    )


SMALL = png(300, 200, (b"\0" + b"\x80" * 300) * 200)
JPEG_OF_A_CONTINENT = (
    b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 60_000, 60_000) + b"\x03" + b"\0" * 20
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    yield house
    house.connection.close()


class Technician:
    """Her browser, and what she uploads by page and by call."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser
        self.ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}

    def plan(self, content: bytes, name: str = "plan.svg", kind: str = "image/svg+xml") -> int:
        form = {"csrf": csrf_of(self.browser, "/floor"), "unit": "sol", "name": "1. etasje"}
        began = time.monotonic()
        answer = self.browser.post("/floor", data=form, files={"picture": (name, content, kind)})
        assert time.monotonic() - began < SOON_S
        return answer.status_code

    def pictures(self) -> list[bytes]:
        plans = self.browser.get("/api/v1/floor-plans").json()
        return [self.browser.get(one["picture"]).content for one in plans]


@pytest.mark.parametrize(
    "inside",
    [
        '<script>alert("vaka")</script><rect width="300" height="200" onload="alert(1)" onclick="alert(2)"/>',
        (
            '<foreignObject width="300" height="200"><body xmlns="http://www.w3.org/1999/xhtml">'
            '<iframe src="javascript:alert(1)"/></body></foreignObject>'
        ),
        '<a href="javascript:alert(1)"><rect width="300" height="200"/></a>',
        (
            '<animate attributeName="href" values="javascript:alert(1)"/>'
            '<set attributeName="onload" to="alert(1)"/>'
        ),
        '<image href="data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;" width="9" height="9"/>',
    ],
)
def test_a_drawing_that_would_run_is_a_picture_of_it_or_nothing(sign_in: SignIn, inside: str) -> None:
    tor = Technician(sign_in("tor"))
    tor.plan(SVG.format(inside).encode())
    for content in tor.pictures():
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert not any(word in content for word in (b"script", b"alert", b"javascript", b"onload", b"iframe"))


def test_a_drawing_reaches_nothing_outside_itself(sign_in: SignIn) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.5)
        tor = Technician(sign_in("tor"))
        tor.plan(OUTSIDE.replace("{port}", str(listener.getsockname()[1])).encode())
        tor.plan(FILE.encode())
        with pytest.raises(TimeoutError):
            listener.accept()
    blank = SVG.format("").encode()
    tor.plan(blank)
    assert all(b"root:" not in content for content in tor.pictures())


@pytest.mark.parametrize(
    "content",
    [
        BOMB.encode(),
        SVG.replace('"300"', '"9999999"').replace('"200"', '"9999999"').format("<rect/>").encode(),
        (SVG.split("{}")[0] + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>").encode(),
        gzip.compress(SVG.format("<!--" + "a" * 50_000_000 + "-->").encode()),  # .svgz
        png(60_000, 60_000, b"\0" * 4_000_000),
        png(300, 200, b"\0" * 200_000_000),  # 200 kB that swell to 200 MB
        png(0, 0, b""),
        JPEG_OF_A_CONTINENT,
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7 <svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"MZ" + b"\0" * 1000,
        b"",
        b"\0" * 5_000_001,
    ],
    ids=[
        "entities", "dimensions", "depth", "gzip", "png of a continent", "png that swells", "png of nothing",
        "jpeg", "gif", "pdf", "program", "empty", "too large",
    ],
)  # fmt: skip
def test_a_picture_that_would_burst_is_refused_or_drawn_within_limits(
    sign_in: SignIn, content: bytes
) -> None:
    tor = Technician(sign_in("tor"))
    status = tor.plan(content)
    assert status in (303, 400, 413)
    for picture in tor.pictures():
        width, height = struct.unpack(">II", picture[16:24])
        assert width * height <= 2_000 * 6_000
        assert len(picture) < 5_000_000


def test_what_hides_behind_a_picture_does_not_come_out_again(sign_in: SignIn) -> None:
    after = b"<script>alert(1)</script>GIF89a/*PK\x03\x04zip"
    tor = Technician(sign_in("tor"))
    assert tor.plan(SMALL + after, "x.php.png", "text/html") == 303
    answer = tor.browser.get(tor.browser.get("/api/v1/floor-plans").json()[0]["picture"])
    assert after not in answer.content
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../../../../etc/cron.d/x.svg", "C:\\x\x00\u202egvs.svg"])
def test_the_name_of_a_file_is_nowhere_a_path(house: House, sign_in: SignIn, name: str) -> None:
    tor = Technician(sign_in("tor"))
    before = set(house.data.rglob("*"))
    assert tor.plan(SVG.format("<rect width='9' height='9'/>").encode(), name) == 303
    assert set(house.data.rglob("*")) == before
    assert not Path("/etc/cron.d/x.svg").exists()


YAML_BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w", zipfile.ZIP_DEFLATED) as bomb:
    bomb.writestr("xl/workbook.xml", b"0" * 50_000_000)
LISTS = {
    "aliases": YAML_BOMB,
    "tags": 'devices: !!python/object/apply:os.system ["touch /tmp/vaka-was-here"]\n',
    "deep": "devices: " + "[" * 50_000,
    "many documents": "---\n" * 100_000,
    "one long line": "devices: '" + "x" * 3_900_000 + "'",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_yaml_that_would_swell_or_run_is_told_by_its_line(house: House, sign_in: SignIn, text: str) -> None:
    tor, version = sign_in("tor"), house.rows("SELECT count(*) FROM site_version")[0][0]
    form, began = {"csrf": csrf_of(tor, "/technician/bulk")}, time.monotonic()
    answer = tor.post("/technician/bulk/try", data=form, files={"file": ("../devices.yaml", text.encode())})
    assert time.monotonic() - began < SOON_S
    assert answer.status_code in (400, 413, 422)
    assert house.rows("SELECT count(*) FROM site_version")[0][0] == version
    assert not Path("/tmp/vaka-was-here").exists()


@pytest.mark.parametrize(
    ("text", "line", "wrong", "expected"),
    [
        ("devices:\n\t- {id: x}\n", 2, "Tegn 1 på linjen: et tabulatortegn", "Mellomrom: YAML tillater ikke"),
        ("- {id: x, room: 1A", 1, "Tegn 3 på linjen: en parentes som aldri blir lukket", "Et komma, eller"),
        (
            "- id: a: b\n",
            1,
            "Tegn 8 på linjen: et kolon der det ikke kan stå noe felt",
            "Anførselstegn rundt",
        ),
        ("- {id: &u x}\n", 1, "Et anker &amp;u", "Ingen: verdier skrives ut"),
    ],
)
def test_what_is_wrong_with_a_yaml_list_is_said_in_norwegian_by_line_and_sign(
    sign_in: SignIn, text: str, line: int, wrong: str, expected: str
) -> None:
    tor = sign_in("tor")
    form, sent = {"csrf": csrf_of(tor, "/technician/bulk")}, {"file": ("devices.yaml", text.encode())}
    answer = tor.post("/technician/bulk/try", data=form, files=sent)
    assert answer.status_code == 422
    assert all(said in answer.text for said in (f"Linje {line}", wrong, expected))
    assert 'lang="en"' not in answer.text.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize(
    "content", [ZIP.getvalue(), b"\xff\xfe" * 1000, b"\x00" * 1000, SMALL, b"a;" * 500_000]
)
@pytest.mark.parametrize(
    ("person", "page", "to"),
    [
        ("tor", "/technician/bulk", "/technician/bulk/try"),
        ("leder", "/care/duty/import", "/care/duty/import/try"),
    ],
)
def test_a_list_of_another_kind_is_refused_and_says_so(
    sign_in: SignIn, person: str, page: str, to: str, content: bytes
) -> None:
    browser, began = sign_in(person), time.monotonic()
    answer = browser.post(to, data={"csrf": csrf_of(browser, page)}, files={"file": ("list.csv", content)})
    assert time.monotonic() - began < SOON_S
    assert answer.status_code in (200, 400, 413, 422)
    assert "<svg" not in answer.text.partition("<main")[2].replace('<svg class="icon"', "")


CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:kari\r\n"
    "{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    "inside",
    [
        "DTSTART:20260101T000000Z\r\nDTEND:20260101T000001Z\r\nRRULE:FREQ=SECONDLY",
        "DTSTART:00010101T000000Z\r\nDTEND:99991231T235959Z\r\nRRULE:FREQ=DAILY;COUNT=999999999",
        "DTSTART;TZID=../../../etc/passwd:20260101T000000\r\nDURATION:PT8H",
        "DTSTART:20260101T220000Z\r\nDURATION:PT8H\r\nATTACH:file:///etc/passwd",
        "DTSTART:20260101T220000Z\r\nDURATION:PT8H\r\nDESCRIPTION:" + "x" * 800_000,
    ],
)
def test_a_calendar_without_end_ends_soon(sign_in: SignIn, inside: str) -> None:
    browser, began = sign_in("leder"), time.monotonic()
    form = {"csrf": csrf_of(browser, "/care/duty/import")}
    file = {"file": ("roster.ics", CALENDAR.replace("{}", inside).encode())}
    answer = browser.post("/care/duty/import/try", data=form, files=file)
    assert time.monotonic() - began < SOON_S
    assert answer.status_code in (200, 413, 422)
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "source",
    [
        "function decodeUplink(input) { while (true) {} }",
        "function decodeUplink(input) { let a = []; while (true) a.push(new Array(1e6).fill(1)); }",
        "function decodeUplink(input) { return {data: {x: 'a'.repeat(2**28)}}; }",
        "require('child_process').execSync('id'); function decodeUplink() {}",
        "import('fs'); function decodeUplink(input) { return {data: {x: std.open('/etc/passwd', 'r')}}; }",
        "}" * 100_000,
    ],
)
def test_a_codec_that_does_not_end_or_reaches_out_is_stopped(sign_in: SignIn, source: str) -> None:
    tor = Technician(sign_in("tor"))
    began = time.monotonic()
    asked = {
        "make": "Vaka",
        "model": "X1",
        "source": source,
        "port": 1,
        "bytes": "0102",
        "name": "x",
        "example": "0102",
    }
    for path in ("/api/v1/codecs", "/api/v1/codecs/trial"):
        answer = tor.browser.post(path, headers=tor.ours, json=asked)
        assert answer.status_code < 500
        assert "root:" not in answer.text
    assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r\n=1",
        '=HYPERLINK("http://x")',
        "|calc",
        "＝1+1",
        "＋1",
        "－1",
        " ＠SUM(A1)",
    ],
)
def test_no_cell_of_a_residents_export_is_a_formula_to_a_spreadsheet(cell: str) -> None:
    """Of device lists: tests/unit/test_device_list.py."""
    assert as_text(cell) == f"'{cell}"


def test_nobody_may_send_more_than_a_house_ever_does(visitor: TestClient) -> None:
    big = b"person=" + b"a" * LARGEST
    for path, headers in (("/sign-in", {}), ("/api/v1/contacts/kari", {"Authorization": "Bearer x"})):
        assert visitor.post(path, content=big, headers=headers).status_code == 413
    pieces = (b"a" * 1_000_000 for _ in range(LARGEST // 1_000_000 + 1))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert visitor.post("/sign-in", content=pieces, headers=kind).status_code == 413
    lie = visitor.post("/sign-in", content=b"a", headers={"content-length": "-1"})
    assert lie.status_code == 413
