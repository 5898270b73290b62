"""Plays the calls of a traced process again on a `Disk`, and remembers what the process had acknowledged by then."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from tests.faults.disk import MEMORY, Disk, File
from tests.faults.syscalls import Call, TraceError

STDOUT = 1


class Descriptor(Struct, eq=False):
    """An open file of the watched folder; a folder itself has no file."""

    name: str
    file: File | None
    append: bool
    position: int = 0


class Replay:
    """One process, one watched folder."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self.disk = disk
        self.last = ""
        """The call after which the replay stands."""
        self.said: list[tuple[int, bytes]] = []
        """What the process wrote to its standard output, each with the moment at which that write began."""
        self._root = str(root)
        self._open: dict[int, Descriptor] = {}

    def run(self, calls: Iterable[Call]) -> Iterator[int]:
        """Play the calls, and stop after each one that a power cut can tell from the one before."""
        for moment, call in enumerate(calls, start=1):
            self.disk.now = moment
            handler = _HANDLERS.get(call.name)
            if handler is None:
                raise TraceError(f"{call.name} was traced but cannot be replayed")
            if handler(self, call):
                self.last = call.name
                yield moment

    def lines(self) -> list[bytes]:
        """The whole lines that the process had begun to say by now."""
        text = b"".join(words for began, words in self.said if began <= self.disk.now)
        return text.split(b"\n")[:-1]

    # -- calls; each says whether anything changed that a power cut could show ---------------------------------------

    def open(self, call: Call, path: str, flags: str, fd: int) -> bool:
        name = self._name(path)
        self._open.pop(fd, None)
        if name is None:
            return False
        file, changed = self.disk.names.get(name), False
        if file is None and "O_CREAT" in flags:
            file, changed = self.disk.create(name), True
        elif file is not None and "O_TRUNC" in flags:
            self.disk.truncate(file, 0)
            changed = True
        self._open[fd] = Descriptor(name, file, "O_APPEND" in flags)
        return changed

    def close(self, call: Call) -> bool:
        self._open.pop(call.fd(0), None)
        return False

    def write(self, call: Call) -> bool:
        data = call.data(1)[: call.result]
        if call.fd(0) == STDOUT:
            self.said.append((call.began, data))
            return True
        opened = self._open.get(call.fd(0))
        if opened is None or opened.file is None:
            return False
        if opened.append:
            opened.position = len(opened.file.seen())
        self.disk.write(opened.file, opened.position, data)
        opened.position += len(data)
        return True

    def pwrite(self, call: Call) -> bool:
        opened = self._open.get(call.fd(0))
        if opened is None or opened.file is None:
            return False
        self.disk.write(opened.file, call.number(3), call.data(1)[: call.result])
        return True

    def sendfile(self, call: Call) -> bool:
        target, source = self._open.get(call.fd(0)), self._open.get(call.fd(1))
        if target is None or target.file is None:
            return False
        if source is None or source.file is None:
            raise TraceError("a file from elsewhere is copied into the watched folder: its content is not in the trace")
        given = call.args[2].startswith("[")  # [0] => [17]: from there on, and the source's own position stays.
        start = int(call.args[2].split("]")[0][1:]) if given else source.position
        data = source.file.seen()[start : start + call.result]
        self.disk.write(target.file, target.position, data)
        target.position += len(data)
        if not given:
            source.position += len(data)
        return bool(data)

    def lseek(self, call: Call) -> bool:
        if opened := self._open.get(call.fd(0)):
            opened.position = call.result
        return False

    def sync(self, call: Call) -> bool:
        opened = self._open.get(call.fd(0))
        if opened is None:
            return False
        if opened.file is None:
            self.disk.sync_folder(opened.name, call.began)
        else:
            self.disk.sync_file(opened.file, call.began)
        return True

    def ftruncate(self, call: Call) -> bool:
        opened = self._open.get(call.fd(0))
        if opened is None or opened.file is None:
            return False
        self.disk.truncate(opened.file, call.number(1))
        return True

    def unlink(self, call: Call, path: str) -> bool:
        name = self._name(path)
        if name is None or name not in self.disk.names:
            return False
        self.disk.unlink(name)
        return True

    def rename(self, call: Call, old: str, new: str) -> bool:
        old_name, new_name = self._name(old), self._name(new)
        if old_name is None and new_name is None:
            return False
        if old_name is None or new_name is None or old_name not in self.disk.names:
            raise TraceError(f"{call.name}: cannot replay {old} to {new}")
        self.disk.rename(old_name, new_name)
        return True

    def mmap(self, call: Call) -> bool:
        opened = self._open.get(call.fd(4)) if call.args[4] != "-1" else None
        writes = "PROT_WRITE" in call.args[2] and "MAP_SHARED" in call.args[3]
        if opened and writes and not opened.name.endswith(MEMORY):
            raise TraceError(f"{opened.name} is written through memory, where no trace sees it")
        return False

    def refuse(self, call: Call) -> bool:
        """A call that must not touch the folder."""
        for index, arg in enumerate(call.args):
            watched = arg[0].isdigit() and "<" in arg and call.fd(index) in self._open
            if watched or (arg.startswith('"\\x') and self._name(call.path(index))):
                raise TraceError(f"{call.name} on the watched folder cannot be replayed")
        return False

    def _name(self, path: str) -> str | None:
        """A path's name within the watched folder; `` for the folder itself, None for elsewhere."""
        if not path.startswith(os.sep):
            raise TraceError(f"a path without its folder: {path}")
        if path == self._root:
            return ""
        prefix = self._root + os.sep
        return path.removeprefix(prefix) if path.startswith(prefix) else None


_REFUSED = (
    "truncate", "fallocate", "link", "linkat", "symlink", "symlinkat",
    "copy_file_range", "splice", "dup", "dup2", "dup3",
)  # fmt: skip

_HANDLERS: dict[str, Callable[[Replay, Call], bool]] = {
    "openat": lambda r, c: r.open(c, c.path(1, dirfd=0), c.args[2], c.result),
    "open": lambda r, c: r.open(c, c.path(0), c.args[1], c.result),
    "creat": lambda r, c: r.open(c, c.path(0), "O_CREAT|O_TRUNC", c.result),
    "close": Replay.close,
    "write": Replay.write,
    "writev": Replay.write,
    "pwrite64": Replay.pwrite,
    "pwritev": Replay.pwrite,
    "pwritev2": Replay.pwrite,
    "sendfile": Replay.sendfile,
    "lseek": Replay.lseek,
    "fsync": Replay.sync,
    "fdatasync": Replay.sync,
    "sync_file_range": lambda r, c: False,  # starts writing out, promises nothing
    "ftruncate": Replay.ftruncate,
    "unlink": lambda r, c: r.unlink(c, c.path(0)),
    "unlinkat": lambda r, c: r.unlink(c, c.path(1, dirfd=0)),
    "rename": lambda r, c: r.rename(c, c.path(0), c.path(1)),
    "renameat": lambda r, c: r.rename(c, c.path(1, dirfd=0), c.path(3, dirfd=2)),
    "renameat2": lambda r, c: r.rename(c, c.path(1, dirfd=0), c.path(3, dirfd=2)),
    "mkdir": lambda r, c: False,
    "mkdirat": lambda r, c: False,
    "rmdir": lambda r, c: False,
    "mmap": Replay.mmap,
    **dict.fromkeys(_REFUSED, Replay.refuse),
}
