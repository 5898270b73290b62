"""The device's own key pairs. They are made here, lie encrypted under the storage key, and never leave the kiosk."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from kiosk_agent.store.storage_key import StorageKey
from sync_protocol.keys import KEY_SIZE, device_log

_PURPOSE = b"device keys 1"


class DeviceKeys(Struct, frozen=True):
    """What makes this kiosk itself."""

    sign: Ed25519PrivateKey
    seal: X25519PrivateKey

    @property
    def sign_public(self) -> bytes:
        """The key that others check this kiosk's entries with."""
        return self.sign.public_key().public_bytes_raw()

    @property
    def seal_public(self) -> bytes:
        """The key that the server seals to."""
        return self.seal.public_key().public_bytes_raw()

    @property
    def log(self) -> bytes:
        """The name of this kiosk's log."""
        return device_log(self.sign_public)


def new_device_keys() -> DeviceKeys:
    """Make both pairs."""
    return DeviceKeys(sign=Ed25519PrivateKey.generate(), seal=X25519PrivateKey.generate())


def lock(keys: DeviceKeys, storage_key: StorageKey) -> bytes:
    """Encrypt the private halves."""
    return storage_key.encrypt(_PURPOSE, keys.sign.private_bytes_raw() + keys.seal.private_bytes_raw())


def unlock(data: bytes, storage_key: StorageKey) -> DeviceKeys:
    """Decrypt the private halves.

    Raises:
        StorageKeyError: the storage key is another one, or the bytes were altered.
    """
    raw = storage_key.decrypt(_PURPOSE, data)
    return DeviceKeys(
        sign=Ed25519PrivateKey.from_private_bytes(raw[:KEY_SIZE]),
        seal=X25519PrivateKey.from_private_bytes(raw[KEY_SIZE:]),
    )
