"""The key that lies outside the data folder: who copies the folder alone can read nothing that it protects.

Where it lies: `KASIH_KEY_DIR`, where that is set; else a credential that systemd hands to the service
(`LoadCredential=kasih-storage-key:...`); else a folder of the user who runs the agent. On Windows the file is also
encrypted by the system for that user (DPAPI).
"""

import os
import secrets
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kiosk_agent.errors import StorageKeyError
from kiosk_agent.reasons import why

KEY_SIZE: Final = 32
_CREDENTIAL: Final = "kasih-storage-key"
_NONCE_SIZE: Final = 12


class StorageKey:
    """Encrypts what the kiosk itself must read back."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = ChaCha20Poly1305(key)

    def encrypt(self, purpose: bytes, data: bytes) -> bytes:
        """Encrypt bytes for one purpose, which `decrypt` must name again."""
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, data, purpose)

    def decrypt(self, purpose: bytes, data: bytes) -> bytes:
        """Give the bytes back.

        Raises:
            StorageKeyError: another key or purpose, or altered.
        """
        try:
            return self._cipher.decrypt(data[:_NONCE_SIZE], data[_NONCE_SIZE:], purpose)
        except (InvalidTag, ValueError):
            raise StorageKeyError("Kunci penyimpanan tidak cocok dengan folder data ini.") from None

    def derive(self, purpose: bytes) -> bytes:
        """Another secret of 32 bytes, which tells nothing of the key."""
        return sha256(b"kasih storage key\n" + purpose + b"\n" + self._key).digest()


def new_key() -> tuple[str, StorageKey]:
    """Make a key, or take the one that systemd hands over; returns its name and itself, and puts its file down.

    Raises:
        StorageKeyError: the file cannot be written.
    """
    name = secrets.token_hex(16)
    given = _credential()
    if given is not None and not os.environ.get("KASIH_KEY_DIR"):
        return name, _from_credential(given, name)
    key = secrets.token_bytes(KEY_SIZE)
    try:
        _write(_folder() / f"{name}.key", _protect(key))
    except OSError as error:
        raise StorageKeyError(f"Kunci penyimpanan tidak bisa ditulis di {_folder()}: {why(error)}.") from error
    return name, StorageKey(key)


def load_key(name: str) -> StorageKey:
    """Find the key with this name.

    Raises:
        StorageKeyError: it is not there, or not whole.
    """
    path = _folder() / f"{name}.key"
    given = _credential()
    try:
        if not path.exists() and given is not None:
            return _from_credential(given, name)
        key = _unprotect(path.read_bytes())
    except OSError:
        raise StorageKeyError(
            f"Kunci penyimpanan {path} tidak ditemukan atau tidak terbaca. Tanpa kunci itu folder data ini tidak bisa "
            "dipakai: pulihkan berkas itu, atau daftarkan kios ini lagi dengan folder data baru."
        ) from None
    if len(key) != KEY_SIZE:
        raise StorageKeyError(f"Kunci penyimpanan {path} rusak.")
    return StorageKey(key)


def _folder() -> Path:
    given = os.environ.get("KASIH_KEY_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Kasih" / "keys"
    else:  # noqa: RET505  So that the types hold for each system.
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kasih" / "keys"


def _credential() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / _CREDENTIAL if folder else None
    return path if path is not None and path.exists() else None


def _from_credential(path: Path, name: str) -> StorageKey:
    """One credential can serve several data folders, each with a key of its own.

    Raises:
        StorageKeyError: it cannot be read, or could be guessed.
    """
    try:
        secret = path.read_bytes()
    except OSError as error:
        raise StorageKeyError(f"Kredensial systemd {_CREDENTIAL} tidak terbaca: {why(error)}.") from error
    if len(secret) < KEY_SIZE:
        raise StorageKeyError(
            f"Kredensial systemd {_CREDENTIAL} berisi {len(secret)} byte, padahal harus paling sedikit {KEY_SIZE} byte "
            f"acak. Buat dengan: head -c {KEY_SIZE} /dev/urandom | systemd-creds encrypt --name={_CREDENTIAL} - BERKAS"
        )
    return StorageKey(sha256(b"kasih credential\n" + name.encode() + b"\n" + secret).digest())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if sys.platform != "win32":  # There a folder cannot be opened, and needs no sync.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Blob(ctypes.Structure):
        _fields_ = (("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char)))

    def _crypt(function: str, data: bytes) -> bytes:
        """Call CryptProtectData or its reverse: for this user on this PC alone."""
        given = _Blob(
            len(data), ctypes.cast(ctypes.create_string_buffer(data, len(data)), ctypes.POINTER(ctypes.c_char))
        )
        made = _Blob()
        call = getattr(ctypes.windll.crypt32, function)
        if not call(ctypes.byref(given), None, None, None, None, 0x1, ctypes.byref(made)):  # never ask with a window
            raise OSError(function)
        try:
            return ctypes.string_at(made.data, made.size)
        finally:
            ctypes.windll.kernel32.LocalFree(made.data)

    def _protect(key: bytes) -> bytes:
        return _crypt("CryptProtectData", key)

    def _unprotect(data: bytes) -> bytes:
        return _crypt("CryptUnprotectData", data)

else:

    def _protect(key: bytes) -> bytes:
        return key

    def _unprotect(data: bytes) -> bytes:
        return data
