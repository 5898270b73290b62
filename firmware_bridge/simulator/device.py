"""The modem behind its terminal: the SIM, the memories, the radio, and where an incoming message goes."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from firmware_bridge.errors import PduError
from firmware_bridge.simulator.message_text import incoming_lines, message_class
from firmware_bridge.simulator.refusals import Refused, cme
from firmware_bridge.simulator.session import Session
from firmware_bridge.simulator.sim import Sim
from firmware_bridge.simulator.storage import JoinedStorage, Slot, Stat, Storage
from firmware_bridge.simulator.ussd_session import UssdSession

if TYPE_CHECKING:
    from firmware_bridge.simulator.settings import SimulatorSettings
    from firmware_bridge.simulator.timeline import Timeline

MAX_HELD_INDICATIONS = 64
ACKNOWLEDGE_S = 15.0
"""How long the modem waits for +CNMA (3GPP TS 27.005 section 4.7 leaves it to the maker)."""


class Radio(Protocol):
    """What a modem needs of its network."""

    def submit(self, pdu: bytes, at: float) -> int: ...
    def retry(self, pdu: bytes, at: float) -> None: ...
    def wake(self, at: float) -> None: ...
    def lost_power(self, at: float) -> None: ...
    def balance_text(self) -> str: ...
    def clock(self, at: float) -> datetime: ...


class Device:
    """One modem and its SIM. It says things by itself through `say`."""

    def __init__(self, settings: "SimulatorSettings", timeline: "Timeline", say: Callable[[str, float], None]) -> None:
        self.settings = settings
        self.timeline = timeline
        self.session = Session()
        self.sim = Sim(settings.sim, settings.pin)
        self.radio: Radio
        first = settings.modem.first_index
        self.sm = Storage("SM", settings.slots, first)
        self.me = Storage("ME", settings.me_slots, first)
        self.sr = Storage("SR", settings.report_slots, first)
        self.ussd = UssdSession(self)
        self.deleted = 0
        self.signal = settings.signal
        self.coverage = True
        self.radio_on = True
        self.powered = True
        self._say = say
        self._held: deque[str] = deque(maxlen=MAX_HELD_INDICATIONS)
        self.unacknowledged: bytes | None = None

    # -- power and radio -----------------------------------------------------------------------------------------------

    @property
    def registered(self) -> bool:
        return self.powered and self.radio_on and self.coverage and self.sim.ready

    def power_off(self, at: float) -> None:
        """Forget what is not written to the SIM or the modem's memory."""
        self.powered = False
        self.radio.lost_power(at)
        self.session = Session()
        self.sim = Sim(self.settings.sim, self.settings.pin)
        self.ussd.close()
        self.radio_on = True
        self.unacknowledged = None
        self._held.clear()

    def indicate(self, line: str, at: float) -> None:
        """Say something, or keep it where +CNMI mode 0 wants that."""
        if self.session.cnmi[0] == 0:
            self._held.append(line)
        else:
            self._say(line, at)

    def say(self, line: str, at: float) -> None:
        self._say(line, at)

    def flush_indications(self, at: float, *, forget: bool) -> None:
        """+CNMI left mode 0: what was kept comes now, or is forgotten (<bfr>)."""
        while self._held:
            line = self._held.popleft()
            if not forget:
                self._say(line, at)

    def changed_registration(self, at: float) -> None:
        stat = 1 if self.registered else 2
        for name, mode in (("CREG", self.session.creg), ("CGREG", self.session.cgreg)):
            if mode:
                self._say(f"+{name}: {stat}", at)
        self.radio.wake(at)

    # -- storages ------------------------------------------------------------------------------------------------------

    def storage(self, name: str) -> Storage | JoinedStorage:
        """A storage by its name.

        Raises:
            Refused: there is none of that name.
        """
        if name == "MT":
            return JoinedStorage((self.sm, self.me))
        for storage in (self.sm, self.me, self.sr):
            if storage.name == name and name in self.storage_names():
                return storage
        raise Refused("cms", 302)

    def storage_names(self) -> tuple[str, ...]:
        reports = ("SR",) if self.settings.modem.has_report_storage else ()
        return ("SM", "ME", "MT", *reports) if self.settings.me_slots else ("SM", "MT", *reports)

    @property
    def reading(self) -> Storage | JoinedStorage:
        return self.storage(self.session.storages[0])

    def _receiving(self) -> Storage:
        storage = self.storage(self.session.storages[2])
        if isinstance(storage, Storage):
            return storage
        return self.sm if self.sm.has_room() or not self.me.has_room() else self.me

    # -- what comes from the network -----------------------------------------------------------------------------------

    def receive(self, pdu: bytes, at: float, *, report: bool) -> bool:
        """Take a message or a report from the network; False where there is no room or no radio."""
        if not self.registered or self.unacknowledged is not None:
            return False
        return self._receive_report(pdu, at) if report else self._receive_message(pdu, at)

    def _receive_message(self, pdu: bytes, at: float) -> bool:
        mode = self.session.cnmi[1]
        # Class 2 is for the SIM whatever <mt> says; <mt> 3 routes class 3 alone (27.005 section 3.4.1).
        if (mode == 2 and _class_of(pdu) != 2) or (mode == 3 and _class_of(pdu) == 3):
            self._route(f"+CMT: {incoming_lines(pdu, self.session)}", pdu, at)
            return True
        storage = self._receiving()
        index = storage.add(pdu, Stat.UNREAD)
        if index is None:
            return False
        if mode != 0:
            self.indicate(f'+CMTI: "{storage.name}",{index}', at)
        if not storage.has_room() and self.settings.modem.full_line:
            self._say(self.settings.modem.full_line, at)
        return True

    def _receive_report(self, pdu: bytes, at: float) -> bool:
        match self.session.cnmi[3]:
            case 1:
                self._route(f"+CDS: {incoming_lines(pdu, self.session)}", pdu, at)
            case 2:
                storage = self.sr if self.settings.modem.has_report_storage else self._receiving()
                index = storage.add(pdu, Stat.UNREAD)
                if index is None:
                    return False
                self.indicate(f'+CDSI: "{storage.name}",{index}', at)
            case _:
                pass  # Nobody asked for reports: acknowledged and gone (3GPP TS 27.005 section 3.4.1, <ds> 0).
        return True

    def _route(self, line: str, pdu: bytes, at: float) -> None:
        self.indicate(line, at)
        if self.session.csms == 1:
            self.unacknowledged = pdu
            self.timeline.plan(at + ACKNOWLEDGE_S, lambda late: self._give_back(pdu, late))

    def _give_back(self, pdu: bytes, at: float) -> None:
        """+CNMA did not come: the network keeps the message, and nothing more is routed (27.005 section 4.7)."""
        if self.unacknowledged is not pdu:
            return
        self.unacknowledged = None
        mode, _, cell, _, buffer = self.session.cnmi
        self.session.cnmi = (mode, 0, cell, 0, buffer)
        self.radio.retry(pdu, at)

    def acknowledge(self, at: float, *, accepted: bool) -> None:
        """+CNMA: the routed message was stored by the terminal, or was not.

        Raises:
            Refused: no message waits for it.
        """
        if self.unacknowledged is None:
            raise Refused("cms", 340)
        pdu, self.unacknowledged = self.unacknowledged, None
        if not accepted:
            self.radio.retry(pdu, at)
        self.radio.wake(at)

    # -- what commands do ----------------------------------------------------------------------------------------------

    def require_sim(self) -> None:
        """Refuse where the SIM cannot be used.

        Raises:
            Refused: with the number of 27.007 for what is wrong.
        """
        if number := self.sim.trouble:
            raise cme(number)

    def slot(self, index: int) -> Slot | None:
        return self.reading.slots.get(index)

    def delete(self, index: int, at: float) -> None:
        """Free one slot; freeing a free one is no error.

        Raises:
            Refused: there is no such slot.
        """
        owner = self.reading.owner(index)
        if owner is None:
            raise Refused("cms", 321)
        storage, own_index = owner
        if storage.slots.pop(own_index, None) is not None:
            self.deleted += 1
            self.radio.wake(at)

    def delete_all(self, stats: set[Stat], at: float) -> None:
        for index, slot in self.reading.listed(Stat.ALL):
            if slot.stat in stats:
                self.delete(index, at)


def _class_of(pdu: bytes) -> int | None:
    try:
        return message_class(pdu)
    except PduError:
        return None
