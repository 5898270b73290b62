"""`kasih-kiosk run`: one process with the local pages, the sync, and (with a modem) the SMS desk."""

import logging
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import uvicorn

from kiosk_agent.access import HOST, GoneError, Remote, new_running, read_running, remove_running, write_running
from kiosk_agent.app import make_app
from kiosk_agent.control import Control
from kiosk_agent.errors import DataFolderInUseError, NotSavedError, SetupError
from kiosk_agent.kiosk import open_kiosk
from kiosk_agent.reasons import why
from kiosk_agent.sync.http_transport import check_address

if TYPE_CHECKING:
    from kiosk_agent.modems import Modems

log = logging.getLogger(__name__)

_GRACE_S: Final = 3
_BACKLOG: Final = 64


class HttpServer(uvicorn.Server):
    """Serves until SIGINT or SIGTERM, and returns then, after the application's own clean-up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does it, but without raising the signal once more after an orderly end."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def serve(data: Path, port: int | None, modem: Sequence[str] = ()) -> None:
    """Run the kiosk until it is told to end.

    Args:
        modem: the ports of SMS modems; none: as the settings say.

    Raises:
        DataFolderInUseError: another agent runs on this folder.
        SetupError: the folder, a setting or the port cannot be used.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _refuse_second(data)
    control = Control(open_kiosk(data, flags={"port": port}))
    try:
        if control.kiosk.server:  # A mistyped one is told to who starts the kiosk.
            check_address(control.kiosk.server)
        modems = _make_modems(control, modem or control.kiosk.settings.modem.split())
        listener = _listen(control.kiosk.settings.port)
        _note_boot(control)
        _serve(data, control, listener, modems)
    finally:
        control.close()


def _make_modems(control: Control, ports: Sequence[str]) -> "Modems | None":
    if not ports:
        return None
    from kiosk_agent.modems import Modems  # noqa: PLC0415  A kiosk without a modem need not load what drives one.

    return Modems(control, ports)


def _serve(data: Path, control: Control, listener: socket.socket, modems: "Modems | None") -> None:
    port = listener.getsockname()[1]
    running = new_running(port)

    def leave_word() -> None:
        try:
            if read_running(data) != running:
                write_running(data, running)
        except OSError as error:
            # The pages work all the same, and say how it stands; the other commands wait for a disk that takes this.
            log.warning("no word could be left for the other commands: %s", error.strerror)

    try:
        leave_word()
        control.looks.append(leave_word)
        app = make_app(control, control.make_loop(), running.token, modems)
        click.echo(f"Halaman kios: http://{HOST}:{port}/ (berhenti dengan Ctrl-C)")
        sys.stdout.flush()
        config = uvicorn.Config(
            app,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            log_level=logging.WARNING,  # How it starts and ends, whoever runs the kiosk is told below.
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        HttpServer(config).run(sockets=[listener])
    finally:
        remove_running(data)


def _refuse_second(data: Path) -> None:
    running = read_running(data)
    if running is None:
        return
    remote = Remote(running)
    try:
        remote.check()
    except GoneError:
        return
    finally:
        remote.close()
    raise DataFolderInUseError(f"Kios ini sudah berjalan di http://{HOST}:{running.port}/.")


def _listen(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY where a socket names its protocol. Without it a page, which uvicorn writes in pieces,
    # waits 40 ms for the browser's acknowledgement of the first one.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # There it would let two programs share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SetupError(f"Port {port} tidak bisa dipakai: {why(error)}. Pilih yang lain dengan --port.") from error
    return listener


def _note_boot(control: Control) -> None:
    try:
        control.note_boot()
    except NotSavedError:
        log.warning("the start could not be noted; the pages say that nothing can be stored")
