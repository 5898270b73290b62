"""The one file that opens a port, and the thread that owns it from then on."""

import errno
import logging
import os
import select
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Protocol

import serial

from firmware_bridge.desk import Desk, DeskRefusedError, ModemStatus, Sim
from firmware_bridge.errors import PortError
from firmware_bridge.facts import Ask, Claim, Facts, PinAnswered, Take, Tell, Told, TryPin
from firmware_bridge.modem import Modem, State
from firmware_bridge.pins import PinTries, may_try, note_answer
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.troubles import Trouble

_log = logging.getLogger(__name__)

BAUDRATE: Final = 115200
_SLICE_S: Final = 0.1
"""How long a port that cannot be waited for together with others is read at a stretch."""
_LONGEST_READ_S: Final = 1.0
_STOP_GRACE_S: Final = 2.0
"""How long `stop` lets the network answer for a message that was just given away."""
_AFTER_A_BUG_S: Final = 5.0
_READ_OCTETS: Final = 4096
_MEETING: Final = {State.CLOSED, State.IDENTIFY, State.RECOVER}
"""In these it is not sure which modem is there."""


class Port(Protocol):
    """A byte stream to a modem."""

    def read(self, timeout_s: float) -> bytes:
        """What has come, as soon as anything has; empty after `timeout_s` or `wake`.

        Raises:
            PortError: the port is gone.
        """
        ...

    def write(self, data: bytes) -> None: ...
    def wake(self) -> None: ...
    def close(self) -> None: ...


