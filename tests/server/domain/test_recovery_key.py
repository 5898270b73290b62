"""The recovery key survives paper and typing."""

import pytest

from server.domain.recovery_key import read_recovery_key, write_recovery_key
from server.errors import RecoveryKeyError


@pytest.mark.parametrize(
    "key", [bytes(31) + b"\x80", b"\xff" * 32, bytes(range(32)), bytes.fromhex("8c4df67daef5" + "a7" * 26)]
)
def test_what_is_printed_can_be_typed_again(key):
    printed = write_recovery_key(key)
    assert read_recovery_key(printed) == key
    assert read_recovery_key(printed.lower().replace("-", " ").replace("\n", "")) == key


def test_a_wrong_letter_is_noticed():
    printed = write_recovery_key(bytes(range(32)))
    for at, letter in enumerate(printed):
        if letter.isalnum():
            other = "Z" if letter != "Z" else "Y"
            line = 1 + printed[:at].count("\n")
            with pytest.raises(RecoveryKeyError, match=f"baris {line}"):
                read_recovery_key(printed[:at] + other + printed[at + 1 :])


@pytest.mark.parametrize("cut", ["", "ABC", write_recovery_key(bytes(32))[:-1], write_recovery_key(bytes(32)) + "0"])
def test_what_has_another_length_is_said_to(cut):
    with pytest.raises(RecoveryKeyError, match="54 huruf"):
        read_recovery_key(cut)


def test_a_line_that_was_typed_twice_is_told():
    first, second = write_recovery_key(bytes(range(32))).split("\n")
    for line in (first, second):
        with pytest.raises(RecoveryKeyError, match="diketik dua kali"):
            read_recovery_key(line + line)
