"""A hundred complaints, and not a word of them to be found again on the kiosk, nor at the centre in the clear."""

import json
import os
import re
import signal
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk_agent.access import read_running
from server.actions.found_centre import found_centre
from tests.faults import canaries
from tests.faults.agent import Agent, call, centre_running, running, tell
from tests.faults.canaries import NAME, PHONE, PLACE, TEXT, person, search
from tests.faults.kills import wait_until
from tests.faults.power import memory_folder
from tests.kiosk_agent.web.browser import Browser
from tests.server.web.browser import PASSWORD
from tests.server.web.browser import Browser as Desk

UNIT = "KEL-53.71.01.1001"
IDENTITIES = ("open", "anonymous", "secret", "unnamed")
BY_PAGE, BY_FILE = 12, 88


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        for name in ("home", "temp", "keys"):
            (folder / name).mkdir()
        yield folder


def at_home(folder: Path) -> dict[str, str]:
    """An environment in which a program leaves everything that it leaves in this folder."""
    home, temp = str(folder / "home"), str(folder / "temp")
    names = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": home, "TMPDIR": temp, "SQLITE_TMPDIR": temp}
    return names | {"KASIH_KEY_DIR": str(folder / "keys")}


def line(number: int) -> bytes:
    who = person(number)
    fields = {"text": who.text, "place": who.place, "identity": IDENTITIES[number % 4], "sms_ok": bool(number % 8)}
    fields |= {"category": "PGL" if number % 3 else "AIR", "kelurahan": "Namosain", "accused_unit": UNIT}
    fields["ref"] = sha256(bytes([number])).hexdigest()[:32]
    if number % 4 != 3:
        fields |= {"name": who.name, "phone": who.phone}
    return json.dumps(fields).encode() + b"\n"


def bad_lines() -> bytes:
    """Lines that are turned away, and what was in them with them."""
    who = person(9_000)
    good = {"text": who.text, "category": "AIR", "kelurahan": "Namosain"}
    bad = [
        good | {"kelurahan": who.name},
        good | {"identity": who.name},
        good | {"phone": who.name},
        good | {"name": who.name, "nama": who.name},
        good | {"text": who.text * 1_000},
        good | {"text": who.text + "\0"},
        good | {"ref": 7},
    ]
    return b"".join(json.dumps(each).encode() + b"\n" for each in bad) + who.text.encode() + b"\n{\xff" + b"\n"


def speak(agent: Agent, number: int) -> list[str]:
    """A resident at the screen, with a slip of the finger on the way; number and PIN."""
    who, browser = person(number), Browser(agent.port)
    browser.start()
    browser.post("/lapor/isi", text=who.text * 400)
    browser.post("/lapor/nama", name=who.name * 40, phone=who.name, sms_ok="1")
    identity = IDENTITIES[number % 4]
    browser.answer_all(text=who.text, place=who.place, name=who.name, phone=who.phone, identity=identity)
    page = browser.send_report()
    assert page.path == "/lapor/bukti"
    browser.get("/lapor/bukti.svg")
    return browser.visited


def read_cases(port: int, password: str, numbers: list[str]) -> None:
    """A sworn officer lists the cases, opens some, and unmasks who reported one."""
    desk = Desk(port)
    assert desk.sign_in("petugas1", password).status == 303
    assert desk.post("/sandi", lama=password, baru=PASSWORD, ulang=PASSWORD).status == 303
    desk.csrf = desk.get("/sandi").csrf
    assert desk.get("/pengaduan").numbers()
    opened = [desk.get(f"/pengaduan/{number}").text for number in numbers]
    assert any(TEXT in page for page in opened), "the pages do show what was said"
    reason = "Pelapor menelepon dan minta dihubungi kembali."
    assert NAME in desk.post(f"/pengaduan/{numbers[0]}/identitas", alasan=reason).text, "and who said it"
    assert desk.post(f"/pengaduan/{numbers[0]}/verifikasi", unit="DPUPR", catatan="Mohon ditangani.").status == 303


