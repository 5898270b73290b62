"""Seals: RFC 9180's own vectors, an HPKE written out by hand, and the library open each other's work."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.errors import UnsealError, WeakKeyError, WrongRecipientError
from sync_protocol.seal import (
    NOT_SEALED,
    OVERHEAD,
    duty_info,
    hpke_open,
    hpke_seal,
    key_tag,
    open_body,
    recipient_tag,
    seal_info,
)
from tests import hpke_reference
from tests.sync_protocol import samples


def rfc_vector() -> dict[str, Any]:
    """Mode base, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305 (RFC 9180, A.2.1)."""
    path = Path(cryptography_vectors.__file__).parent / "HPKE" / "test-vectors.json"
    (found,) = (
        vector
        for vector in json.loads(path.read_text())
        if [int(vector[name]) for name in ("mode", "kem_id", "kdf_id", "aead_id")] == [0, 0x20, 1, 3]
    )
    chosen: dict[str, Any] = found
    return chosen


RFC = rfc_vector()


def of_rfc(name: str) -> bytes:
    return bytes.fromhex(RFC[name])


def test_the_reference_derives_what_the_rfc_derives() -> None:
    enc, context = hpke_reference.sender(of_rfc("skEm"), of_rfc("pkRm"), of_rfc("info"))
    assert enc == of_rfc("enc")
    assert (context.key, context.base_nonce) == (of_rfc("key"), of_rfc("base_nonce"))
    assert hpke_reference.receiver(of_rfc("skRm"), enc, of_rfc("info")) == context


def test_the_reference_seals_and_opens_every_message_of_the_rfc() -> None:
    _, context = hpke_reference.sender(of_rfc("skEm"), of_rfc("pkRm"), of_rfc("info"))
    assert len(RFC["encryptions"]) > 250
    for seq, message in enumerate(RFC["encryptions"]):
        plain, aad, sealed = (bytes.fromhex(message[name]) for name in ("pt", "aad", "ct"))
        assert context.seal(plain, aad, seq) == sealed
        assert context.open(sealed, aad, seq) == plain


@given(plaintext=st.binary(max_size=300), info=st.binary(max_size=100), ephemeral=st.binary(min_size=32, max_size=32))
def test_library_and_reference_open_each_other(plaintext: bytes, info: bytes, ephemeral: bytes) -> None:
    by_hand = hpke_reference.seal_with(ephemeral, samples.INTAKE_KEY, info, plaintext)
    assert hpke_open(samples.INTAKE, info, by_hand) == plaintext
    by_library = hpke_seal(samples.INTAKE_KEY, info, plaintext)
    assert hpke_reference.open_with(samples.INTAKE.private_bytes_raw(), info, by_library) == plaintext
    assert len(by_hand) == len(by_library) == len(plaintext) + OVERHEAD


def test_each_seal_draws_its_own_ephemeral_key() -> None:
    assert len({hpke_seal(samples.INTAKE_KEY, b"", b"x")[:32] for _ in range(50)}) == 50


def test_every_bit_of_a_seal_counts() -> None:
    sealed = hpke_seal(samples.INTAKE_KEY, b"info", b"sealed words")
    opened_all_the_same = set()
    for bit in range(8 * len(sealed)):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        try:
            hpke_open(samples.INTAKE, b"info", bytes(altered))
        except UnsealError:
            continue
        opened_all_the_same.add(bit)
    assert not opened_all_the_same


@given(st.binary(max_size=200))
def test_any_bytes_do_not_open(data: bytes) -> None:
    with pytest.raises(UnsealError):
        hpke_open(samples.INTAKE, b"", data)


def test_a_seal_opens_with_its_key_and_its_info_alone() -> None:
    sealed = hpke_seal(samples.INTAKE_KEY, b"info", b"words")
    for private, info in ((samples.KIOSK, b"info"), (samples.INTAKE, b"inf"), (samples.INTAKE, b"")):
        with pytest.raises(UnsealError):
            hpke_open(private, info, sealed)


def test_a_body_opens_with_the_key_that_its_header_names() -> None:
    header = samples.entry(recipient=samples.INTAKE_KEY).header
    tag = key_tag(samples.INTAKE_KEY)
    sealed = hpke_seal(samples.INTAKE_KEY, seal_info(header), b"words")
    assert open_body(tag, header, sealed, samples.OPEN_KEYS) == b"words"
    assert open_body(NOT_SEALED, header, b"plain", {}) == b"plain"
    with pytest.raises(WrongRecipientError):
        open_body(tag, header, sealed, {key_tag(samples.KIOSK_KEY): samples.KIOSK})
    with pytest.raises(UnsealError):
        open_body(tag, bytes(64), sealed, samples.OPEN_KEYS)


def test_the_parts_of_a_secret_report_cannot_be_exchanged() -> None:
    sealed = hpke_seal(samples.INTAKE_KEY, duty_info(samples.DEVICE_LOG, "text"), b"words")
    assert hpke_open(samples.INTAKE, duty_info(samples.DEVICE_LOG, "text"), sealed) == b"words"
    for info in (duty_info(samples.DEVICE_LOG, "person"), duty_info(bytes(16), "text")):
        with pytest.raises(UnsealError):
            hpke_open(samples.INTAKE, info, sealed)


def test_the_tag_is_the_beginning_of_the_hash_of_the_key() -> None:
    key = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    assert key_tag(key) == sha256(key).digest()[:4]


def test_a_tag_of_zeros_names_nobody() -> None:
    for tag in (b"\0\0\0\x01", b"\x01\0\0\0", b"\xff" * 4):
        assert recipient_tag(tag) == tag
    with pytest.raises(WeakKeyError, match="zero"):
        recipient_tag(bytes(4))


def test_nothing_is_sealed_to_a_key_whose_tag_says_that_it_is_not_sealed() -> None:
    assert key_tag(samples.ZERO_TAG_KEY) == NOT_SEALED
    with pytest.raises(WeakKeyError):
        samples.entry(recipient=samples.ZERO_TAG_KEY)
