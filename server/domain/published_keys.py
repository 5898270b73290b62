"""The public keys that a centre publishes, and what anybody can prove with them, offline: that a receipt is genuine."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from msgspec import Struct

from server.errors import ReceiptRefusedError
from sync_protocol.errors import ProtocolError
from sync_protocol.keys import device_log, sign_key
from sync_protocol.kinds import Kind
from sync_protocol.receipt import Receipt, read_receipt

FORMAT: Final = "kasih-keys-1"


class CentreKeySet(Struct, frozen=True):
    """The centre's public keys in hex: what signs its log, and what complaints and secrets are sealed to."""

    sign: str
    intake: str
    duty: str


class DeviceKey(Struct, frozen=True):
    """A device's public key in hex, and where it stands."""

    log: str
    sign: str
    name: str
    unit: str
    unit_name: str
    state: str


class PublishedKeys(Struct, frozen=True):
    """The file that is published."""

    format: str
    city: str
    made_at: str
    centre: CentreKeySet
    devices: list[DeviceKey]


class Proven(Struct, frozen=True):
    """What a receipt proves."""

    receipt: Receipt
    device: DeviceKey


def check_receipt(keys: PublishedKeys, text: str) -> Proven:
    """Check a receipt's text: a device of this centre signed this complaint, and nothing in it was altered since.

    Raises:
        ReceiptRefusedError: it proves nothing; the message says why.
    """
    try:
        receipt = read_receipt(text)
    except ProtocolError:
        raise ReceiptRefusedError(
            "bukan kartu bukti yang utuh: pakai seluruh isi QR-nya, dari KASIH1R sampai akhir"
        ) from None
    if receipt.kind != Kind.COMPLAINT:
        raise ReceiptRefusedError("kartu bukti ini bukan untuk sebuah pengaduan")
    device = next((device for device in keys.devices if device.log == receipt.log.hex()), None)
    if device is None:
        raise ReceiptRefusedError("tidak ada kios dengan kunci ini dalam daftar kunci")
    try:
        sign = bytes.fromhex(device.sign)
        if device_log(sign) != receipt.log:
            raise ReceiptRefusedError("daftar kunci rusak: kunci kios ini bukan kunci catatannya")
        sign_key(sign).verify(receipt.signature, receipt.message)
    except (InvalidSignature, ProtocolError, ValueError):
        raise ReceiptRefusedError("tanda tangannya tidak cocok: isi kartu bukti diubah") from None
    return Proven(receipt, device)
