"""Bad input through the real programs: one clear line, in Indonesian, nothing half done, and the others go on."""

import http.client
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from server.actions.issue_code import issue_code
from sync_protocol.bundle import MAGIC, MAX_REQUEST, read_bundle, write_bundle
from sync_protocol.keys import new_code, write_code
from sync_protocol.kinds import Kind
from tests.faults.agent import Agent, call, centre_running, running, tell
from tests.faults.folders import UNIT, centre_at, kiosk_at
from tests.faults.power import memory_folder
from tests.faults.town import found
from tests.kiosk_agent.web.browser import Browser
from tests.peers import Peer

OCTETS = {"Content-Type": "application/octet-stream"}
DEEP = b"[" * 100_000 + b"]" * 100_000
GOOD = {"text": "Air mati sejak Senin", "category": "AIR", "kelurahan": "Namosain"}

BAD_LINES: list[tuple[bytes, str]] = [
    (json.dumps(GOOD | {"kelurahan": "Namosein"}).encode(), "Kelurahan “Namosein” tidak dikenal. Maksudnya Namosain?"),
    (json.dumps(GOOD | {"kelurahan": "Jakarta"}).encode(), "Kelurahan “Jakarta” tidak dikenal."),
    (json.dumps(GOOD | {"kelurahan": ""}).encode(), "Kelurahan"),
    (json.dumps(GOOD | {"category": "XYZ"}).encode(), "Kategori “XYZ” tidak dikenal."),
    (json.dumps(GOOD | {"category": ""}).encode(), "Kategori belum diisi."),
    (json.dumps(GOOD | {"accused_unit": "TIDAK-ADA"}).encode(), "Unit “TIDAK-ADA” tidak dikenal."),
    (json.dumps(GOOD | {"text": "a" * 4_001}).encode(), "paling panjang 4.000 huruf, ini 4.001"),
    (json.dumps(GOOD | {"text": ""}).encode(), "Isi laporan masih kosong."),
    (json.dumps(GOOD | {"text": " \n\t\u200b "}).encode(), "Isi laporan masih kosong."),
    (json.dumps(GOOD | {"text": "a\0b"}).encode(), "karakter NUL"),
    (b'{"text": "a\0b", "category": "AIR", "kelurahan": "Namosain"}', "baris"),
    (json.dumps(GOOD | {"text": "\ud800"}).encode(), "karakter"),
    (b'{"text": "\xff\xfe", "category": "AIR", "kelurahan": "Namosain"}', "bukan UTF-8 (byte ke-11)"),
    (json.dumps(GOOD).encode("utf-16"), "bukan UTF-8"),
    (json.dumps(GOOD | {"name": "x" * 300}).encode(), "Nama paling panjang"),
    (json.dumps(GOOD | {"phone": "nol delapan"}).encode(), "Nomor telepon"),
    (json.dumps(GOOD | {"identity": "rahasia"}).encode(), "pilih open, anonymous, secret atau unnamed"),
    (json.dumps(GOOD | {"channel": "radio"}).encode(), "Saluran"),
    (json.dumps(GOOD | {"identitas": "secret"}).encode(), "kolom ini tidak dikenal"),
    (json.dumps(GOOD | {"text": 7}).encode(), "text: harus teks"),
    (json.dumps(GOOD | {"sms_ok": "ya"}).encode(), "sms_ok: harus true atau false"),
    (json.dumps(GOOD | {"ref": ["x"]}).encode(), "ref: harus teks"),
    (b'{"text": "a", "text": "b", "category": "AIR", "kelurahan": "Namosain"}', "dua kali"),
    (b'{"category": "AIR", "kelurahan": "Namosain"}', "text: wajib diisi"),
    (b'{"text": "Air mati", "category": "AIR"', "bukan JSON"),
    (b"Air mati", "bukan JSON"),
    (b'"Air mati"', "baris harus objek"),
    (b"[]", "baris harus objek"),
    (b"null", "baris"),
    (b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "bukan JSON"),
    (b'{"text": ' + b"9" * 5_000 + b"}", "baris"),
    (DEEP, "terlalu banyak tingkat"),
    (b'{"x": ' + DEEP + b"}", "terlalu banyak tingkat"),
    (json.dumps(GOOD | {"text": "a" * 300_000}).encode(), "baris terlalu panjang"),
]


