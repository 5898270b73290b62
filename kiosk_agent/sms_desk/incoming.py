"""Raw parts are stored and put together. Everything happens in the caller's transaction.

A message is filed when its last part is there, or without some of them after a time; then the rest becomes an
amendment. Nothing is ever turned away: what cannot be handled is put aside with the reason.
"""

import logging
import sqlite3
from typing import Final

from firmware_bridge.desk import Found, Sim
from firmware_bridge.pdu import Deliver, StatusReport, decode_pdu, message_key
from kiosk_agent.errors import DiskError, NotReadyError
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours
from kiosk_agent.sms_desk.ages import Ages
from kiosk_agent.sms_desk.arriving import Arrived, PutAside, phone_of, read, text_of
from kiosk_agent.sms_desk.boxes import Boxes
from kiosk_agent.sms_desk.filer import Filer, Whole
from kiosk_agent.sms_desk.outcomes import Outcomes
from kiosk_agent.store import Filing, sms

log = logging.getLogger(__name__)

TOGETHER_MS: Final = 600_000
"""Parts of one message lie no further apart by the network's time, which is when the sender's telephone gave them away,
however late they are delivered. A part beyond it, of a reference that was used again, begins a message of its own."""
AT_ONCE: Final = 50
"""Messages that one transaction files at most: whoever files at the kiosk waits for its end."""
GIVE_UP_S: Final = 7 * hours.DAY_MS / 1000
"""So long the rest of a message that was filed incomplete is waited for."""


class Incoming:
    """Takes in what comes, and sees to it that it is filed in time."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes, filer: Filer, outcomes: Outcomes) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._filer = filer
        self._outcomes = outcomes
        self._ages = Ages(kiosk.clock)
        """How long ago the last part of a message came."""

    def add(self, filing: Filing, sim: Sim, found: Found) -> int | None:
        """Take one PDU in; the network's time of it where it is news and has one."""
        key = message_key(sim.imsi, found.pdu)
        if sms.is_known(filing.connection, key):
            return None
        try:
            with filing.part():
                return self._sort(filing, sim, key, read(found.pdu), found.pdu)
        except (DiskError, sqlite3.Error):
            raise
        except Exception as error:  # noqa: BLE001  One message must never keep the others from being stored.
            log.error("an SMS could not be handled: %s", type(error).__name__)  # noqa: TRY400  It may hold its text.
            self._put_aside(filing, key, found.pdu, f"galat program: {type(error).__name__}")
        return None

    def file_due(self, filing: Filing) -> None:
        """File what is whole, and what has waited long enough for its missing parts; a number of them at a time."""
        try:
            self._kiosk.intake.needed()
        except NotReadyError:
            return  # They are stored, and will be filed when the centre's keys and tables have come.
        done = 0
        for message in sms.in_state(filing.connection, *sms.OPEN):
            if done >= AT_ONCE:
                return  # The others have their turn at the next call.
            try:
                with filing.part():
                    done += self._look_at(filing, message)
            except (DiskError, sqlite3.Error):
                raise
            except Exception as error:  # noqa: BLE001  As above.
                log.error("an SMS could not be filed: %s", type(error).__name__)  # noqa: TRY400
                self._put_message_aside(filing, message, f"galat program: {type(error).__name__}")
                done += 1

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _sort(
        self, filing: Filing, sim: Sim, key: bytes, what: Arrived | StatusReport | PutAside, pdu: bytes
    ) -> int | None:
        if isinstance(what, PutAside):
            self._put_aside(filing, key, pdu, what.reason)
            return None
        if isinstance(what, StatusReport):
            sms.add_part(filing.connection, key, at=self._kiosk.clock.now_ms(), box=None)
            self._outcomes.report(filing, what)
            return None
        self._add_part(filing, sim, key, what, pdu)
        return what.sent_ms

    def _add_part(self, filing: Filing, sim: Sim, key: bytes, what: Arrived, pdu: bytes) -> None:
        connection, at = filing.connection, self._kiosk.clock.now_ms()
        sent_at = what.sent_ms if what.sent_ms is not None else at
        total, part, thread = 1, 1, None
        message = None
        if what.concat is not None:
            total, part = what.concat.total, what.concat.part
            thread = self._boxes.mark("thread", sim.imsi, what.phone, what.concat.bits, what.concat.ref, total)
            message = sms.find_message(connection, thread, part, sent_at, TOGETHER_MS)
        if message is None:
            message = sms.add_message(
                connection,
                whose=self._boxes.mark("who", what.phone),
                thread=thread,
                via=self._boxes.mark("sim", sim.imsi),
                total=total,
                sent_at=sent_at,
                at=at,
            )
        sms.add_part(connection, key, message=message.n, part=part, at=at, box=self._boxes.close(key, pdu))
        is_whole = len(sms.parts(connection, message.n)) == total
        state = "rest" if message.entry is not None else ("whole" if is_whole else "parts")
        sms.touch(connection, message.n, state, at)
        if state == "whole":
            self._ages.end(message.n)
        else:
            self._ages.begin(message.n)

    def _put_aside(self, filing: Filing, key: bytes, pdu: bytes, reason: str) -> None:
        at = self._kiosk.clock.now_ms()
        sms.quarantine(filing.connection, key, at=at, reason=reason, box=self._boxes.close(key, pdu))
        sms.add_part(filing.connection, key, at=at, box=None)

    def _put_message_aside(self, filing: Filing, message: sms.Message, reason: str) -> None:
        at = self._kiosk.clock.now_ms()
        for part in sms.parts(filing.connection, message.n):
            if part.box is not None:
                sms.quarantine(filing.connection, part.key, at=at, reason=reason, box=part.box)
        sms.finish(filing.connection, message.n)

    # -- messages ------------------------------------------------------------------------------------------------------

    def _look_at(self, filing: Filing, message: sms.Message) -> bool:
        """Do what is due for a message; whether anything was."""
        if message.state == "whole" or (message.state == "parts" and self._is_due(message)):
            self._filer.file(filing, self._read(filing, message))
            return True
        return message.state != "parts" and self._look_at_rest(filing, message)

    def _is_due(self, message: sms.Message) -> bool:
        """Whether its missing parts were waited for long enough; a wrong wall clock can only shorten an old wait."""
        return self._ages.is_over(message.n, message.changed_at, self._kiosk.settings.sms_incomplete_s, safe_s=0)

    def _look_at_rest(self, filing: Filing, message: sms.Message) -> bool:
        is_given_up = self._ages.is_over(message.n, message.changed_at, GIVE_UP_S)
        whole = self._read(filing, message) if message.state == "rest" else None
        if not is_given_up and (whole is None or whole.missing):
            return False
        if whole is not None:
            self._filer.amend(filing, whole)
        sms.finish(filing.connection, message.n)
        self._ages.end(message.n)
        return True

    def _read(self, filing: Filing, message: sms.Message) -> Whole:
        parts = sms.parts(filing.connection, message.n)
        read_: dict[int, Deliver] = {}
        for part in parts:
            if part.box is not None:
                pdu = decode_pdu(self._boxes.open(part.key, part.box))
                assert isinstance(pdu, Deliver)  # noqa: S101  Nothing else was kept as a part.
                read_[part.part] = pdu
        first = read_[min(read_)]
        return Whole(
            message=message,
            phone=phone_of(first),
            text=text_of(read_, message.total),
            keys=[part.key for part in parts],
            sent_at=first.timestamp.isoformat() if first.timestamp is not None else "",
            missing=message.total - len(read_),
        )
