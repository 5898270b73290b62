# ruff: noqa: E501 - a vector stands on one line
"""Bodies of entries after unpacking."""

import json
from collections.abc import Iterator

from scripts.vectors.setting import (
    Vector,
    secret,
    vector,
)
from sync_protocol.kinds import Kind


def json_rules() -> Iterator[tuple[str, int, bytes, str, str]]:
    """(name, kind, body, expect, comment) of section 9's rules, which hold for every kind that is JSON."""
    health = int(Kind.HEALTH)
    yield "empty object", health, b"{}", "ok", "all fields of HEALTH may be left out"
    yield "unknown field", health, b'{"colour":{"of":["x"]}}', "ok", "unknown fields are skipped"
    yield "white space", health, b' {\n"queue" : 1\t}\r\n', "ok", "as JSON allows"
    yield "escapes", health, b'{"modem":"\\u0041\\n\\ud83d\\ude00"}', "ok", "escapes, also of a pair of surrogates"
    yield "escaped key", health, b'{"\\u0071ueue":1}', "ok", "the key is queue"
    yield "escaped backslash before u0000", health, b'{"modem":"\\\\u0000"}', "ok", "no NUL: a backslash and letters"
    yield "depth 32", health, b'{"x":' + b"[" * 31 + b"]" * 31 + b"}", "ok", "an object and 31 lists"
    yield "depth 33", health, b'{"x":' + b"[" * 32 + b"]" * 32 + b"}", "json", "nested deeper than 32"
    yield "depth 33 of objects", health, b'{"x":' * 33 + b"1" + b"}" * 33, "json", "nested deeper than 32"
    yield "depth 6,000", health, b"[" * 6_000, "json", "nested deeper than 32: refused before a parser recurses"
    yield "40 brackets in a text", health, b'{"modem":"' + b"[" * 40 + b'"}', "ok", "brackets in a text are no nesting"
    yield (
        "40 brackets after an escaped quote",
        health,
        b'{"modem":"\\"' + b"[" * 40 + b'"}',
        "ok",
        "the quote does not end the text",
    )
    yield "40 lists side by side", health, b'{"x":[' + b"[]," * 39 + b"[]]}", "ok", "many, but not deep"
    yield (
        "unclosed text of escaped quotes",
        health,
        b"[" * 33 + b'"' + b'\\"' * 3_000,
        "json",
        "refused in time that grows with the length alone",
    )
    yield "duplicate key", health, b'{"queue":1,"queue":2}', "json", "duplicate keys"
    yield (
        "duplicate key, one escaped",
        health,
        b'{"queue":1,"\\u0071ueue":2}',
        "json",
        "duplicate keys: compared after unescaping",
    )
    yield "duplicate unknown key", health, b'{"x":1,"x":1}', "json", "duplicate keys, also where the field is unknown"
    yield "duplicate key within", health, b'{"x":{"y":1,"y":1}}', "json", "duplicate keys at any depth"
    yield (
        "NUL as it is",
        health,
        b'{"modem":"a\0b"}',
        "json",
        "a control character must be escaped, and NUL may not stand at all",
    )
    yield "NUL escaped", health, b'{"modem":"a\\u0000b"}', "json", "NUL"
    yield "NUL in an unknown field", health, b'{"x":["\\u0000"]}', "json", "NUL anywhere"
    yield "NUL in a key", health, b'{"\\u0000":1}', "json", "NUL anywhere"
    yield "control character", health, b'{"modem":"a\x01b"}', "json", "RFC 8259: to be escaped"
    yield "lone high surrogate", health, b'{"modem":"\\ud83d"}', "json", "no character"
    yield "lone low surrogate", health, b'{"modem":"\\uDE00"}', "json", "no character"
    yield "surrogates the wrong way round", health, b'{"modem":"\\ude00\\ud83d"}', "json", "no character"
    yield "lone surrogate in an unknown field", health, b'{"x":["\\uD83D"]}', "json", "no character, wherever it stands"
    yield "lone surrogate in a key", health, b'{"\\uDe00":1}', "json", "no character, wherever it stands"
    yield "surrogate as UTF-8", health, b'{"modem":"\xed\xa0\xbd"}', "json", "UTF-8 has no surrogates"
    yield "invalid UTF-8", health, b'{"modem":"\xff"}', "json", "not UTF-8"
    yield "overlong UTF-8", health, b'{"modem":"\xc0\x80"}', "json", "not UTF-8"
    yield "cut UTF-8", health, b'{"modem":"\xe2\x82"}', "json", "not UTF-8"
    yield "invalid UTF-8 in an unknown field", health, b'{"x":"\xff"}', "json", "not UTF-8, wherever it stands"
    yield "UTF-16", health, '{"queue":1}'.encode("utf-16-le"), "json", "UTF-8 alone"
    yield "byte order mark", health, b"\xef\xbb\xbf{}", "json", "none is allowed"
    yield "2^63 - 1 in an unknown field", health, b'{"x":9223372036854775807}', "ok", "the greatest integer"
    yield "2^63 in an unknown field", health, b'{"x":9223372036854775808}', "json", "beyond 64 bits, signed"
    yield "-2^63 in an unknown field", health, b'{"x":-9223372036854775808}', "ok", "the least integer"
    yield "-2^63 - 1 in an unknown field", health, b'{"x":-9223372036854775809}', "json", "beyond 64 bits, signed"
    yield (
        "an integer of 5,000 digits",
        health,
        b'{"x":' + b"9" * 5_000 + b"}",
        "json",
        "beyond 64 bits; refused by its length",
    )
    yield (
        "a fraction and an exponent in an unknown field",
        health,
        b'{"x":[-0.0,1.5e-3]}',
        "ok",
        "only the form is checked",
    )
    yield (
        "1e999 in an unknown field",
        health,
        b'{"x":1e999}',
        "ok",
        "only the form is checked: no reader need hold the value",
    )
    yield "1e999 in an integer's place", health, b'{"queue":1e999}', "field", "no integer"
    yield "1e2 in an integer's place", health, b'{"queue":1e2}', "field", "no integer, whatever its value"
    yield "-0", health, b'{"queue":-0}', "ok", "an integer: 0"
    yield "-0.0 in an integer's place", health, b'{"queue":-0.0}', "field", "no integer"
    yield "NaN", health, b'{"x":NaN}', "json", "not JSON"
    yield "Infinity", health, b'{"x":-Infinity}', "json", "not JSON"
    yield "leading zero", health, b'{"queue":01}', "json", "not JSON"
    yield "comma at the end", health, b'{"queue":1,}', "json", "not JSON"
    yield "single quotes", health, b"{'queue':1}", "json", "not JSON"
    yield "comment", health, b"{}//", "json", "not JSON"
    yield "two values", health, b"{}{}", "json", "one value alone"
    yield "nothing", health, b"", "json", "no value"
    yield "cut", health, b'{"queue":1', "json", "the object does not end"
    yield "a list", health, b"[]", "field", "a body is an object"
    yield "null", health, b"null", "field", "a body is an object"
    yield "unknown kind, any JSON", 99, b"[1]", "ok", "no fields are known, so the JSON rules alone hold"
    yield "unknown kind, duplicate key", 99, b'{"a":1,"a":1}', "json", "and they hold"
    yield "unknown kind, lone surrogate", 99, b'{"a":"\\ud83d"}', "json", "and they hold"
    yield "unknown kind, NaN", 99, b'{"a":NaN}', "json", "and they hold"
    yield "unknown kind, Infinity", 99, b'{"a":-Infinity}', "json", "and they hold"
    yield "unknown kind, NUL", 99, b'{"a":"\\u0000"}', "json", "and they hold"


