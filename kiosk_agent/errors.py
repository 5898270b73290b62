"""What can go wrong at a kiosk. Messages are for people, in Bahasa Indonesia; `code` is for programs.

KioskError
├── SetupError             the kiosk cannot start on this folder, or with these settings
│   ├── DataFolderInUseError   another agent holds the folder
│   ├── NotEnrolledError       no keys here yet
│   ├── StorageKeyError        the key outside the data folder is gone or does not fit
│   └── SettingsError          a setting is unknown or out of bounds
├── DiskError              the disk, or what lies on it
│   ├── NotSavedError          nothing was stored: say "belum tersimpan"
│   └── NotReadableError       what is stored cannot be read
├── RottenBoxError         one SMS that was kept here has changed on the disk; the others are sound
├── EnrolError             a code that does not lead to a centre
│   ├── CodeMistypedError      a typing error
│   ├── CodeUnknownError       the centre does not know it
│   ├── CodeSpentError         used or expired: an admin has to confirm this kiosk
│   ├── OtherCentreError       of another centre than the kiosk's
│   ├── AlreadyEnrolledError   a new code for a kiosk that needs none, or an address that could not be changed
│   └── NotReachedError        the centre did not answer as far as it must
├── IntakeError            a report that cannot be filed as it is; `field` names what is wrong
│   ├── NotReadyError          the centre's keys and tables have not arrived yet
│   ├── LineError              a line that is no report at all
│   ├── MissingError           a field that must be filled in
│   ├── TooLongError           a field with too many characters
│   ├── CharacterError         a character that no text may hold
│   ├── RefUsedError           a script's name for a report that another report has already
│   ├── UnknownCodeError       a kelurahan, category, unit or channel that is not in the tables
│   ├── PhoneError             no telephone number
│   └── FieldTypeError         a value of another type, or a field that does not exist
├── OutputError            an answer that could not be printed
├── StickError             a file that cannot be used, or a stick that cannot be written
├── ControlError           the agent that is running refused a command, or failed at it
└── LinkError              an exchange that brought nothing
├── NoLinkError            nobody was reached
├── LinkCutError           the connection ended or stalled on the way
├── RefusedError           an answer that is no reply, with its HTTP status
├── StrangeReplyError      an answer that proves nothing, such as a captive portal's
└── NoProgressError        the server answers, and the exchanges lead nowhere
"""


class KioskError(Exception):
    """Something a person at the kiosk has to know."""

    code = "kiosk"


class SetupError(KioskError):
    """The kiosk cannot start on this folder, or with these settings."""

    code = "setup"


class DataFolderInUseError(SetupError):
    """Another agent holds the data folder."""

    code = "data-folder-in-use"


class NotEnrolledError(SetupError):
    """The data folder holds no keys yet."""

    code = "not-enrolled"


class StorageKeyError(SetupError):
    """The key that lies outside the data folder is gone, or does not fit it."""

    code = "storage-key"


class SettingsError(SetupError):
    """A setting is unknown or out of bounds."""

    code = "settings"


class DiskError(KioskError):
    """The disk, or what lies on it, is not as it must be."""

    code = "disk"


class NotSavedError(DiskError):
    """Nothing was stored, and nobody may be told otherwise."""

    code = "not-saved"


class NotReadableError(DiskError):
    """What is stored cannot be read."""

    code = "not-readable"


class RottenBoxError(KioskError):
    """An SMS that was kept here has changed on the disk. The others are sound, and must not wait for it."""

    code = "rotten-box"


class EnrolError(KioskError):
    """The enrolment has not come to its end."""

    code = "enrol"


class CodeMistypedError(EnrolError):
    """The enrolment code holds a typing error."""

    code = "code-mistyped"


class CodeUnknownError(EnrolError):
    """The centre does not know the enrolment code."""

    code = "code-unknown"


class CodeSpentError(EnrolError):
    """The enrolment code was used or has expired, so an admin has to confirm the kiosk."""

    code = "code-spent"


class OtherCentreError(EnrolError):
    """The code, or who answered, belongs to another centre."""

    code = "other-centre"


class AlreadyEnrolledError(EnrolError):
    """The kiosk is enrolled and stays as it is: a new code was not used, or a new address did not prove itself."""

    code = "already-enrolled"


class NotReachedError(EnrolError):
    """The centre did not answer as far as it must; the kiosk's keys are kept."""

    code = "not-reached"


class IntakeError(KioskError):
    """A report cannot be filed as it is."""

    code = "intake"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
        """The field of `Form` that is wrong."""


class NotReadyError(IntakeError):
    """The centre's keys, settings and tables have not all arrived yet."""

    code = "not-ready"


class LineError(IntakeError):
    """A line is no report at all."""

    code = "line"


class MissingError(IntakeError):
    """A field must be filled in."""

    code = "missing"


class TooLongError(IntakeError):
    """A field has too many characters."""

    code = "too-long"


class CharacterError(IntakeError):
    """A field holds a character that no text may hold."""

    code = "character"


class RefUsedError(IntakeError):
    """A script's name for a report was used for another one."""

    code = "ref-used"


class UnknownCodeError(IntakeError):
    """A kelurahan, category, unit or channel is not in the tables."""

    code = "unknown-code"


class PhoneError(IntakeError):
    """A telephone number cannot be one."""

    code = "phone"


class FieldTypeError(IntakeError):
    """A field has a value of another type, or does not exist."""

    code = "field-type"


class OutputError(KioskError):
    """The answer of a command could not be printed."""

    code = "output"


class StickError(KioskError):
    """A file cannot be used, or a stick cannot be written."""

    code = "stick"


class ControlError(KioskError):
    """The agent that is running refused a command, or has not come to its end."""

    code = "control"


class LinkError(KioskError):
    """An exchange brought nothing."""

    code = "link"


class NoLinkError(LinkError):
    """Nobody was reached."""

    code = "no-link"


class LinkCutError(LinkError):
    """The connection ended, or stalled, on the way."""

    code = "link-cut"


class RefusedError(LinkError):
    """Somebody answered, and it is no reply."""

    code = "refused"

    def __init__(self, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(f"Yang menjawab menolak pengiriman (HTTP {status}).")
        self.status = status
        self.retry_after_s = retry_after_s


class StrangeReplyError(LinkError):
    """What answered is not the centre: nothing in it is signed by its key."""

    code = "strange-reply"


class NoProgressError(LinkError):
    """The server answers, and the exchanges lead nowhere."""

    code = "no-progress"