class City(Struct):
    """A centre that runs, and a kiosk that it knows."""

    folder: Path
    port: int

    @property
    def centre(self) -> str:
        return str(self.folder / "centre")

    @property
    def env(self) -> dict[str, str]:
        return {"KASIH_KEY_DIR": str(self.folder / "keys"), "KASIH_SERVER": self.url}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kiosk(self, name: str) -> Path:
        """A copy of the kiosk, for one test."""
        return Path(shutil.copytree(self.folder / "kiosk", self.folder / name))

    def cases(self) -> int:
        return len(call("server", "export", "--data", self.centre).out.splitlines())


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with memory_folder() as folder:
        found(folder)
        with centre_running(folder / "centre", folder / "log") as port:
            yield City(folder, port)
        assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="module")
def agent(city: City) -> Iterator[Agent]:
    """A kiosk that runs."""
    with running(city.kiosk("running"), city.folder / "kiosk.log", city.env) as agent:
        yield agent
    assert "Traceback" not in (city.folder / "kiosk.log").read_text()


def test_of_many_lines_each_bad_one_is_told_and_all_others_are_filed(city: City, agent: Agent) -> None:
    good = json.dumps(GOOD).encode()
    given = b"".join(good + b"\n" + bad + b"\n" for bad, _ in BAD_LINES) + good  # the last line without its end
    said: list[list[dict[str, Any]]] = []
    direct, before = city.kiosk("lines"), agent.status().filed
    for folder, way in ((direct, tell), (agent.folder, call)):
        done = way("kiosk", "file", "--data", str(folder), "--json", "-", env=city.env, given=given)
        assert (done.code, done.err) == (1, "")
        said.append([json.loads(line) for line in done.out.splitlines()])
        assert len(said[-1]) == 2 * len(BAD_LINES) + 1
        for number, (_, says) in enumerate(BAD_LINES):
            answered, refused = said[-1][2 * number : 2 * number + 2]
            assert answered.keys() == {"number", "pin", "entry"}
            assert refused["line"] == 2 * number + 2
            assert says in refused["error"]
            assert "\n" not in refused["error"]
            assert len(refused["error"]) < 200
        assert said[-1][-1].keys() == {"number", "pin", "entry"}
    assert [each.get("error") for each in said[0]] == [each.get("error") for each in said[1]]
    assert agent.status().filed == before + len(BAD_LINES) + 1
    with kiosk_at(direct, city.folder / "keys") as opened:
        assert opened.status().filed == len(BAD_LINES) + 1


def test_what_is_wrong_at_the_screen_is_said_there_and_nothing_is_filed(agent: Agent) -> None:
    before = agent.status().filed
    wrong = [
        {"text": "a" * 4_001},
        {"text": " "},
        {"category": "XYZ"},
        {"kelurahan": "99.99.99.9999"},
        {"phone": "nol delapan"},
        {"name": "x" * 300},
        {"accused": "TIDAK-ADA"},
    ]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for answers in wrong:
        browser, page = agent.send_page(**answers)
        assert page.path not in {"/lapor/bukti", "/"}, answers
        assert 'class="fault"' in page.html or 'role="alert"' in page.html, answers
    browser = Browser(agent.port)
    browser.start()
    for body, status in (
        (b"token=%ff%fe&text=%ff", 400),
        (b"x" * 20_000_000, 413),
        (DEEP[:20_000], 403),
        (b"\xff", 400),
    ):
        assert browser.send("POST", "/lapor/isi", body, form).status == status
    assert browser.send("POST", "/lapor/isi", DEEP, {"Content-Type": "application/json"}).status == 415
    for path in ("/_control/file", "/_control/enrol", "/_control/import"):
        assert post(agent.port, path, DEEP, OCTETS) == 404, "only who may read the folder knows the token"
    assert agent.status().filed == before
    assert agent.send_page()[1].path == "/lapor/bukti"
    assert agent.status().filed == before + 1


