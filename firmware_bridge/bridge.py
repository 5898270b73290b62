"""Several modems on one computer, each with its own thread; `auto` finds them, also while they come and go."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from firmware_bridge.desk import Desk, ModemStatus
from firmware_bridge.discovery import Identity, Watch, usb_ports
from firmware_bridge.errors import UsageError
from firmware_bridge.pins import PinTries, UnkeptPinTries
from firmware_bridge.port import Claims, ModemThread, Port, open_port
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.transcript import Recorder
from firmware_bridge.troubles import Trouble

__all__ = ["AUTO", "Bridge", "BridgeSettings"]

AUTO: Final = "auto"
_JOIN_S: Final = 5.0


class Bridge:
    """Modems on one side, a desk on the other. Nothing is opened before `start`."""

    def __init__(
        self,
        ports: Sequence[str],
        desk: Desk,
        settings: BridgeSettings | None = None,
        *,
        pin_tries: PinTries | None = None,
        transcript: Path | None = None,
        candidates: Callable[[], list[str]] = usb_ports,
    ) -> None:
        """`ports`: devices, COM ports, pyserial URLs, or `auto`. A transcript holds all that residents write.

        Without `pin_tries` a PIN that was refused is tried again by the next start of the program.

        Raises:
            UsageError: a port is named twice.
        """
        if len(set(ports)) < len(ports):
            raise UsageError("Port yang sama disebut dua kali.")
        self._desk = desk
        self._settings = settings or BridgeSettings()
        self._recorder = Recorder(transcript) if transcript is not None else None
        self._claims = Claims()
        self._pins = pin_tries if pin_tries is not None else UnkeptPinTries()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._modems = [self._modem(port) for port in ports if port != AUTO]
        self._found: list[ModemThread] = []
        """What `auto` found."""
        self._without_card: set[str] = set()
        """Ports where no card was told when they were last looked at."""
        self._watch = Watch(self._settings, candidates) if AUTO in ports else None
        self._watcher = threading.Thread(target=self._look_out, name="modem discovery", daemon=True)

    def start(self) -> None:
        for modem in self._modems:
            modem.start()
        if self._watch is not None:
            self._watcher.start()

    def stop(self) -> None:
        """Close all ports. A message that was just given away may take two more seconds to be answered for."""
        self._stopping.set()
        if self._watch is not None and self._watcher.ident is not None:
            self._watcher.join(_JOIN_S)
        modems = self._all()
        for modem in modems:
            modem.stop()
        for modem in modems:
            modem.join(_JOIN_S)
        if self._recorder is not None:
            self._recorder.close()

    def wake(self) -> None:
        """There is something new to send."""
        for modem in self._all():
            modem.wake()

    def statuses(self) -> list[ModemStatus]:
        statuses = [modem.status for modem in self._all()]
        if self._watch is not None and not self._found:
            statuses.append(_nothing_found())
        return statuses

    def _all(self) -> list[ModemThread]:
        with self._lock:
            return [*self._modems, *self._found]

    def _open(self, name: str) -> Port:
        port = open_port(name)
        return port if self._recorder is None else self._recorder.around(name, port)

    def _modem(self, port: str, imei: str = "", imsi: str = "") -> ModemThread:
        return ModemThread(
            port, self._desk, self._settings, self._claims, self._pins, imei=imei, imsi=imsi, opener=self._open
        )

    # -- auto ----------------------------------------------------------------------------------------------------------

    def _look_out(self) -> None:
        watch = self._watch
        while watch is not None and not self._stopping.is_set():
            self._dismiss_doubles()
            for identity in watch.look({modem.port for modem in self._all()}):  # Their own threads open these.
                if not self._welcome(identity):
                    watch.forget(identity.port)
            self._stopping.wait(self._settings.discovery_s)

    def _welcome(self, identity: Identity) -> bool:
        """A modem answered behind a port that nobody opens: a new one, or one that came back under another name.

        False while a thread may be about to find that it drives this very modem, through another port of it.
        """
        told_none_before = identity.port in self._without_card
        self._without_card.discard(identity.port)
        driven = [modem for modem in self._all() if not modem.is_free and identity.imei and modem.imei == identity.imei]
        same = [modem for modem in driven if modem.imsi in {"", identity.imsi}]
        if same:
            return any(modem.knows_who for modem in same)
        if driven and not identity.imsi:
            self._without_card.add(identity.port)
            if not told_none_before:  # It may be another port of that modem, whose card was busy just now.
                return True
        free = [modem for modem in self._found if modem.is_free]
        back = [modem for modem in free if modem.imei == identity.imei and identity.imei]
        back.sort(key=lambda modem: modem.imsi != identity.imsi)
        if back := back or [modem for modem in free if self._is_driven_elsewhere(modem)]:
            back[0].move_to(identity.port)
            return True
        new = self._modem(identity.port, identity.imei, identity.imsi)
        with self._lock:
            self._found.append(new)
        new.start()
        return True

    def _dismiss_doubles(self) -> None:
        """One that `auto` found, and whose card shows that it is but another port of a modem, is no longer listed."""
        for double in [modem for modem in self._found if modem.is_double]:
            with self._lock:
                self._found.remove(double)
            double.stop()
            double.join(_JOIN_S)

    def _is_driven_elsewhere(self, modem: ModemThread) -> bool:
        """Its modem came back under the name of another one's port, whose thread drives it since."""
        return any(other.imei == modem.imei and not other.is_free for other in self._all())


def _nothing_found() -> ModemStatus:
    return ModemStatus(
        port=AUTO,
        imei="",
        imsi="",
        model="",
        state="closed",
        since_ms=0,
        operator="",
        signal_dbm=None,
        registration="unknown",
        slots_used=0,
        slots_total=0,
        last_sweep_ms=0,
        last_sms_ms=0,
        resets=0,
        unknown_sends=0,
        balance=None,
        trouble=Trouble.NO_MODEM.value,
        steps=(),
        last_step_ms=0,
    )
