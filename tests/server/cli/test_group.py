"""What commands print of what others wrote."""

import pytest

from server.cli.group import plain


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Air mati", "Air mati"),
        ("Rp\u00a050.000", "Rp 50.000"),
        ("10\u202f000 dan\u3000lagi", "10 000 dan lagi"),
        ("a\x1b[31m\r\n\t", "a\ufffd[31m\ufffd\ufffd\ufffd"),
        ("a\u202eb\u2028c\x9bd", "a\ufffdb\ufffdc\ufffdd"),
    ],
)
def test_what_could_steer_a_terminal_is_replaced_and_every_space_is_a_space(written: str, printed: str) -> None:
    assert plain(written) == printed
