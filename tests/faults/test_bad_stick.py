"""A stick that keeps other bytes than it was given: both programs read back from it, and not from memory."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk_agent.errors import StickError
from kiosk_agent.sync import usb
from server import bundle_file
from server.errors import FileError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets go of what it holds of a file")


@pytest.mark.parametrize(("write", "refusal"), [(usb.write_file, StickError), (bundle_file.write_file, FileError)])
def test_what_does_not_read_back_takes_nobody_s_place(
    write: Callable[[Path, bytes], None], refusal: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.kasih"
    target.write_bytes(b"old")
    asked: list[int] = []

    def let_go(descriptor: int, offset: int, length: int, advice: int) -> None:
        """What was written stands in memory until here; from here on it is read from the bad stick."""
        asked.append(advice)
        Path(f"/proc/self/fd/{descriptor}").resolve().write_bytes(b"nEw")

    monkeypatch.setattr(os, "posix_fadvise", let_go)
    with pytest.raises(refusal, match="tidak terbaca kembali dengan benar"):
        write(target, b"new")
    assert asked == [os.POSIX_FADV_DONTNEED]
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
