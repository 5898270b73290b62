"""The modem's port as a pseudo-terminal behind a link, for programs that want a device. POSIX only."""

import errno
import os
import select
import selectors
import sys
from pathlib import Path

from firmware_bridge.errors import PortError, UsageError
from firmware_bridge.simulator.tcp_port import MAX_PENDING, READ_SIZE, PortUser

if sys.platform != "win32":
    import tty

LOOK_S = 0.02


class PtyPort:
    """A link to a pseudo-terminal; both are gone while the modem is unplugged."""

    def __init__(self, selector: selectors.BaseSelector, user: PortUser, link: Path) -> None:
        if sys.platform == "win32":
            raise UsageError("--pty hanya ada di Linux dan macOS; di Windows pakai --tcp")
        if link.exists() and not link.is_symlink():
            raise PortError(f"{link} sudah ada dan bukan tautan")
        self._selector = selector
        self._user = user
        self._link = link
        self._master = -1
        self._is_open = False
        self._pending = bytearray()
        self.name = str(link)
        self.set_present(present=True)

    @property
    def patience_s(self) -> float:
        """How long it need not be looked after: nothing tells us when somebody opens the other side."""
        return 1.0 if self._is_open and not self._pending else LOOK_S

    def set_present(self, *, present: bool) -> None:
        """Plug in or pull out."""
        if sys.platform == "win32" or present == (self._master >= 0):
            return
        if present:
            self._master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(self._master, False)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(os.ttyname(slave))
            os.close(slave)
        else:
            self._link.unlink(missing_ok=True)
            self._hang_up()
            os.close(self._master)
            self._master = -1

    def tick(self) -> None:
        """See whether somebody opened it, and send what did not go out."""
        if self._master >= 0 and not self._is_open and sys.platform != "win32":
            watch = select.poll()
            watch.register(self._master, select.POLLIN)
            if not any(events & select.POLLHUP for _, events in watch.poll(0)):
                self._is_open = True
                self._selector.register(self._master, selectors.EVENT_READ, self._ready)
                self._user.opened()
        if self._pending:
            self._flush()

    def send(self, data: bytes) -> None:
        if self._is_open and len(self._pending) + len(data) <= MAX_PENDING:
            self._pending += data
            self._flush()

    def close(self) -> None:
        self.set_present(present=False)

    def _ready(self, _mask: int) -> None:
        try:
            data = os.read(self._master, READ_SIZE)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""  # Nobody has it open any more.
        if data:
            self._user.received(data)
        else:
            self._hang_up()

    def _flush(self) -> None:
        try:
            del self._pending[: os.write(self._master, self._pending)]
        except BlockingIOError:
            return

    def _hang_up(self) -> None:
        self._pending.clear()
        if self._is_open:
            self._is_open = False
            self._selector.unregister(self._master)
            self._user.closed()
