"""How a command reaches the centre: through the server where one is up, else in its own process.

The server leaves `run.json` ({"port", "token", "pid"}, for its owner's eyes) in the data folder; the lock beside it
says whether anybody is alive to answer.
"""

import http.client
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from server.errors import CentreError, FileError, FolderInUseError, PersonError, StorageError
from server.reasons import why
from server.settings import load_settings
from server.store.centre import open_centre
from server.store.keys import load_keys

RUN_FILE: Final = "run.json"
PREFIX: Final = "/_control/"
TOKEN_HEADER: Final = "x-kasih-token"
_TIMEOUT_S = 600
_POLL_S = 0.1


class Running(Struct, frozen=True):
    """Where a server that is up can be reached."""

    port: int
    token: str
    pid: int


def write_run_file(data: Path, running: Running) -> None:
    """Leave word where this server is, in one step, for its owner alone.

    Raises:
        FileError: the disk does not take it.
    """
    temporary = data / (RUN_FILE + ".new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"port": running.port, "token": running.token, "pid": running.pid}, file)
        temporary.replace(data / RUN_FILE)
    except OSError as error:
        raise FileError(f"{data / RUN_FILE} tidak dapat ditulis: {why(error)}") from None


def remove_run_file(data: Path) -> None:
    """This server can be reached no more. Where the disk lets nobody take the file away, nobody answers to it."""
    with suppress(OSError):
        (data / RUN_FILE).unlink(missing_ok=True)


def read_run_file(data: Path) -> Running | None:
    """What the last server left; it need not be up any more."""
    try:
        stored = json.loads((data / RUN_FILE).read_text("ascii"))
        return Running(int(stored["port"]), str(stored["token"]), int(stored["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def perform(data: Path, name: str, args: dict[str, Any]) -> dict[str, Any]:
    """Carry out an operation of `commands.py`, wherever the writer is.

    Raises:
        CentreError: what the operation raises, also where the server carried it out.
        FolderInUseError: neither could the folder be opened nor a server be reached in time.
    """
    load_keys(data)
    deadline = time.monotonic() + load_settings(data).wait_s
    while True:
        try:
            return _here(data, name, args)
        except FolderInUseError:
            running = read_run_file(data)
            try:
                if running is not None:
                    return ask(running, name, args)
            except ConnectionRefusedError:
                pass  # It is about to listen, or has just ended.
            if time.monotonic() >= deadline:
                raise
            time.sleep(_POLL_S)


def ask(running: Running, name: str, args: dict[str, Any]) -> dict[str, Any]:
    """Let a server carry out an operation.

    Raises:
        CentreError: what the operation raised there.
        ConnectionRefusedError: nobody listens.
        StorageError: it ended before it answered, so nobody knows whether it was done.
    """
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=_TIMEOUT_S)
    try:
        headers = {TOKEN_HEADER: running.token, "content-type": "application/json"}
        connection.request("POST", PREFIX + name, json.dumps(args), headers)
        response = connection.getresponse()
        answer = json.loads(response.read() or b"{}")
    except ConnectionRefusedError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StorageError(f"server berhenti sebelum menjawab ({type(error).__name__})") from None
    finally:
        connection.close()
    if response.status == http.client.OK:
        result: dict[str, Any] = answer
        return result
    raise error_from(str(answer.get("code", "")), str(answer.get("message", f"HTTP {response.status}")))


def error_from(code: str, message: str) -> CentreError:
    """The error that a server told of."""
    found = [kind for kind in _all_errors(CentreError) if kind.__dict__.get("code") == code]
    return found[0](message) if found else PersonError(message)


def _here(data: Path, name: str, args: dict[str, Any]) -> dict[str, Any]:
    from server.commands import OPERATIONS  # noqa: PLC0415  A command that only asks need not load what carries it out.

    centre = open_centre(data, wait_s=0)
    try:
        return OPERATIONS[name](centre, args)
    finally:
        centre.close()


def _all_errors(kind: type[CentreError]) -> list[type[CentreError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _all_errors(child))]
