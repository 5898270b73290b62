"""Everything that runs in a demo, put up in order and taken down in the reverse order."""

from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from typing import Final

import msgspec
from msgspec import Struct

from server.demo.counts import Counts
from server.demo.door import Door
from server.demo.errors import DemoError
from server.demo.folder import Folder
from server.demo.handset import Handset
from server.demo.page import HANDSET, PagePort, Scene
from server.demo.programs import Program, environment, free_port, run
from server.demo.relay import Relay
from server.demo.samples import sample_lines

UNIT: Final = "KEL-53.71.03.1010"
"""Where the demo's kiosk stands: Kelurahan Oesapa."""
DEMO_PORT: Final = 8100
CENTRE_PORT: Final = 8000
KIOSK_PORT: Final = 8180
POLL_S: Final = 2
BACKOFF_S: Final = 1
BACKOFF_MAX_S: Final = 3
"""So that somebody who restores the network need not wait for minutes."""
_OK: Final = 200


class ModemPorts(Struct):
    """Where the simulated modem is, as its first line says."""

    modem: str
    control: str


class Stage:
    """A centre, a kiosk with a simulated modem, the network between them, and the pages that show all of it."""

    def __init__(self, folder: Folder, say: Callable[[str], None], stopping: Callable[[], bool]) -> None:
        self._folder = folder
        self._say = say
        self._stopping = stopping
        self._down = ExitStack()
        self._programs: list[Program] = []
        self._ports = ModemPorts("", "")
        self._kiosk_port = 0
        self.scene: Scene | None = None

    def put_up(self) -> None:
        """Start everything; a person who asks to stop meanwhile is heard between two steps.

        Raises:
            DemoError: something does not start.
        """
        folder = self._folder
        centre_port = self._port("pusat", CENTRE_PORT)
        relay = Relay(centre_port)
        self._down.callback(relay.close)
        for step in (
            self._found,
            lambda: self._start_centre(centre_port),
            lambda: self._enrol(relay.port),
            self._start_modem,
            lambda: self._start_kiosk(relay.port),
            self._file_samples,
        ):
            if self._stopping():
                return
            step()
        counts = Counts(folder.centre, lambda: run("kasih-kiosk", "status", *self._kiosk_data, "--json", env=self._env))
        notes = folder.notes
        door = Door(folder.centre, notes.user, notes.password)
        officers_door = Door(folder.centre, notes.officer, notes.officer_password)
        page = PagePort(self._port("halaman demo", DEMO_PORT))
        self.scene = Scene(
            demo=page.url,
            centre=f"http://127.0.0.1:{centre_port}/",
            kiosk=f"http://127.0.0.1:{self._kiosk_port}/",
            handset=page.url.rstrip("/") + HANDSET,
            user=notes.user,
            password=notes.password if door.opens() else "",
            officer=notes.officer,
            officer_password=notes.officer_password if officers_door.opens() else "",
            data=str(folder.path),
        )
        self._down.callback(page.close)
        page.serve(self.scene, relay, counts, door, Handset(self._ports.control))

    def look(self) -> None:
        """See whether all of it still runs.

        Raises:
            DemoError: a program has ended by itself.
        """
        for program in self._programs:
            if not program.is_alive:
                raise DemoError(program.last_words())

    def take_down(self) -> None:
        """End everything that was started."""
        self._down.close()

    @property
    def _kiosk_data(self) -> tuple[str, str]:
        return "--data", str(self._folder.kiosk)

    @property
    def _env(self) -> dict[str, str]:
        return environment(KASIH_KEY_DIR=self._folder.kiosk_keys)

    def _port(self, name: str, wanted: int) -> int:
        port = free_port(wanted)
        if port != wanted:
            self._say(f"Port {wanted} sedang dipakai program lain; {name} memakai port {port}.")
        return port

    def _found(self) -> None:
        notes = self._folder.notes
        if notes.password:
            return
        self._say("Menyiapkan pusat ...")
        made = run("kasih-server", "init", "--data", str(self._folder.centre), "--demo", "--json", env=environment())
        first = msgspec.json.decode(made, type=dict[str, str])
        notes.user, notes.password = first["user"], first["password"]
        notes.officer, notes.officer_password = first["officer"], first["officer_password"]
        self._folder.remember()

    def _start_centre(self, port: int) -> None:
        data = ("--data", str(self._folder.centre), "--port", str(port))
        self._start(
            Program(
                "kasih-server", "run", *data, env=environment(), log=self._folder.log("pusat"), held=self._folder.lock
            )
        )
        self._wait_for(port, "/health")

    def _enrol(self, relay_port: int) -> None:
        if self._folder.notes.has_kiosk:
            return
        self._say("Mendaftarkan kios ...")
        centre, notes = ("--data", str(self._folder.centre)), self._folder.notes
        if not notes.code:
            notes.code = run("kasih-server", "enrol", *centre, "--unit", UNIT, env=environment()).strip()
            self._folder.remember()
        address = ("--server", f"http://127.0.0.1:{relay_port}", "--code", notes.code)
        run("kasih-kiosk", "enrol", *self._kiosk_data, *address, env=self._env)
        notes.has_kiosk = True
        self._folder.remember()

    def _start_modem(self) -> None:
        """A modem made of Python, with a SIM and a network of its own; its first line says where it is."""
        log = self._folder.log("modem")
        log.unlink(missing_ok=True)
        arguments = ("--tcp", "0", "--control", "0", "--latency", "dongle")
        self._start(Program("kasih-modem", "simulate", *arguments, env=environment(), log=log, held=self._folder.lock))

        def is_ready() -> bool:
            first = log.read_text(encoding="utf-8", errors="replace").partition("\n")
            if first[1]:
                self._ports = msgspec.json.decode(first[0], type=ModemPorts)
            return bool(first[1])

        self._programs[-1].wait_until(is_ready)

    def _start_kiosk(self, relay_port: int) -> None:
        port = self._kiosk_port = self._port("kios", KIOSK_PORT)  # Chosen now: seconds ago it may have been free.
        settings = environment(
            KASIH_KEY_DIR=self._folder.kiosk_keys,
            KASIH_SERVER=f"http://127.0.0.1:{relay_port}",
            KASIH_POLL_S=str(POLL_S),
            KASIH_BACKOFF_S=str(BACKOFF_S),
            KASIH_BACKOFF_MAX_S=str(BACKOFF_MAX_S),
        )
        arguments = (*self._kiosk_data, "--port", str(port), "--modem", self._ports.modem)
        self._start(
            Program(
                "kasih-kiosk", "run", *arguments, env=settings, log=self._folder.log("kios"), held=self._folder.lock
            )
        )
        self._wait_for(port, "/")

    def _start(self, program: Program) -> None:
        self._programs.append(program)
        self._down.callback(program.stop)

    def _wait_for(self, port: int, path: str) -> None:
        program = self._programs[-1]
        program.wait_until(lambda: program.has_said(f":{port}") and answers(port, path))

    def _file_samples(self) -> None:
        if self._folder.notes.has_samples:
            return
        self._say("Memasukkan laporan contoh di kios ...")
        lines = "".join(f"{line}\n" for line in sample_lines())
        run("kasih-kiosk", "file", *self._kiosk_data, "--json", "-", env=self._env, given=lines)
        self._folder.notes.has_samples = True
        self._folder.remember()


def answers(port: int, path: str) -> bool:
    """Whether a page of this machine can be had."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == _OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
