"""Ed25519 and X25519 as the library gives them, against the vectors of RFC 8032 and RFC 7748.

The package cryptography_vectors (50.0) carries both, but no Wycheproof files, and no other package of ours does. Of what
Wycheproof's Ed25519 suite looks for, the classes that matter here are made below and in tests/vectors: signatures with
S + L, with S of zero or of all ones, of wrong length, with R of small order or not canonical, and keys of small order.
"""

from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from sync_protocol import keys
from sync_protocol.errors import WeakKeyError
from tests.sync_protocol import samples

FOLDER = Path(cryptography_vectors.__file__).parent / "asymmetric"
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493


def rfc_8032() -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Private key, public key, message, signature."""
    for line in (FOLDER / "Ed25519" / "sign.input").read_text().splitlines():
        private, public, message, signed, _ = (bytes.fromhex(field) for field in line.split(":"))
        yield private[:32], public, message, signed[:64]


def test_every_signature_of_the_rfc_is_made_and_verified() -> None:
    count = 0
    for private, public, message, signature in rfc_8032():
        key = Ed25519PrivateKey.from_private_bytes(private)
        assert key.public_key().public_bytes_raw() == public
        assert key.sign(message) == signature
        keys.sign_key(public).verify(signature, message)
        count += 1
    assert count == 1024


def test_no_signature_of_the_rfc_holds_for_another_message() -> None:
    for _, public, message, signature in list(rfc_8032())[::16]:
        with pytest.raises(InvalidSignature):
            keys.sign_key(public).verify(signature, message + b"\0")


def bad_signatures() -> Iterator[tuple[str, bytes]]:
    good = samples.DEVICE.sign(b"message")
    r, s = good[:32], int.from_bytes(good[32:], "little")
    for times in (1, 2, 8):
        yield f"S + {times} L", r + (s + times * ORDER).to_bytes(32, "little")
    for name, value in {
        "0": 0,
        "1": 1,
        "L": ORDER,
        "L - 1": ORDER - 1,
        "2^255": 2**255,
        "all ones": 2**256 - 1,
    }.items():
        yield f"S = {name}", r + value.to_bytes(32, "little")
    for name, value in {"0": 0, "1": 1, "p - 1": P - 1, "p": P, "p + 1": P + 1, "all ones": 2**256 - 1}.items():
        yield f"R = {name}", value.to_bytes(32, "little") + good[32:]
    yield "R and S exchanged", good[32:] + r
    yield "zeros", bytes(64)
    for length in (0, 1, 32, 63):
        yield f"{length} bytes", good[:length]
    yield "65 bytes", good + b"\0"
    yield "twice", good + good


@pytest.mark.parametrize("signature", [pytest.param(data, id=name) for name, data in bad_signatures()])
def test_a_signature_that_another_could_have_made_is_refused(signature: bytes) -> None:
    key = keys.sign_key(samples.DEVICE.public_key().public_bytes_raw())
    key.verify(samples.DEVICE.sign(b"message"), b"message")
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"message")


def test_a_key_of_small_order_would_prove_anything_and_is_refused() -> None:
    """Under y = 1 the signature R = 1, S = 0 fits every message: so such a key must never come in."""
    neutral = (1).to_bytes(32, "little")
    with pytest.raises(WeakKeyError):
        keys.sign_key(neutral)


def rfc_7748() -> Iterator[dict[str, bytes]]:
    one: dict[str, bytes] = {}
    for line in [*(FOLDER / "X25519" / "rfc7748.txt").read_text().splitlines(), "COUNT = end"]:
        name, equals, value = line.partition(" = ")
        if name == "COUNT":
            if one:
                yield one
            one = {}
        elif equals:
            one[name] = bytes.fromhex(value)


def test_x25519_computes_what_the_rfc_computes() -> None:
    listed = list(rfc_7748())
    assert len(listed) >= 3
    for one in listed:
        private = X25519PrivateKey.from_private_bytes(one["INPUT_SCALAR"])
        assert private.exchange(X25519PublicKey.from_public_bytes(one["INPUT_U"])) == one["OUTPUT_U"]
