"""What a real process asked of its disk: run it under strace, read the trace as typed calls in the order they ended.

Nothing here knows SQLite or our stores. A call that this reader cannot replay, on a watched file, is an error
and never skipped: a write that the replay does not know of would make the test blind.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

TRACED = (
    "openat,open,creat,close,write,pwrite64,writev,pwritev,pwritev2,lseek,fsync,fdatasync,sync_file_range,ftruncate,"
    "truncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,"
    "copy_file_range,sendfile,splice,dup,dup2,dup3,mmap"
)
MAX_STRING = 16 * 1024 * 1024
"""Longer than any single write of a store; a cut string in the trace is an error."""

_LINE = re.compile(r"^(?P<pid>\d+) +(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\((?P<args>.*)\) += (?P<result>-?\d+|\?)", re.DOTALL)
_UNFINISHED = re.compile(r"^(?P<head>\w+\(.*?),? *<unfinished \.\.\.>$", re.DOTALL)
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<tail>.*)$", re.DOTALL)
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


class TraceError(Exception):
    """The trace cannot be read, or holds a call on a watched file that cannot be replayed."""


class Call(Struct, frozen=True, kw_only=True):
    """One system call that ended."""

    name: str
    args: list[str]
    """As strace prints them; bytes as \\x.. in quotes."""
    result: int
    began: int
    """How many traced calls had ended when this one began; differs from its own place only if another thread ran."""

    def number(self, index: int) -> int:
        return int(self.args[index], 0)

    def fd(self, index: int) -> int:
        """The number of a descriptor, which -y prints as 4</path>; AT_FDCWD is -100."""
        word = self.args[index].split("<")[0]
        return -100 if word == "AT_FDCWD" else int(word)

    def fd_path(self, index: int) -> str:
        """The path that -y knows for a descriptor."""
        return unhex(self.args[index].partition("<")[2].partition(">")[0])

    def data(self, index: int) -> bytes:
        """The bytes of a string, or of all parts of a writev's vector."""
        parts = _STRING.findall(self.args[index])
        if any(more for _, more in parts):
            raise TraceError(f"{self.name}: strace cut a string of more than {MAX_STRING} bytes")
        return b"".join(bytes.fromhex(text.replace("\\x", "")) for text, _ in parts)

    def path(self, index: int, dirfd: int | None = None) -> str:
        """A path argument, absolute; relative ones start at the descriptor in argument `dirfd`."""
        path = os.fsdecode(self.data(index))
        base = self.fd_path(dirfd) if dirfd is not None else ""
        return os.path.normpath(PurePosixPath(base, path))


def unhex(text: str) -> str:
    """Read a name as strace -xx prints it: every byte in hex."""
    return os.fsdecode(bytes.fromhex(text.replace("\\x", "")))


def strace_refusal() -> str | None:
    """Why no process can be traced here, or None where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True)
    return None if probe.returncode == 0 else f"strace is not permitted: {probe.stderr.strip()}"


def record(command: Sequence[str], trace: Path, *, env: dict[str, str] | None = None, timeout_s: float = 100) -> None:
    """Run a command to its end and write its trace.

    Raises:
        TraceError: it failed.
    """
    strace = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", str(MAX_STRING), "-e", f"trace={TRACED}"]
    done = subprocess.run(
        [*strace, "-e", "signal=none", "-o", str(trace), *command],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    if done.returncode != 0:
        raise TraceError(f"{command[:4]} ended with {done.returncode}: {done.stderr[-2000:]}")


def read_trace(trace: Path) -> Iterator[Call]:
    """Give the calls that succeeded, in the order in which they ended."""
    open_calls: dict[str, tuple[str, int]] = {}
    ended = 0
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            match = _LINE.match(line.rstrip("\n"))
            if match is None:
                raise TraceError(f"not a line of strace: {line[:80]!r}")
            pid, rest = match["pid"], match["rest"]
            if rest.startswith(("+++", "---")):
                continue
            if unfinished := _UNFINISHED.match(rest):
                open_calls[pid] = (unfinished["head"], ended)
                continue
            began = ended
            if resumed := _RESUMED.match(rest):
                head, began = open_calls.pop(pid)
                tail = resumed["tail"]
                rest = head + (tail if head.endswith("(") or tail.startswith(")") else ", " + tail.lstrip(", "))
            if call := _read_call(rest, began):
                ended += 1
                yield call


def _read_call(text: str, began: int) -> Call | None:
    match = _CALL.match(text)
    if match is None:
        raise TraceError(f"not a call: {text[:120]!r}")
    result = match["result"]
    if result == "?" or int(result) < 0:
        return None
    return Call(name=match["name"], args=_split(match["args"]), result=int(result), began=began)


def _split(args: str) -> list[str]:
    """Split arguments at commas outside of brackets; strings and paths are all hex and hold none."""
    if "[" not in args and "{" not in args:
        return args.split(", ")
    words, depth, start = [], 0, 0
    for at, sign in enumerate(args):
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and depth == 0:
            words.append(args[start:at].strip())
            start = at + 1
    return [*words, args[start:].strip()]
