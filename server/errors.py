"""What can go wrong at the centre, besides what the protocol names itself.

    CentreError
    ├── PersonError            a person asked for what cannot be; the message is Indonesian and for that person
    │   ├── NotACentreError        the folder holds no centre
    │   ├── AlreadyACentreError    the folder holds one already
    │   ├── FolderInUseError       another process writes in the folder
    │   ├── UnknownUnitError       no unit has this code
    │   ├── UnknownPlaceError      no category or kelurahan has this code
    │   ├── UnknownDeviceError     no device has this log
    │   ├── DeviceStateError       the device is not in a state where this can be done
    │   ├── SettingError           a setting has a value that it cannot have
    │   ├── FileError              a file cannot be read or written
    │   ├── OutputError            standard output does not take what a command has to tell
    │   ├── BadBundleError         a file is no bundle, or holds nothing of ours
    │   ├── UserError              about who may sign in
    │   │   ├── UserNameError          not a name that can be used, or taken
    │   │   ├── UnknownUserError       there is no such user
    │   │   ├── RoleError              no such role, or a role that needs a unit
    │   │   ├── WeakPasswordError      too short, too long or too simple
    │   │   └── LoginRefusedError      wrong name, wrong password, locked, disabled: one answer for all
    │   ├── NoSuchCaseError        no such case, or none for this person
    │   ├── StepNotAllowedError    the case does not stand where this step can be taken
    │   ├── NotAllowedError        the role may not do this
    │   ├── ReasonMissingError     a reason is asked for
    │   ├── DutyError              about the duty key, which opens secret reports
    │   │   ├── NoGrantError           this person does not hold it
    │   │   ├── GrantRefusedError      it cannot be given to this person
    │   │   ├── RecoveryKeyError       the recovery key is mistyped, or another centre's
    │   │   └── SealBrokenError        a grant or a report's seal was altered, or is another key's
    │   ├── ReceiptRefusedError    a receipt that proves nothing
    │   ├── BusyError              too many ask for the same at a time; later it will do
    │   └── BackupError            a backup cannot be written, read or put in place
    ├── SyncError              a peer's fault, answered with an HTTP status at the edge
    │   └── UnknownLogError        no known log in the bundle
    ├── DamagedError           what a row holds encrypted was altered; the other rows are not concerned
    └── StorageError           the disk refuses; nothing was promised, and the same may be tried again
        └── UnreadableError        the database cannot be read

Each class carries a stable `code`, which crosses the wire, names the text that people see, and stands in the guide.
"""


class CentreError(Exception):
    """Something went wrong at the centre."""

    code = "centre"


class PersonError(CentreError):
    """A person asked for what cannot be; the message says so in Indonesian."""

    code = "person"


class NotACentreError(PersonError):
    """The folder holds no centre."""

    code = "not-a-centre"


class AlreadyACentreError(PersonError):
    """The folder holds a centre already, which is never overwritten."""

    code = "already-a-centre"


class FolderInUseError(PersonError):
    """Another process writes in the data folder."""

    code = "folder-in-use"


class UnknownUnitError(PersonError):
    """No unit has this code."""

    code = "unknown-unit"


class UnknownPlaceError(PersonError):
    """No category or kelurahan has this code."""

    code = "unknown-place"


class UnknownDeviceError(PersonError):
    """No device has this log."""

    code = "unknown-device"


class DeviceStateError(PersonError):
    """The device is not in a state where this can be done."""

    code = "device-state"


class SettingError(PersonError):
    """A setting has a value that it cannot have."""

    code = "setting"


class FileError(PersonError):
    """A file cannot be read or written."""

    code = "file"


class OutputError(PersonError):
    """Standard output does not take what a command has to tell."""

    code = "output"


class BadBundleError(PersonError):
    """A file is no bundle, or holds nothing that belongs to this centre."""

    code = "bad-bundle"


class UserError(PersonError):
    """Something about who may sign in."""

    code = "user"


class UserNameError(UserError):
    """Not a name that can be used to sign in, or one that is taken."""

    code = "user-name"


class UnknownUserError(UserError):
    """There is no user of this name."""

    code = "unknown-user"


class RoleError(UserError):
    """No such role, or a role that needs a unit."""

    code = "role"


class WeakPasswordError(UserError):
    """The password is too short, too long or too simple."""

    code = "weak-password"


class LoginRefusedError(UserError):
    """Wrong name, wrong password, locked or disabled: one answer for all, so that nobody can tell which."""

    code = "login-refused"


class NoSuchCaseError(PersonError):
    """There is no such case, or none for this person."""

    code = "no-such-case"


class StepNotAllowedError(PersonError):
    """The case does not stand where this step can be taken."""

    code = "step-not-allowed"


class NotAllowedError(PersonError):
    """The role may not do this."""

    code = "not-allowed"


class ReasonMissingError(PersonError):
    """A reason is asked for."""

    code = "reason-missing"


class DutyError(PersonError):
    """Something about the duty key, which opens secret reports."""

    code = "duty"


class NoGrantError(DutyError):
    """This person does not hold the duty key."""

    code = "no-grant"


class GrantRefusedError(DutyError):
    """The duty key cannot be given to this person."""

    code = "grant-refused"


class RecoveryKeyError(DutyError):
    """The recovery key is mistyped, or that of another centre."""

    code = "recovery-key"


class SealBrokenError(DutyError):
    """A grant or the inner seal of a report was altered, or is another key's. Nothing of it can be read."""

    code = "seal-broken"


class ReceiptRefusedError(PersonError):
    """The text of a receipt proves nothing."""

    code = "receipt-refused"


class BusyError(PersonError):
    """Too many ask for the same at a time; a moment later it will do."""

    code = "busy"


class BackupError(PersonError):
    """A backup cannot be written, read or put in place."""

    code = "backup"


class SyncError(CentreError):
    """A request of a device that cannot be served."""

    code = "sync"


class UnknownLogError(SyncError):
    """The bundle holds no entry of a log that is known here."""

    code = "unknown-log"


class DamagedError(CentreError, ValueError):
    """What a row holds encrypted was altered, or is another row's; the other rows are not concerned."""

    code = "damaged"


class StorageError(CentreError):
    """The disk refuses. What was asked may or may not be stored; asking again is harmless."""

    code = "storage"


class UnreadableError(StorageError):
    """The database cannot be read."""

    code = "unreadable"