def with_field(base: dict[str, object], field: str, value: object) -> bytes:
    return json.dumps({**base, field: value}, ensure_ascii=False, separators=(",", ":")).encode()


def field_rules() -> Iterator[tuple[str, int, bytes, str, str]]:
    """(name, kind, body, expect, comment): bounds of fields, at the last allowed value and one beyond."""
    an_id = secret("id").hex()
    complaint: dict[str, object] = {"category": "PJU", "kelurahan": "53.71.04.1010", "pin": "402913"}
    bases: dict[Kind, dict[str, object]] = {
        Kind.HEAD: {}, Kind.KEY: {"sign": an_id, "seal": an_id}, Kind.COMPLAINT: complaint, Kind.NOTE: {"number": "7KQM9-XD4TF", "type": "amended"},
        Kind.SMS_IN: {"from": "+6281200000001"}, Kind.SMS_RESULT: {"key": an_id, "state": "sent"}, Kind.CLOCK: {"reason": "boot"},
        Kind.LOST: {"seq": 1, "id": an_id, "prev": an_id}, Kind.HEALTH: {}, Kind.QUERY: {"number": "7KQM9-XD4TF", "pin": "402913", "nonce": an_id[:32]},
        Kind.ANSWER: {"nonce": an_id[:32]}, Kind.STATUS: {"case": an_id, "status": "PROSES"}, Kind.SMS_OUT: {"key": an_id, "to": "+6281200000001", "text": "KASIH"},
        Kind.CONFIG: {"unit": "KEL-LILIBA"}, Kind.MASTER: {"table": "unit", "rows": []}, Kind.KEYS: {"sign": an_id, "intake": an_id, "duty": an_id},
        Kind.PRUNE: {"upto": an_id},
    }  # fmt: skip
    for kind, base in bases.items():
        name = kind.name
        yield f"{name}, least", kind, json.dumps(base).encode(), "ok", "the fields that must be there"
        for field in base:
            less = {key: value for key, value in base.items() if key != field}
            yield f"{name} without {field}", kind, json.dumps(less).encode(), "field", f"{field} is missing"
            yield f"{name}, {field} null", kind, with_field(base, field, None), "field", f"{field} is of another type"
        yield (
            f"{name}, unknown field",
            kind,
            with_field(base, "since_version_9", {"a": [1]}),
            "ok",
            "unknown fields are skipped",
        )

    def bound(
        kind: Kind, field: str, good: object, bad: object, why: str
    ) -> Iterator[tuple[str, int, bytes, str, str]]:
        yield (
            f"{kind.name}, {field}: {why}, just in",
            kind,
            with_field(bases[kind], field, good),
            "ok",
            f"{field}: {why}",
        )
        yield (
            f"{kind.name}, {field}: {why}, just out",
            kind,
            with_field(bases[kind], field, bad),
            "field",
            f"{field}: {why}",
        )

    yield from bound(Kind.HEAD, "have", an_id, an_id[:-1], "64 hex digits")
    yield from bound(Kind.HEAD, "root", an_id, an_id + "0", "64 hex digits")
    yield from bound(Kind.HEAD, "safe", an_id, an_id.upper(), "lower case")
    yield from bound(Kind.HEAD, "have", None, "g" * 64, "null where there is none")
    yield from bound(Kind.HEAD, "want", [an_id] * 32, [an_id] * 33, "32 ids at most")
    yield from bound(Kind.HEAD, "want", [], [an_id[:-1]], "ids")
    yield from bound(Kind.HEAD, "v", 1, 0, "1 or more")
    yield from bound(Kind.HEAD, "v", 255, 256, "255 at most")
    yield from bound(Kind.HEAD, "max", 0, -1, "0 or more")
    yield from bound(Kind.HEAD, "max", 2**31, 2**31 + 1, "2^31 at most")
    yield from bound(Kind.HEAD, "state", "revoked", "lost", "a known state")
    yield from bound(Kind.HEAD, "now", 2**53 - 1, 2**53, "below 2^53")
    yield from bound(Kind.KEY, "sign", an_id, an_id + "\n", "nothing after the digits")
    yield from bound(Kind.KEY, "mac", an_id, "", "64 hex digits or absent")
    yield from bound(Kind.KEY, "name", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "text", "x" * 4_000, "x" * 4_001, "4,000 characters at most")
    yield from bound(
        Kind.COMPLAINT, "text", "\U0001f621" * 4_000, "\U0001f621" * 4_001, "characters are counted, not bytes"
    )
    yield from bound(Kind.COMPLAINT, "place", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "name", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "operator", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "category", "x" * 40, "x" * 41, "40 characters at most")
    yield from bound(Kind.COMPLAINT, "kelurahan", "x" * 40, "x" * 41, "40 characters at most")
    yield from bound(Kind.COMPLAINT, "channel", "x" * 40, "x" * 41, "40 characters at most; an unknown channel is kept")
    yield from bound(Kind.COMPLAINT, "accused", "x" * 40, "x" * 41, "40 characters at most")
    yield from bound(Kind.COMPLAINT, "pin", "000000", "00000", "6 digits or more")
    yield from bound(Kind.COMPLAINT, "pin", "0" * 16, "0" * 17, "16 digits at most")
    yield from bound(Kind.COMPLAINT, "pin", "402913", "40291\u0663", "ASCII digits")
    yield from bound(Kind.COMPLAINT, "pin", "402913", 402913, "a text")
    yield from bound(Kind.COMPLAINT, "phone", "", "12", "empty, or 3 digits or more")
    yield from bound(Kind.COMPLAINT, "phone", "+" + "1" * 18, "1" * 19, "18 digits at most")
    yield from bound(
        Kind.COMPLAINT, "phone", "081200000001", "0812-0000-0001", "digits, with one plus sign before them at most"
    )
    yield from bound(Kind.COMPLAINT, "phone", "081200000001", "081200000001\n", "nothing after the digits")
    yield from bound(Kind.COMPLAINT, "identity", "unnamed", "hidden", "a known identity")
    yield from bound(Kind.COMPLAINT, "sms_ok", True, 1, "true or false")
    yield from bound(Kind.COMPLAINT, "row", 2**53 - 1, 2**53, "below 2^53")
    yield from bound(Kind.COMPLAINT, "row", 0, -1, "0 or more")
    yield from bound(Kind.COMPLAINT, "row", 5, "5", "a number")
    yield from bound(Kind.COMPLAINT, "row", 5, 5.0, "an integer, not 5.0")
    yield from bound(Kind.COMPLAINT, "sms", [an_id] * 255, [an_id] * 256, "255 parts at most")
    yield from bound(Kind.COMPLAINT, "flags", ["draft"] * 16, ["draft"] * 17, "16 flags at most")
    yield from bound(Kind.COMPLAINT, "secret", {"text": "AAAA", "person": ""}, {"text": "AAAA"}, "both seals")
    yield from bound(Kind.COMPLAINT, "secret", None, {"text": "A!AA", "person": ""}, "base64")
    yield from bound(Kind.NOTE, "rating", 5, 6, "5 at most")
    yield from bound(Kind.NOTE, "pin", "x" * 16, "x" * 17, "16 characters at most; a wrong PIN is still a note")
    yield from bound(Kind.SMS_IN, "flags", ["x"] * 16, ["x"] * 17, "16 flags at most")
    yield from bound(Kind.SMS_IN, "parts", [an_id], ["x"], "hashes")
    yield from bound(Kind.CLOCK, "offset_ms", -(2**53) + 1, -(2**53), "above -2^53")
    yield from bound(Kind.CLOCK, "jump_ms", 2**53 - 1, 2**53, "below 2^53")
    yield from bound(Kind.LOST, "seq", 0, -1, "0 or more")
    yield from bound(Kind.HEALTH, "modem", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.HEALTH, "queue", 0, -1, "0 or more")
    yield from bound(Kind.QUERY, "nonce", "0" * 32, "0" * 31, "32 hex digits")
    yield from bound(Kind.ANSWER, "answer", "x" * 4_000, "x" * 4_001, "4,000 characters at most")
    yield from bound(Kind.STATUS, "box", "AAAA", "AAA", "base64 with its padding")
    yield from bound(Kind.STATUS, "box", "QR==", "QR=", "bits that the padding leaves over may be anything")
    yield from bound(Kind.SMS_OUT, "priority", 0, -1, "0 or more")
    yield from bound(Kind.CONFIG, "poll_s", 1, 0, "1 or more")
    yield from bound(Kind.CONFIG, "poll_s", 86_400, 86_401, "a day at most")
    yield from bound(Kind.CONFIG, "settings", {"a": "b"}, {"a": 1}, "texts")
    yield from bound(Kind.MASTER, "rows", [{"kode": "A"}], [{"kode": 1}], "rows of texts")


def json_bodies() -> Iterator[Vector]:
    for name, kind, body, expect, comment in (*json_rules(), *field_rules()):
        yield vector(name, body, expect, comment, kind=int(kind))