def enrol(city: City, kiosk: Path, code: str) -> tuple[int, str]:
    words = ("enrol", "--data", str(kiosk), "--server", city.url, "--code", code)
    done = call("kiosk", *words, env={"KASIH_KEY_DIR": str(city.folder / "keys")})
    return done.code, done.line if done.code else done.out


def test_an_enrolment_code_that_does_not_do_is_told_and_a_good_one_does_afterwards(city: City, tmp_path: Path) -> None:
    def code(*words: str) -> str:
        return call("server", "enrol", "--data", city.centre, "--unit", UNIT, *words).out.strip()

    with centre_at(tmp_path / "other") as other:
        of_another = issue_code(other, UNIT, actor="test")
    good, expired = code(), code("--hours", "0")
    unknown = write_code(new_code(bytes(8), bytes(32)))
    swapped = good[:3] + good[4] + good[3] + good[5:]
    typed = {"": "salah ketik", "ABCDE": "salah ketik", "x" * 10_000: "salah ketik"}
    typed |= {swapped: "salah ketik"} if swapped != good else {}
    refused = {unknown: "tidak mengenal kode", of_another: "tidak mengenal kode", expired: "sudah kedaluwarsa"}
    for number, (given, says) in enumerate((typed | refused).items()):
        kiosk = tmp_path / f"kiosk-{number}"
        status, said = enrol(city, kiosk, given)
        assert (status, says in said) == (1, True), said
        status, said = enrol(city, kiosk, code())
        assert (status, "terdaftar" in said) == (0, True), said
    assert enrol(city, tmp_path / "first", good)[0] == 0
    status, said = enrol(city, tmp_path / "second", good)
    assert (status, "sudah pernah dipakai" in said) == (1, True)
    assert "999" in call("server", "enrol", "--data", city.centre, "--unit", "999").line


def test_what_is_no_stick_of_ours_changes_nothing_at_either_end(city: City, tmp_path: Path) -> None:
    kiosk = str(city.kiosk("stick"))
    stranger = Peer(bytes(range(32)), intake=bytes(range(1, 33)))
    bundle = call("kiosk", "bundle", "export", str(tmp_path / "own.kasih"), "--data", kiosk, env=city.env)
    assert bundle.code == 0
    files = {
        "empty": b"",
        "page": b"<html>Selamat datang</html>",
        "half a magic": MAGIC[:5],
        "magic": MAGIC,
        "noise": MAGIC + bytes(range(1, 256)) * 700,
        "foreign": write_bundle(entry.raw for entry in [stranger.complain(), stranger.complain()]),
        "zeros": bytes(1_000_000),
    }
    before = city.cases()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        for program, data in (("server", city.centre), ("kiosk", kiosk)):
            said = call(program, "bundle", "import", str(tmp_path / name), "--data", data, env=city.env).line
            assert "tidak ada yang disimpan" in said.lower(), (program, name)
    for program, data in (("server", city.centre), ("kiosk", kiosk)):
        for nothing in (tmp_path / "missing", city.folder / "keys"):
            assert call(program, "bundle", "import", str(nothing), "--data", data, env=city.env).line
    assert city.cases() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*files, "own.kasih"])


