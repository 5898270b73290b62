"""Ed25519 and X25519 as the library gives them, against the vectors of RFC 8032 and RFC 7748.

The package cryptography_vectors (50.0) carries both, but no Wycheproof files, and no other package of ours does. Of what
Wycheproof's Ed25519 suite looks for, the classes that matter here are made below and in tests/vectors: signatures with
S + L, with S of zero or of all ones, of wrong length, with R of small order or not canonical, and keys of small order.
"""

import json
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


D = -121665 * pow(121666, -1, P) % P
NEUTRAL = (0, 1)


def added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points (RFC 8032, section 5.1.4, in affine coordinates)."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def point(key: bytes) -> tuple[int, int]:
    """The point that a key encodes (RFC 8032, section 5.1.3)."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    return (-x % P if x & 1 != key[31] >> 7 else x), y


def order(key: bytes) -> int | None:
    """The order of a key's point, where it is one of the eight of small order."""
    here, orders = point(key), {}
    for times in (1, 2, 4, 8):
        orders[times] = here
        here = added(here, here)
    return next((times for times, at in orders.items() if at == NEUTRAL), None)


def small_order_vectors() -> dict[str, bytes]:
    suite = json.loads((Path(__file__).parent.parent / "vectors" / "sign_keys.json").read_text())
    return {one["name"]: bytes.fromhex(one["input"]) for one in suite["vectors"] if "small order" in one["name"]}


def test_the_vectors_hold_every_key_of_small_order() -> None:
    """By the curve's own arithmetic, so that a slip in a constant shows: eight points, two with a second encoding."""
    listed = small_order_vectors()
    orders = [order(key) for key in listed.values()]
    assert sorted(order or 0 for order in orders) == [1, 1, 2, 2, 4, 4, 8, 8, 8, 8]
    assert len({point(key) for key in listed.values()}) == 8


@pytest.mark.parametrize("key", [pytest.param(key, id=name) for name, key in small_order_vectors().items()])
def test_a_key_of_small_order_is_refused(key: bytes) -> None:
    with pytest.raises(WeakKeyError):
        keys.sign_key(key)


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
