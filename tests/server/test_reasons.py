"""What the machine refuses is told in Indonesian, or by a name that a technician can look up."""

import errno
import os

import pytest

from server.reasons import why


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EIO, errno.EADDRINUSE])
def test_a_usual_reason_is_told_without_the_words_of_the_system(number: int) -> None:
    said = why(OSError(number, os.strerror(number)))
    assert os.strerror(number) not in said
    assert "galat" not in said


def test_an_unusual_reason_is_told_by_its_name() -> None:
    assert why(OSError(errno.ETIMEDOUT, "Connection timed out")) == "galat sistem ETIMEDOUT"
    assert why(OSError(99_999, "?")) == "galat sistem 99999"
    assert why(OSError("?")) == "OSError"
