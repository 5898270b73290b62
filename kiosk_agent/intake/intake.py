"""Filing: a form becomes one entry, committed before anyone is told that it is stored."""

import hmac
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from kiosk_agent.clock import Clock
from kiosk_agent.errors import DiskError, NotReadableError, NotReadyError, NotSavedError
from kiosk_agent.intake.centre import CentreData
from kiosk_agent.intake.checks import check
from kiosk_agent.intake.form import Filed, Form
from kiosk_agent.intake.master import Master
from kiosk_agent.intake.sealing import LONG_PIN, SHORT_PIN, pin_digits, write_body
from kiosk_agent.store import Filing, Store, facts, filed
from kiosk_agent.store.storage_key import StorageKey
from sync_protocol.bodies import Keys
from sync_protocol.entry import Entry, parse_entry
from sync_protocol.exchange import Held
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of, pin_of
from sync_protocol.receipt import write_receipt

_PROOF: Final = b"kasih pin digits "
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class Intake:
    """Takes reports in. Safe to call from any thread."""

    def __init__(self, store: Store, centre: CentreData, clock: Clock) -> None:
        self._store = store
        self._centre = centre
        self._clock = clock

    def file(self, form: Form) -> Filed:
        """File a report. When this returns, it is on the disk; the same `ref` gives the same number and PIN.

        Raises:
            IntakeError: it cannot be filed as it is.
            NotSavedError: it is not on the disk.
        """
        try:
            return self._repeat(form) or self._file(form)
        except NotSavedError:
            raise
        except DiskError as error:
            raise NotSavedError(f"Belum tersimpan. {error}") from error

    def ref_of(self, typed: str) -> bytes:
        """The reference that a script's own name for a report stands for.

        Others may know or guess that name, and the PIN follows from the reference: so it is mixed with a secret of
        this kiosk.
        """
        return hmac.digest(self._key.derive(b"ref"), typed.encode(), sha256)[:16]

    def needed(self) -> tuple[Keys, Master]:
        """What every report needs from the centre.

        Raises:
            NotReadyError: it has not arrived.
        """
        keys, master = self._centre.keys, self._centre.master
        if keys is None or master is None or self._centre.config is None:
            raise _not_ready()
        return keys, master

    def write(self, filing: Filing, form: Form) -> Filed:
        """File a report that was never filed before, together with whatever else this transaction brings.

        Raises:
            IntakeError: it cannot be filed as it is.
        """
        keys, master = self.needed()
        content = self._content(form)
        form = check(form, master)
        digits = pin_digits(form)
        pin = pin_of(form.ref, digits)
        body = write_body(form, pin, log=self._store.device.log, duty=bytes.fromhex(keys.duty), seal=self._store.seal)
        entry = filing.append(Kind.COMPLAINT, body, recipient=bytes.fromhex(keys.intake))
        filed.insert(filing.connection, _hash(form.ref), entry, _proof(form.ref, digits), content)
        return self._filed(entry.id, pin, entry, repeated=False)

    @property
    def _key(self) -> StorageKey:
        if self._store.storage_key is None:
            raise _not_ready()
        return self._store.storage_key

    def _content(self, form: Form) -> bytes:
        """Tells two forms of one reference apart, and nothing to who holds the data folder.

        With the storage key too, guesses at what was said can be checked only by who knows the reference.
        """
        return hmac.digest(self._key.derive(b"filed content"), _ENCODER.encode(form), sha256)

    def _file(self, form: Form) -> Filed:
        with self._store.filing() as filing:
            return self.write(filing, form)

    def _repeat(self, form: Form) -> Filed | None:
        """What this form became when it was filed before."""
        ref = form.ref
        with self._store.disk.reading() as connection:
            found = filed.find(connection, _hash(ref))
        if found is None:
            return None
        self._store.disk.make_certain()
        digits = next((n for n in (SHORT_PIN, LONG_PIN) if hmac.compare_digest(_proof(ref, n), found.proof)), None)
        held: Held | None = self._store.own_at(found.seq)
        if digits is None or held is None:
            raise NotReadableError("Catatan laporan ini di kios rusak.")
        entry = parse_entry(held.raw) if held.raw is not None else None
        differs = found.content is not None and not hmac.compare_digest(found.content, self._content(form))
        return replace(self._filed(found.id, pin_of(ref, digits), entry, repeated=True), differs=differs)

    def _filed(self, entry_id: bytes, pin: str, entry: Entry | None, *, repeated: bool) -> Filed:
        return Filed(
            number=number_of(entry_id),
            pin=pin,
            entry_id=entry_id,
            receipt=write_receipt(entry) if entry is not None else "",
            filed_at_ms=entry.time_ms + (self._store.number_fact(facts.OFFSET) or 0) if entry is not None else 0,
            repeated=repeated,
        )


def _hash(ref: bytes) -> bytes:
    """What is kept of a reference: from the reference itself the PIN would follow."""
    return sha256(ref).digest()


def _proof(ref: bytes, digits: int) -> bytes:
    """Says, to who knows the reference alone, how many digits the PIN has: a long one would give away a secret."""
    return hmac.digest(ref, _PROOF + str(digits).encode(), sha256)[:16]


def _not_ready() -> NotReadyError:
    return NotReadyError("Kios ini belum bisa menerima laporan: kunci dan data dari pusat belum diterima.")
