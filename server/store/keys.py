"""The centre's own keys, in `centre.keys` beside the database: the one file that must never leave the machine.

The duty key's private half is not among them: it exists only sealed to sworn officers and to the recovery key.
"""

import hmac
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from server.errors import DamagedError, NotACentreError
from server.reasons import why
from server.store.data_folder import KEYS, check_whole
from sync_protocol.seal import key_tag

FILE_NAME: Final = KEYS
_NONCE_SIZE = 12
_PIN_PURPOSE: Final = b"kasih note pin v1"
_HEAD_PURPOSE: Final = b"kasih event head v1\n"
_PROOF_SIZE: Final = 16


class CentreKeys:
    """The centre's keys, at work: it signs, it opens what devices sealed, it encrypts fields of cases."""

    def __init__(
        self, *, sign: bytes, intake: list[bytes], duty_public: bytes, field: bytes, chain: bytes | None
    ) -> None:
        self.sign = Ed25519PrivateKey.from_private_bytes(sign)
        self.sign_public = self.sign.public_key().public_bytes_raw()
        self.intake = X25519PrivateKey.from_private_bytes(intake[0])
        """The key that devices seal to today."""
        self.intake_public = self.intake.public_key().public_bytes_raw()
        self.duty_public = duty_public
        self.openers = {_tag(key): key for key in map(X25519PrivateKey.from_private_bytes, intake)}
        """Today's intake key and earlier ones, by their `key_tag`."""
        self._field = ChaCha20Poly1305(field)
        self._names = hmac.digest(field, b"kasih pseudonym v1\n", sha256)
        self._pins = hmac.digest(field, _PIN_PURPOSE, "sha256")
        self._chain = chain
        self._stored = {
            "sign": sign.hex(),
            "intake": [key.hex() for key in intake],
            "duty_public": duty_public.hex(),
            "field": field.hex(),
        } | ({"chain": chain.hex()} if chain else {})

    def encrypt_field(self, case_id: bytes, data: bytes) -> bytes:
        """Encrypt what names a resident, bound to its case."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + self._field.encrypt(nonce, data, case_id)

    def decrypt_field(self, case_id: bytes, data: bytes) -> bytes:
        """Decrypt what `encrypt_field` made for the same case.

        Raises:
            DamagedError: altered, or of another case.
        """
        try:
            return self._field.decrypt(data[:_NONCE_SIZE], data[_NONCE_SIZE:], case_id)
        except (InvalidTag, ValueError):
            raise DamagedError(f"isi tersimpan {case_id.hex()} rusak; kasih-server verify menyebut semuanya") from None

    def pseudonym(self, kind: bytes, data: bytes) -> bytes:
        """A name for something that must not stand in the database, such as a phone: always the same, and no way back.

        Args:
            kind: what it is a name of, so that equal bytes of two kinds have two names.
        """
        return hmac.digest(self._names, kind + b"\n" + data, sha256)

    def pin_proof(self, number: str, pin: str) -> bytes:
        """What tells notes with a case's PIN from others without opening them; worth nothing without these keys."""
        return hmac.digest(self._pins, f"{number} {pin}".encode(), "sha256")[:_PROOF_SIZE]

    def seal_head(self, head: str) -> str | None:
        """What proves that this centre wrote the chain of events up to here; None with the keys of an earlier version.

        Args:
            head: the hash of the newest event in hex; empty where there is none.
        """
        return None if self._chain is None else hmac.digest(self._chain, _HEAD_PURPOSE + head.encode(), "sha256").hex()

    def with_chain(self) -> "CentreKeys":
        """These keys, and the one for the chain of events, which those of an earlier version lack."""
        stored = self._stored | {"chain": os.urandom(32).hex()}
        return _read(stored)

    def write(self, folder: Path) -> None:
        """Write the file, durably, readable by its owner alone; an earlier one stays whole until then."""
        temporary = folder / (FILE_NAME + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(self._stored, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE_NAME)
        sync_folder(folder)


def new_keys(duty_public: bytes) -> CentreKeys:
    """Make the keys of a new centre."""
    return CentreKeys(
        sign=os.urandom(32),
        intake=[os.urandom(32)],
        duty_public=duty_public,
        field=os.urandom(32),
        chain=os.urandom(32),
    )


def load_keys(folder: Path) -> CentreKeys:
    """Read the keys of a data folder.

    Raises:
        NotACentreError: there are none, or they cannot be read, or what they belong to is gone.
    """
    try:
        check_whole(folder)
        return _read(json.loads((folder / FILE_NAME).read_text("ascii")))
    except OSError as error:
        raise NotACentreError(f"kunci pusat di {folder} tidak dapat dibaca: {why(error)}") from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise NotACentreError(
            f"kunci pusat rusak: isi {folder / FILE_NAME} bukan kunci yang utuh. Kembalikan berkas itu dari salinan,"
            f" atau pulihkan cadangan: kasih-server restore BERKAS --data {folder} --force"
        ) from None


def _read(stored: dict[str, Any]) -> CentreKeys:
    return CentreKeys(
        sign=bytes.fromhex(stored["sign"]),
        intake=[bytes.fromhex(key) for key in stored["intake"]],
        duty_public=bytes.fromhex(stored["duty_public"]),
        field=bytes.fromhex(stored["field"]),
        chain=bytes.fromhex(stored["chain"]) if "chain" in stored else None,
    )


def sync_folder(folder: Path) -> None:
    """Make a rename or a removal in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tag(key: X25519PrivateKey) -> bytes:
    return key_tag(key.public_key().public_bytes_raw())
