"""Other people's SMS daemons as they are installed, set up to take the SMS of one device as fast as they can."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple


class Daemon(NamedTuple):
    """How one is started, and where its folders are."""

    command: list[str]
    log: Path
    outbox: Path
    inbox: Path


def gammu_smsd(program: str, folder: Path, device: Path) -> Daemon:
    """gammu-smsd with files as its store."""
    for name in ("inbox", "outbox", "sent", "error"):
        (folder / name).mkdir()
    log, settings = folder / "log", folder / "smsdrc"
    settings.write_text(
        f"[gammu]\ndevice = {device}\nconnection = at\n"
        f"[smsd]\nservice = files\ndebuglevel = 4\nlogfile = {log}\nchecksecurity = 0\nstatusfrequency = 0\n"
        "commtimeout = 1\nsendtimeout = 10\nloopsleep = 1\nreceivefrequency = 1\n"
        f"inboxpath = {folder / 'inbox'}/\noutboxpath = {folder / 'outbox'}/\n"
        f"sentsmspath = {folder / 'sent'}/\nerrorsmspath = {folder / 'error'}/\n"
    )
    return Daemon([program, "-c", str(settings)], log, folder / "outbox", folder / "inbox")


def smstools(program: str, folder: Path, device: Path) -> Daemon:
    """SMS Server Tools 3."""
    names = ("outgoing", "checked", "incoming", "failed", "sent")
    for name in names:
        (folder / name).mkdir()
    log, settings = folder / "log", folder / "smsd.conf"
    settings.write_text(
        f"devices = GSM1\nloglevel = 7\ndelaytime = 1\nlogfile = {log}\n"
        f"infofile = {folder / 'info'}\npidfile = {folder / 'pid'}\n"
        + "".join(f"{name} = {folder / name}\n" for name in names)
        + f"[GSM1]\ndevice = {device}\nincoming = yes\nbaudrate = 115200\nmode = new\nrtscts = no\nreport = no\n"
    )
    return Daemon([program, "-t", f"-c{settings}"], log, folder / "outgoing", folder / "incoming")


class Foreign(NamedTuple):
    """One of them, and the Debian package that brings it."""

    name: str
    program: str
    package: str
    set_up: Callable[[str, Path, Path], Daemon]


FOREIGN: Final = (
    Foreign("gammu-smsd", "gammu-smsd", "gammu-smsd", gammu_smsd),
    Foreign("smstools", "smsd", "smstools", smstools),
)


def installed(program: str) -> str | None:
    """Where it is; daemons are often not on a person's path."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