def test_the_search_finds_a_word_however_it_is_written(tmp_path: Path) -> None:
    for stem in (NAME, PLACE, TEXT, PHONE):
        for shift in range(3):
            data = b"\xfe" * shift + stem.encode() + b"\xfa\xce"
            for form in (data, data.upper(), data.hex().encode(), data.hex().upper().encode(), b64encode(data)):
                (tmp_path / "file").write_bytes(b"..." + form + b"...")
                assert search([tmp_path]), (stem, form)
        for name in ("utf-16-le", "utf-16-be", "utf-32-le"):
            (tmp_path / "file").write_bytes(f"{stem} 17".encode(name))
            assert search([tmp_path]), (stem, name)
        (tmp_path / "file").write_bytes(b"nothing of the kind")
        assert search([tmp_path]) == []
    (tmp_path / f"{NAME}.tmp").touch()
    assert search([tmp_path])


def test_of_a_hundred_complaints_no_word_can_be_found_again(folder: Path) -> None:
    centre, kiosk = folder / "centre", folder / "kiosk"
    found_centre(centre, demo=True)
    kiosk_env, centre_env = at_home(folder), at_home(folder)
    with centre_running(centre, folder / "centre.log", centre_env) as port:
        code = call("server", "enrol", "--data", str(centre), "--unit", UNIT).out.strip()
        server = f"http://127.0.0.1:{port}"
        assert call("kiosk", "enrol", "--data", str(kiosk), "--server", server, "--code", code, env=kiosk_env).code == 0
        with running(kiosk, folder / "kiosk.log", kiosk_env) as agent:
            lines = b"".join(map(line, range(BY_FILE)))
            filed = tell("kiosk", "file", "--data", str(kiosk), "--json", "-", env=kiosk_env, given=lines)
            assert (filed.code, filed.err) == (0, "")
            refused = tell("kiosk", "file", "--data", str(kiosk), "--json", "-", env=kiosk_env, given=bad_lines())
            assert (refused.code, refused.err, refused.out.count('"error"')) == (1, "", 9)
            visited = [path for number in range(BY_FILE, BY_FILE + BY_PAGE) for path in speak(agent, number)]
            wait_until(lambda: agent.status().queue == 0, "everything has arrived")
            call("kiosk", "status", "--data", str(kiosk), env=kiosk_env)
            answers = [json.loads(answer) for answer in filed.out.splitlines()]
            added = call("server", "user", "add", "petugas1", "--role", "petugas", "--data", str(centre), "--json").out
            read_cases(port, json.loads(added)["password"], [answer["number"] for answer in answers[:4]])
            Browser(agent.port).answer_all(text=person(9_999).text, name=person(9_999).name)
            process = read_running(kiosk)
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)  # In the middle of a report.
        assert search([kiosk, folder / "keys", folder / "home", folder / "temp", folder / "kiosk.log"]) == []
        exported = call("server", "export", "--data", str(centre), "--with-text").out
        assert search([centre, folder / "home", folder / "temp", folder / "centre.log"]) == []
    assert search([centre, folder / "centre.log"]) == []
    assert not any(canaries.find(path.encode(), canaries.encodings(NAME)) for path in visited)
    cases = [json.loads(case) for case in exported.splitlines()]
    assert len(cases) == BY_FILE + BY_PAGE
    said = {case["text"] for case in cases if not case["sealed"]}
    assert said == {person(n).text for n in range(BY_FILE + BY_PAGE) if n % 4 != 2}, "the centre can read what it may"
    pins = "|".join(answer["pin"] for answer in answers)
    kept = b"".join(file.read_bytes() for file in [*kiosk.rglob("*"), *centre.rglob("*")] if file.is_file())
    # Digits within hex are a key's or a hash's.
    assert re.findall(rf"(?<![0-9a-f])(?:{pins})(?![0-9a-f])".encode(), kept) == []