class SerialPort:
    """A device, a COM port or a pyserial URL, opened."""

    def __init__(self, line: Any) -> None:  # What pyserial gives for a URL has no type of its own.
        self._line = line
        self._woken = threading.Event()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        try:
            self._handle: int | None = line.fileno()
        except (OSError, AttributeError):  # Windows' COM ports cannot be selected, nor can some URLs.
            self._handle = None
            line.timeout = _SLICE_S

    def read(self, timeout_s: float) -> bytes:
        try:
            return self._read_slices(timeout_s) if self._handle is None else self._select(timeout_s)
        except (OSError, serial.SerialException, TypeError) as error:  # TypeError: closed from elsewhere.
            raise PortError(_first_words(error)) from None

    def _select(self, timeout_s: float) -> bytes:
        both: list[Any] = [self._handle, self._ear]
        ready, _, _ = select.select(both, [], [], max(0.0, timeout_s))
        if self._ear in ready:
            self._ear.recv(64)
        return bytes(self._line.read(_READ_OCTETS)) if self._handle in ready else b""

    def _read_slices(self, timeout_s: float) -> bytes:
        ends = time.monotonic() + timeout_s
        while not self._woken.is_set():
            if data := self._line.read(1):
                return bytes(data) + bytes(self._line.read(self._line.in_waiting))
            if time.monotonic() >= ends:
                break
        self._woken.clear()
        return b""

    def write(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except (OSError, serial.SerialException) as error:
            raise PortError(_first_words(error)) from None

    def wake(self) -> None:
        """End a `read` that waits; from any thread."""
        self._woken.set()
        try:
            self._bell.send(b"!")
        except OSError:
            pass  # It rings already, or the port is closed.

    def close(self) -> None:
        try:
            self._line.close()
        except (OSError, serial.SerialException):
            pass  # It is gone.
        self._bell.close()
        self._ear.close()


def open_port(name: str) -> SerialPort:
    """Open a port for this program alone.

    Raises:
        PortError: there is none, it is in use, or this user may not open it; `code` tells which.
    """
    options: dict[str, Any] = {"timeout": 0, "write_timeout": 5.0}
    if "://" not in name and os.name == "posix":
        options["exclusive"] = True
    try:
        return SerialPort(serial.serial_for_url(name, baudrate=BAUDRATE, **options))
    except (OSError, ValueError) as error:  # SerialException is an OSError.
        raise port_error(name, error) from None


def port_error(name: str, error: Exception) -> PortError:
    """What is the matter with a port that does not open."""
    number = getattr(error, "errno", None)
    words = str(error).lower()
    if number == 13 or "access is denied" in words or "permission" in words:
        code, text = Trouble.PORT_DENIED, "tidak boleh dibuka oleh pengguna ini, atau sedang dipakai program lain"
    elif number in {11, 16, 35} or "lock" in words or "busy" in words:
        code, text = Trouble.PORT_BUSY, "sedang dipakai program lain"
    elif number == errno.EISDIR or "inappropriate ioctl" in words:
        code, text = Trouble.PORT_GONE, "bukan port serial"
    else:
        code, text = Trouble.PORT_GONE, "tidak ada"
    raised = PortError(f"Port {name} {text}.")
    raised.code = code.value
    return raised


def _first_words(error: Exception) -> str:
    return f"{type(error).__name__}: port tidak menjawab lagi"


def _where(error: Exception) -> str:
    """A fault without its message: that of a foreign error may hold what an SMS says."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


class Claims:
    """Which port a modem is driven through: two ports may lead to the same one, and two modems may have one IMEI."""

    def __init__(self) -> None:
        self._claimed: dict[object, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def claim(self, imei: str, imsi: str, owner: object) -> bool:
        """True if nobody else has it: of one IMEI only cards that are known to differ tell two modems apart.

        A modem that does not tell its IMEI is taken for one of its own.
        """
        with self._lock:
            others = [claimed for other, claimed in self._claimed.items() if other is not owner]
            if imei and any(taken == imei and (not imsi or card in {"", imsi}) for taken, card in others):
                return False
            self._claimed[owner] = (imei, imsi)
            return True

    def is_double(self, imei: str, imsi: str, owner: object) -> bool:
        """True if somebody else has the very same one, by a card that both know."""
        with self._lock:
            others = [claimed for other, claimed in self._claimed.items() if other is not owner]
        return bool(imei and imsi) and (imei, imsi) in others

    def release(self, owner: object) -> None:
        with self._lock:
            self._claimed.pop(owner, None)


def serve(
    modem: Modem, desk: Desk, port: str, claim: Callable[[str, str], bool], pins: PinTries, clock: Callable[[], float]
) -> None:
    """Do what the modem asks of the desk, until it asks no more."""
    while (request := modem.request) is not None:
        sim = Sim(imsi=modem.facts.imsi, imei=modem.facts.imei, port=port)
        reply: object = None
        match request:
            case Take(found):
                try:
                    desk.take(sim, found)
                    reply = True
                except DeskRefusedError:
                    reply = False
            case Ask(replies_only):
                reply = desk.next_out(sim, replies_only=replies_only)
            case Tell(outgoing, outcome, reference, code):
                desk.outcome(sim, outgoing, outcome, reference=reference, code=code)
            case Told(text, rupiah):
                desk.balance(sim, text, rupiah)
            case Claim(imei, imsi):
                reply = claim(imei, imsi)
            case TryPin(card):
                reply = may_try(pins, card, modem.settings.pin)
            case PinAnswered(card, answer):
                note_answer(pins, card, modem.settings.pin, answer)
        modem.reply(reply, clock())


class ModemThread:
    """Opens a port again and again, drives the modem behind it, and lets others see how it is."""

    def __init__(
        self,
        port: str,
        desk: Desk,
        settings: BridgeSettings,
        claims: Claims,
        pins: PinTries,
        *,
        imei: str = "",
        imsi: str = "",
        opener: Callable[[str], Port] = open_port,
    ) -> None:
        """`imei` and `imsi`: what is known of the modem and its card before it is first asked."""
        self.port = port
        """As it is open now, or was tried last."""
        self._next_port = port
        self._desk = desk
        self._settings = settings
        self._claims = claims
        self._pins = pins
        self._opener = opener
        self._modem = Modem(settings, Facts(imei=imei, imsi=imsi))
        self._met = ("", "")
        """Modem and card behind this port, as they were to be claimed last."""
        self._open: Port | None = None
        self._port_trouble = ""
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"modem {port}", daemon=True)
        self.status = self._look()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something new to send."""
        self._woken.set()
        if (port := self._open) is not None:
            port.wake()

    def stop(self) -> None:
        """Ask the thread to end; `join` waits for it."""
        self._stopping.set()
        self.wake()

    def join(self, timeout_s: float | None = None) -> None:
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def move_to(self, port: str) -> None:
        """Open this one from now on: the modem came back under another name."""
        self._met = ("", "")
        self._next_port = port
        self.wake()

    @property
    def imei(self) -> str:
        return self.status.imei

    @property
    def imsi(self) -> str:
        return self.status.imsi

    @property
    def knows_who(self) -> bool:
        """It has met the modem behind its port, which may be another one than it was before that was opened."""
        return self._open is not None and self.status.state not in _MEETING

    @property
    def is_free(self) -> bool:
        """It drives no modem: its port does not open, nobody answers there, or another port leads to who does."""
        cannot_open = self._open is None and bool(self._port_trouble)
        return cannot_open or self.status.trouble in {Trouble.SILENT, Trouble.SAME_MODEM}

    @property
    def is_double(self) -> bool:
        """Another thread drives its modem, by a card that both have read."""
        return self.status.trouble == Trouble.SAME_MODEM and self._claims.is_double(*self._met, self)

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause_s = self._settings.reopen_s
            self.port = self._next_port
            try:
                with closing(self._opener(self.port)) as port:
                    self._port_trouble = ""
                    self._open = port
                    self._drive(port)
            except PortError as error:
                self._note_port(error)
            except Exception as error:  # noqa: BLE001 - whatever the fault, the modem must not stay unattended
                # Nothing was deleted that the desk had not committed, so starting anew is safe.
                _log.error("modem %s: %s", self.port, _where(error))
                self._modem = Modem(self._settings, self._modem.facts.after_fault())
                self._note("fault")
                self._port_trouble, pause_s = Trouble.FAULT.value, _AFTER_A_BUG_S
            finally:
                self._open = None
                self._claims.release(self)  # With the next opening another modem may be behind this name.
            self.status = self._look()
            self._stopping.wait(pause_s)

    def _note_port(self, error: PortError) -> None:
        trouble = Trouble.PORT_GONE.value if error.code == PortError.code else error.code
        if trouble != self._port_trouble:
            self._note(trouble)
            _log.warning("modem %s: %s", self.port, trouble)
        self._port_trouble = trouble

    def _note(self, step: str) -> None:
        self._modem.facts.now = time.monotonic()
        self._modem.facts.step(step)

    def _drive(self, port: Port) -> None:
        modem = self._modem
        modem.opened(time.monotonic())
        stop_at = 0.0
        try:
            while modem.state is not State.CLOSED and self.port == self._next_port:
                serve(modem, self._desk, self.port, self._claim, self._pins, time.monotonic)
                if data := modem.output():
                    port.write(data)
                self.status = self._look()
                now = time.monotonic()
                if self._stopping.is_set():
                    stop_at = stop_at or now + _STOP_GRACE_S
                    if modem.may_stop() or now >= stop_at:
                        break
                if self._woken.is_set():
                    self._woken.clear()
                    modem.wake()
                wait_s = min(modem.deadline() - now, _LONGEST_READ_S)
                if data := port.read(wait_s if wait_s > 0 else 0.0):
                    modem.receive(data, time.monotonic())
                else:
                    modem.tick(time.monotonic())
        finally:
            modem.lost(time.monotonic())
            serve(modem, self._desk, self.port, self._claim, self._pins, time.monotonic)

    def _claim(self, imei: str, imsi: str) -> bool:
        self._met = imei, imsi
        return self._claims.claim(imei, imsi, self)

    def _look(self) -> ModemStatus:
        modem, facts = self._modem, self._modem.facts
        now, now_ms = time.monotonic(), time.time() * 1000

        def at_ms(moment: float) -> int:
            return int(now_ms - (now - moment) * 1000) if moment else 0

        used, total = facts.places()
        return ModemStatus(
            port=self.port,
            imei=facts.imei,
            imsi=facts.imsi,
            model=f"{facts.manufacturer} {facts.model}".strip(),
            state=modem.state.value,
            since_ms=at_ms(modem.since),
            operator=facts.operator,
            signal_dbm=facts.signal_dbm,
            registration=facts.registration or "unknown",
            slots_used=used,
            slots_total=total,
            last_sweep_ms=at_ms(facts.last_sweep_at),
            last_sms_ms=at_ms(facts.last_sms_at),
            resets=facts.resets,
            unknown_sends=facts.unknown_sends,
            balance=facts.balance,
            trouble=self._port_trouble or modem.trouble(),
            steps=tuple(facts.steps),
            last_step_ms=at_ms(facts.stepped_at),
        )