def test_of_a_stick_that_was_pulled_out_early_the_whole_entries_are_kept_and_one_line_says_so(
    city: City, tmp_path: Path
) -> None:
    kiosk, file = city.kiosk("cut"), tmp_path / "cut.kasih"
    lines = (json.dumps(GOOD) + "\n").encode() * 5
    assert call("kiosk", "file", "--data", str(kiosk), "--json", "-", env=city.env, given=lines).code == 0
    call("kiosk", "bundle", "export", str(file), "--data", str(kiosk), env=city.env)
    content, before = file.read_bytes(), city.cases()
    for size in (len(content) - 700, len(content) - 1, len(content)):
        whole, reader = read_bundle(content[:size])
        file.write_bytes(content[:size])
        done = call("server", "bundle", "import", str(file), "--data", city.centre)
        assert done.code == 0
        assert done.err.count("\n") == (reader.rest > 0)
        assert ("terpotong" in done.err) == (reader.rest > 0)
        assert city.cases() - before == sum(entry.kind == Kind.COMPLAINT for entry in whole)
    assert city.cases() - before == 5
    reply = next(tmp_path.glob("*.reply.kasih"))
    content = reply.read_bytes()
    for size, says in ((40, "Tidak ada yang disimpan"), (len(content), "5 catatan kios ini terbukti sampai")):
        reply.write_bytes(content[:size])
        done = call("kiosk", "bundle", "import", str(reply), "--data", str(kiosk), env=city.env)
        assert says in (done.out or done.line)
    reply.write_bytes(content + content[8:100])
    done = call("kiosk", "bundle", "import", str(reply), "--data", str(kiosk), env=city.env)
    assert (done.code, "Akhir berkas hilang" in done.out) == (0, True)
    with kiosk_at(kiosk, city.folder / "keys") as opened:
        assert opened.status().queue == 0


REQUESTS: list[tuple[str, bytes, dict[str, str], int]] = [
    ("/v1/sync", MAGIC + bytes(MAX_REQUEST), OCTETS, 413),
    ("/v1/sync", MAGIC, {"Content-Type": "application/json"}, 415),
    ("/v1/sync", MAGIC, {"Content-Type": "text/html"}, 415),
    ("/v1/sync", MAGIC, {}, 415),
    ("/v1/sync", DEEP, OCTETS, 400),
    ("/v1/sync", b"", OCTETS, 400),
    ("/v1/sync", MAGIC, OCTETS, 403),
    ("/v1/sync", MAGIC + b"\xff" * 100_000, OCTETS, 403),
    ("/v1/tidak-ada", MAGIC, OCTETS, 404),
    ("/_control/enrol", DEEP, OCTETS, 404),
    ("/masuk", DEEP, {"Content-Type": "application/json"}, 415),
    ("/masuk", b"nama=" + b"x" * 5_000_000, {"Content-Type": "application/x-www-form-urlencoded"}, 413),
]


@pytest.mark.parametrize(("path", "body", "headers", "status"), REQUESTS, ids=lambda value: str(value)[:20])
def test_a_request_that_is_too_large_too_deep_or_of_another_type_is_refused(
    city: City, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert post(city.port, path, body, headers | {"Origin": city.url}) == status


def test_who_talks_no_http_or_not_to_the_end_keeps_nobody_out(city: City) -> None:
    kiosk = city.kiosk("patient")
    call("kiosk", "file", "--data", str(kiosk), "--json", "-", env=city.env, given=json.dumps(GOOD).encode())
    head = b"POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 500\r\n"
    starts = [b"", b"\0" * 5_000, b"KASIH1\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"POST ", head, head + b"\r\nKASIH1\r\n"]
    idle = [socket.create_connection(("127.0.0.1", city.port), timeout=20) for _ in range(10) for _ in starts]
    try:
        for number, sock in enumerate(idle):
            sock.sendall(starts[number % len(starts)])
        with socket.create_connection(("127.0.0.1", city.port), timeout=20) as sock:
            sock.sendall(head + b"x: " + b"y" * 200_000)
            assert sock.recv(100).startswith((b"HTTP/1.1 4", b""))
        done = call("kiosk", "sync", "--data", str(kiosk), env=city.env | {"KASIH_EXCHANGE_TIMEOUT_S": "5"})
        assert (done.code, json.loads(done.out)["accepted"]) == (0, 1)
    finally:
        for sock in idle:
            sock.close()
