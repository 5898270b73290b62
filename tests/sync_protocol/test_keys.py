"""Names of logs, keys that come in from outside, and enrolment codes."""

import hmac
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import base32, keys
from sync_protocol.errors import CodeError, ProtocolError, WeakKeyError

some_key = st.binary(min_size=32, max_size=32)


def test_a_device_names_its_log_and_the_servers_log_for_it() -> None:
    device, server = bytes(range(32)), bytes(range(32, 64))
    log = sha256(device).digest()[:16]
    assert keys.device_log(device) == log
    assert keys.server_log(server, log) == sha256(server + log).digest()[:16]


@given(some_key)
def test_every_real_key_is_taken(seed: bytes) -> None:
    sign = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert keys.sign_key(sign).public_bytes_raw() == sign
    seal = X25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert keys.seal_key(seal) == seal


@given(st.binary(max_size=40))
def test_any_bytes_are_a_key_or_raise_our_error(data: bytes) -> None:
    for load in (keys.sign_key, keys.seal_key):
        try:
            load(data)
        except WeakKeyError:
            continue
        assert len(data) == 32


@given(secret=st.binary(min_size=8, max_size=40), server=some_key)
def test_a_code_is_read_as_it_was_written(secret: bytes, server: bytes) -> None:
    code = keys.new_code(secret, server)
    text = keys.write_code(code)
    assert len(text) == 29
    assert text.count("-") == 4
    assert keys.read_code(text) == keys.read_code(text.lower().replace("-", " ")) == code
    assert code.matches(server)


def test_a_code_knows_its_server_by_60_bits_of_the_hash() -> None:
    code = keys.new_code(bytes(8), bytes(32))
    assert code.fingerprint == sha256(bytes(32)).digest()[:7] + bytes([sha256(bytes(32)).digest()[7] & 0xF0])
    assert not code.matches(b"\x01" + bytes(31))


def test_the_last_four_bits_of_the_secret_do_not_count() -> None:
    assert keys.new_code(b"\xff" * 8, bytes(32)).secret == b"\xff" * 7 + b"\xf0"


def test_the_mac_is_over_both_keys_under_the_secret() -> None:
    code = keys.new_code(bytes(range(8)), bytes(32))
    sign, seal = b"s" * 32, b"x" * 32
    assert code.mac(sign, seal) == hmac.digest(code.secret, sign + seal, sha256)
    assert code.mac(sign, seal) != code.mac(seal, sign)


def test_one_wrong_symbol_or_two_swapped_are_noticed_anywhere_in_a_code() -> None:
    symbols = base32.symbols(keys.write_code(keys.new_code(b"secret!!", bytes(32)))) or []
    assert len(symbols) == 25
    for at in range(25):
        for value in set(range(32)) - {symbols[at]}:
            with pytest.raises(CodeError):
                keys.read_code(base32.text([*symbols[:at], value, *symbols[at + 1 :]]))
        for other in range(at):
            swapped = list(symbols)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            if swapped != symbols:
                with pytest.raises(CodeError):
                    keys.read_code(base32.text(swapped))


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_raises_our_error(text: str) -> None:
    try:
        keys.read_code(text)
    except ProtocolError:
        pass
