"""What must be read back later lies in boxes, what must only be recognised is a mark. Both need the storage key."""

import hmac
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from kiosk_agent.errors import RottenBoxError, StorageKeyError
from kiosk_agent.store.storage_key import StorageKey

REF_SIZE: Final = 16
"""Of a report's reference, from which its PIN follows."""
MARK_SIZE: Final = 16


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
            RottenBoxError: it has rotted.
        """
        try:
            return self._key.decrypt(b"sms " + owner, box)
        except StorageKeyError as error:
            raise RottenBoxError("Catatan SMS di kios rusak.") from error

    def close_letter(self, owner: bytes, letter: Letter) -> bytes:
        """Encrypt a text that is to go out."""
        return self.close(owner, msgspec.json.encode(letter))

    def open_letter(self, owner: bytes, box: bytes) -> Letter:
        """Decrypt it again.

        Raises:
            RottenBoxError: it has rotted.
        """
        return msgspec.json.decode(self.open(owner, box), type=Letter)

    def mark(self, kind: str, *values: object) -> bytes:
        """The same for the same values, and telling nothing of them: a sender, a text, a SIM."""
        said = f"{kind}\n" + "\n".join(map(str, values))
        return hmac.digest(self._secret, said.encode(), sha256)[:MARK_SIZE]
