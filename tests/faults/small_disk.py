"""A disk that is full, or nearly: a tmpfs of its own, with a file that takes what is to be missing."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAGE = 4_096
_FILLER = "filler"


class SmallDisk:
    """A mounted disk of a given size."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self._mount("-t", "tmpfs", "-o", f"size={size},mode=700", "kasih-test")

    def _mount(self, *words: str) -> None:
        done = subprocess.run(["mount", *words, str(self.folder)], capture_output=True, text=True)
        if done.returncode:
            raise PermissionError(done.stderr.strip())

    def fill(self, pages_left: int = 0) -> None:
        """Leave room for so many pages."""
        with (self.folder / _FILLER).open("ab", buffering=0) as filler:
            with suppress(OSError):
                while filler.write(bytes(PAGE)) == PAGE:
                    pass
            filler.truncate(max(0, filler.tell() - pages_left * PAGE))

    def free(self) -> None:
        """Somebody has made room."""
        (self.folder / _FILLER).unlink(missing_ok=True)

    def read_only(self, *, is_so: bool = True) -> None:
        """Let nobody write, or everybody again; only while no file is open for writing."""
        self._mount("-o", f"remount,{'ro' if is_so else 'rw'}")

    def unmount(self) -> None:
        # Lazily: a process that still holds a file there must not keep a test from ending.
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


@contextmanager
def small_disk(size: int) -> Iterator[SmallDisk]:
    """Mount a disk, and take it away again.

    Raises:
        PermissionError: nobody may mount one here.
    """
    folder = Path(tempfile.mkdtemp(prefix="kasih-disk-"))
    try:
        disk = SmallDisk(folder, size)
        try:
            yield disk
        finally:
            disk.unmount()
    finally:
        folder.rmdir()


def mount_refusal() -> str | None:
    """Why no disk can be mounted here, or None where one can."""
    if shutil.which("mount") is None:
        return "mount is not installed"
    try:
        with small_disk(PAGE):
            return None
    except (PermissionError, subprocess.CalledProcessError) as error:
        return f"no disk can be mounted: {error}"
