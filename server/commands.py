"""What commands ask of the centre's writer: name -> function(centre, args) -> facts, all plain JSON.

The command line calls them through `control.perform`, which finds out where the writer is.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from msgspec import to_builtins

from server.actions.confirm_device import confirm_device
from server.actions.export_bundle import export_bundle
from server.actions.fold_entries import fold
from server.actions.grant_duty import grant_by_recovery, grant_duty
from server.actions.issue_code import issue_code, void_code
from server.actions.make_backup import make_backup
from server.actions.manage_users import add_user, disable_user, enable_user, reset_password
from server.actions.receive_bundle import receive_bundle
from server.actions.revoke_device import revoke_device
from server.store import duty, users
from server.store.centre import Centre

Facts = dict[str, Any]
Operation = Callable[[Centre, Facts], Facts]
ACTOR: Final = "cli"


def _fold(centre: Centre, args: Facts) -> Facts:  # noqa: ARG001
    return {"folded": fold(centre)}


def _enrol(centre: Centre, args: Facts) -> Facts:
    return {"code": issue_code(centre, args["unit"], actor=ACTOR, hours=args.get("hours"))}


def _void(centre: Centre, args: Facts) -> Facts:
    void_code(centre, args["code"], actor=ACTOR)
    return {}


def _confirm(centre: Centre, args: Facts) -> Facts:
    released = confirm_device(centre, bytes.fromhex(args["log"]), unit=args.get("unit"), actor=ACTOR)
    fold(centre)
    return {"released": released}


def _revoke(centre: Centre, args: Facts) -> Facts:
    revoke_device(centre, bytes.fromhex(args["log"]), actor=ACTOR)
    return {}


def _receive(centre: Centre, args: Facts) -> Facts:
    """A piece of a file from a stick: a bundle of its own, in base64; the reply holds everything for the device."""
    received = receive_bundle(centre, b64decode(args["data"]), via="usb", unlimited=True)
    return {
        "stored": received.stored,
        "known": received.known,
        "unsigned": received.unsigned,
        "foreign": received.foreign,
        "malformed": received.malformed,
        "known_log": received.known_log,
        "log": received.log.hex() if received.log else None,
        "reply": b64encode(received.reply).decode() if received.reply else None,
    }


def _export_bundle(centre: Centre, args: Facts) -> Facts:
    return {"data": b64encode(export_bundle(centre, bytes.fromhex(args["log"]))).decode()}


def _backup(centre: Centre, args: Facts) -> Facts:
    facts: Facts = to_builtins(make_backup(centre, Path(args["file"]), actor=ACTOR, replace=args.get("replace", False)))
    return facts


def _user_add(centre: Centre, args: Facts) -> Facts:
    name = str(args["name"]).strip().lower()
    password = add_user(
        centre, name=name, role=args["role"], unit=args["unit"], full_name=args["full_name"], actor=ACTOR
    )
    return {"user": name, "password": password}


def _user_password(centre: Centre, args: Facts) -> Facts:
    name = str(args["name"]).strip().lower()
    held = name in centre.read(duty.holders)
    password = reset_password(centre, name, actor=ACTOR)
    closed = bool(centre.read(lambda connection: users.find_user(connection, name))["disabled"])
    holders = centre.read(duty.holders)
    return {"user": name, "password": password, "duty_ended": held, "holders": holders, "closed": closed}


def _user_enable(centre: Centre, args: Facts) -> Facts:
    name = str(args["name"]).strip().lower()
    enable_user(centre, name, actor=ACTOR)
    return {"user": name}


def _user_disable(centre: Centre, args: Facts) -> Facts:
    name = str(args["name"]).strip().lower()
    held = name in centre.read(duty.holders)
    disable_user(centre, name, actor=ACTOR)
    return {"user": name, "duty_ended": held, "holders": centre.read(duty.holders)}


def _user_grant(centre: Centre, args: Facts) -> Facts:
    """The password or the recovery key comes in the body, for this moment alone."""
    name = str(args["name"]).strip().lower()
    if "recovery" in args:
        grant_by_recovery(centre, name, typed=str(args["recovery"]), actor=ACTOR)
    else:
        grant_duty(centre, name, by=str(args["by"]), password=str(args["password"]))
    return {"user": name}


OPERATIONS: Final[dict[str, Operation]] = {
    "fold": _fold,
    "enrol": _enrol,
    "code-void": _void,
    "device-confirm": _confirm,
    "device-revoke": _revoke,
    "bundle-receive": _receive,
    "bundle-export": _export_bundle,
    "backup": _backup,
    "user-add": _user_add,
    "user-password": _user_password,
    "user-disable": _user_disable,
    "user-enable": _user_enable,
    "user-grant": _user_grant,
}
