"""What can be wrong with bytes and values of the protocol.

    ProtocolError
    ├── BundleError            a row of frames
    │   ├── NotABundleError        no magic at the start
    │   ├── NoHeadError            a reply without a HEAD that the pinned key signed
    │   └── OtherServerError       a reply with the keys of another server than the enrolment code's
    ├── EntryError             one entry's envelope
    │   ├── MalformedEntryError    too short, too long
    │   ├── UnknownVersionError    a layout that this reader does not know
    │   └── BadSignatureError      not signed by the key of its log
    ├── SealError              a sealed body
    │   ├── WrongRecipientError    sealed to another key
    │   └── UnsealError            altered, cut or bound to another header
    ├── PackError              a packed body
    │   ├── UnknownCodecError      a codec that this reader does not know
    │   └── InflateError           not DEFLATE, a bomb, cut, or followed by other bytes
    ├── BodyError              JSON that is not what its kind declares
    │   ├── JsonError              not JSON, too deep, duplicate keys, NUL, integers beyond 64 bits
    │   └── FieldError             a field missing, of another type or out of bounds
    ├── WeakKeyError           a public key of small order or not canonical
    └── MistypedError          something a person types or scans
        ├── NumberError            a complaint number
        ├── CodeError              an enrolment code
        └── ReceiptError           the text of a receipt

Each class carries a stable `code`: the vectors expect it, logs and texts name it (docs/protocol.md, section 11).
"""


class ProtocolError(Exception):
    """Bytes or values that the protocol does not allow."""

    code = "protocol"


class BundleError(ProtocolError):
    """A bundle cannot be used as a whole."""

    code = "bundle"


class NotABundleError(BundleError):
    """The bytes do not start with the magic of a bundle."""

    code = "not-a-bundle"


class NoHeadError(BundleError):
    """The reply holds no HEAD that the pinned server key signed for this device: nothing was received."""

    code = "no-head"


class OtherServerError(BundleError):
    """The reply brings the keys of another server than the one that the enrolment code names."""

    code = "other-server"


class EntryError(ProtocolError):
    """An entry's envelope is wrong."""

    code = "entry"


class MalformedEntryError(EntryError):
    """The entry is shorter than its fixed parts or longer than a frame allows."""

    code = "malformed-entry"


class UnknownVersionError(EntryError):
    """The entry has a layout that this reader does not know."""

    code = "unknown-version"


class BadSignatureError(EntryError):
    """The key of this log did not sign this entry."""

    code = "bad-signature"


class SealError(ProtocolError):
    """A sealed body cannot be opened."""

    code = "seal"


class WrongRecipientError(SealError):
    """The body is sealed to another key than the one at hand."""

    code = "wrong-recipient"


class UnsealError(SealError):
    """The body was altered or cut, or belongs to another header."""

    code = "unseal"


class PackError(ProtocolError):
    """A packed body cannot be read."""

    code = "pack"


class UnknownCodecError(PackError):
    """The body is packed in a way that this reader does not know."""

    code = "unknown-codec"


class InflateError(PackError):
    """The packed bytes are not one complete DEFLATE stream of at most 65,536 bytes."""

    code = "inflate"


class BodyError(ProtocolError):
    """A body is not what its kind declares."""

    code = "body"


class JsonError(BodyError):
    """The body is not the JSON that the protocol allows."""

    code = "json"


class FieldError(BodyError):
    """A field is missing, of another type or out of bounds."""

    code = "field"


class WeakKeyError(ProtocolError):
    """A public key has small order or is not canonical, so it proves nothing."""

    code = "weak-key"


class MistypedError(ProtocolError):
    """What a person typed or scanned is not well formed."""

    code = "mistyped"


class NumberError(MistypedError):
    """A complaint number is mistyped."""

    code = "number"


class CodeError(MistypedError):
    """An enrolment code is mistyped."""

    code = "code"


class ReceiptError(MistypedError):
    """The text of a receipt is not well formed."""

    code = "receipt"
