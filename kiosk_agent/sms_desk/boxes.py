"""What must be read back later lies in boxes, what must only be recognised is a mark. Both need the storage key."""

import hmac
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from kiosk_agent.errors import NotReadableError, StorageKeyError
from kiosk_agent.store.storage_key import StorageKey

REF_SIZE: Final = 16


class Letter(Struct, frozen=True):
    """A text that is to go out."""

    to: str
    text: str

    def __repr__(self) -> str:
        """Say nothing, wherever this is printed."""
        return "Letter(...)"


class Boxes:
    """Closes and opens boxes, and makes marks. A box opens only under the key of the record that it belongs to."""

    def __init__(self, key: StorageKey) -> None:
        self._key = key
        self._secret = key.derive(b"sms marks")

    def close(self, owner: bytes, data: bytes) -> bytes:
        """Encrypt what the record with this key holds."""
        return self._key.encrypt(b"sms " + owner, data)

    def open(self, owner: bytes, box: bytes) -> bytes:
        """Decrypt it again.

        Raises:
            NotReadableError: it has rotted.
        """
        try:
            return self._key.decrypt(b"sms " + owner, box)
        except StorageKeyError as error:
            raise NotReadableError("Catatan SMS di kios rusak.") from error

    def close_letter(self, owner: bytes, letter: Letter) -> bytes:
        """Encrypt a text that is to go out."""
        return self.close(owner, msgspec.json.encode(letter))

    def open_letter(self, owner: bytes, box: bytes) -> Letter:
        """Decrypt it again.

        Raises:
            NotReadableError: it has rotted.
        """
        return msgspec.json.decode(self.open(owner, box), type=Letter)

    def mark(self, kind: str, *values: object) -> bytes:
        """The same for the same values, and telling nothing of them: a sender, a text, a SIM."""
        return self._hmac(f"{kind}\n" + "\n".join(map(str, values)))

    def ref(self, key: bytes) -> bytes:
        """The reference of the report that a part began, from which its PIN follows; it can be made again."""
        return self._hmac("ref\n" + key.hex())

    def _hmac(self, said: str) -> bytes:
        return hmac.digest(self._secret, said.encode(), sha256)[:REF_SIZE]
