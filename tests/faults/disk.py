"""A disk that loses power: what a folder may hold afterwards, given the calls that were made on it.

The model, more hostile than ext4 in its usual mode:

- A file holds what was durable at its last fsync or fdatasync. Each later write and truncate has reached the disk or
  not, in any combination; a write also in part, in sectors of 512 bytes.
- A sync covers the changes that had ended when it began, and counts from when it ended.
- A new name, a removal and a renaming last once the folder is synced; until then each has happened or not. As on ext4,
  syncing a new file also makes its name last.
- A folder lasts as soon as it is made: only what lies in it can be lost.
- `-shm` files are memory, not disk: SQLite makes them anew.
"""

import copy
from pathlib import Path, PurePosixPath
from random import Random

from msgspec import Struct, structs

SECTOR = 512
MEMORY = "-shm"


class Write(Struct, frozen=True):
    offset: int
    data: bytes


class Truncate(Struct, frozen=True):
    size: int


class File(Struct, eq=False):
    """A file, whatever its names are."""

    durable: bytes = b""
    pending: list[tuple[int, Write | Truncate]] = []
    """Changes since the last sync, each with the moment at which it ended."""

    def seen(self) -> bytes:
        """What a process sees of it."""
        content = bytearray(self.durable)
        for _, change in self.pending:
            _apply(content, change)
        return bytes(content)

    def sync(self, before: int) -> None:
        """Make what had ended at a moment last."""
        content = bytearray(self.durable)
        covered = sum(ended <= before for ended, _ in self.pending)
        for _, change in self.pending[:covered]:
            _apply(content, change)
        self.durable, self.pending = bytes(content), self.pending[covered:]


class Naming(Struct, frozen=True):
    """A change of names: `name` means `file` from here on; None removes it. `old` is where a rename came from."""

    ended: int
    name: str
    file: File | None
    old: str | None = None
    made: bool = False
    """Whether the file was new, so that its own sync makes the name last."""

    def apply(self, names: dict[str, File]) -> None:
        if self.old is not None and names.get(self.old) is self.file:
            del names[self.old]
        if self.file is None:
            names.pop(self.name, None)
        else:
            names[self.name] = self.file


class Disk:
    """A folder as the process sees it, and as it may be found after a power cut. Names are relative to the folder."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.now = 0
        """The moment: how many calls have ended. The replay moves it on."""
        self.names = {name: File(content) for name, content in files.items()}
        self._durable = dict(self.names)
        self._namings: list[Naming] = []

    def copy(self) -> "Disk":
        """The same disk, to go on from here in another way."""
        return copy.deepcopy(self)

    def seen(self) -> dict[str, bytes]:
        """What another process sees: everything, synced or not, as long as the power stays on."""
        return {name: file.seen() for name, file in self.names.items() if not name.endswith(MEMORY)}

    def restart(self) -> None:
        """The process ended and another one goes on: what is unsynced now ended before all that comes."""
        self.now = 0
        for file in {*self.names.values(), *self._durable.values()}:
            file.pending = [(0, change) for _, change in file.pending]
        self._namings = [structs.replace(naming, ended=0) for naming in self._namings]
        for name in [name for name in self.names if name.endswith(MEMORY)]:
            self.unlink(name)

    def create(self, name: str) -> File:
        self.names[name] = file = File()
        self._namings.append(Naming(self.now, name, file, made=True))
        return file

    def unlink(self, name: str) -> None:
        self._namings.append(Naming(self.now, name, None))
        del self.names[name]

    def rename(self, old: str, new: str) -> None:
        self.names[new] = file = self.names.pop(old)
        self._namings.append(Naming(self.now, new, file, old=old))

    def write(self, file: File, offset: int, data: bytes) -> None:
        file.pending.append((self.now, Write(offset, data)))

    def truncate(self, file: File, size: int) -> None:
        file.pending.append((self.now, Truncate(size)))

    def sync_file(self, file: File, began: int) -> None:
        """Make a file's content as of that moment last, and its name where the file is new."""
        file.sync(began)
        for made in [naming for naming in self._namings if naming.made and naming.file is file]:
            made.apply(self._durable)
            # Whatever happened to that name before is settled by it.
            at = self._namings.index(made)
            self._namings = [n for i, n in enumerate(self._namings) if i > at or n.name != made.name]

    def sync_folder(self, folder: str, began: int) -> None:
        """Make the changes of names in one folder, as of that moment, last."""
        kept = []
        for naming in self._namings:
            touched = {_folder(naming.name), _folder(naming.old or naming.name)}
            if folder in touched and naming.ended <= began:
                naming.apply(self._durable)
            else:
                kept.append(naming)
        self._namings = kept

    def crash(self, random: Random) -> dict[str, bytes]:
        """Give one of the many folders that a power cut at this moment may leave."""
        names = dict(self._durable)
        # From "nothing had reached the disk yet" to "everything had, though nobody had waited for it".
        luck = random.choice((0.0, 0.1, 0.5, 0.5, 0.9, 1.0))
        for naming in self._namings:
            if random.random() < luck:
                naming.apply(names)
        return {name: _torn(file, random, luck) for name, file in names.items() if not name.endswith(MEMORY)}


def _folder(name: str) -> str:
    parent = str(PurePosixPath(name).parent)
    return "" if parent == "." else parent


def _torn(file: File, random: Random, luck: float) -> bytes:
    content = bytearray(file.durable)
    for _, change in file.pending:
        if random.random() >= luck:
            continue
        pieces: list[Write | Truncate] = [change]
        if isinstance(change, Write) and random.random() < 0.25:
            pieces = [piece for piece in _sectors(change) if random.random() < 0.5]
        for piece in pieces:
            _apply(content, piece)
    return bytes(content)


def _sectors(write: Write) -> list[Write]:
    """Cut a write where the disk's sectors end."""
    pieces, at = [], 0
    while at < len(write.data):
        size = SECTOR - (write.offset + at) % SECTOR
        pieces.append(Write(write.offset + at, write.data[at : at + size]))
        at += size
    return pieces


def _apply(content: bytearray, change: Write | Truncate) -> None:
    size = change.size if isinstance(change, Truncate) else change.offset + len(change.data)
    if len(content) < size:
        content.extend(bytes(size - len(content)))
    if isinstance(change, Truncate):
        del content[size:]
    else:
        content[change.offset : size] = change.data


def load(folder: Path) -> dict[str, bytes]:
    """Read a folder's files, by their relative names."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def store(files: dict[str, bytes], folder: Path) -> None:
    """Write files into a new folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
