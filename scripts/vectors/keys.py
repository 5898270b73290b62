# ruff: noqa: E501 - a vector stands on one line
"""Keys and enrolment codes."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.vectors.setting import (
    DEVICE,
    DEVICE_KEY,
    DEVICE_LOG,
    DEVICE_SEAL,
    INTAKE,
    OTHER,
    OTHER_KEY,
    OTHER_LOG,
    SERVER_KEY,
    LogWriter,
    Vector,
    flip,
    secret,
    typed,
    vector,
)
from sync_protocol import base32, bodies, keys
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import NO_PREV
from sync_protocol.kinds import Kind

P = 2**255 - 19


def sign_keys() -> Iterator[Vector]:
    """Ed25519 public keys, at enrolment and wherever else a key comes in."""
    yield vector("a key", DEVICE_KEY, "ok", "the device of these vectors")
    yield vector("31 bytes", DEVICE_KEY[:31], "weak-key", "length")
    yield vector("33 bytes", DEVICE_KEY + b"\0", "weak-key", "length")
    yield vector("nothing", b"", "weak-key", "length")
    y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    small = {"0, order 4": 0, "1, order 1": 1, "-1, order 2": P - 1, "y of order 8": y8, "-y of order 8": P - y8}
    for name, y in small.items():
        for sign in (0, 1):
            yield vector(
                f"small order: y = {name}, sign {sign}",
                (y | sign << 255).to_bytes(32, "little"),
                "weak-key",
                "a signature under it proves nothing",
            )
    for y in (P, P + 1, 2**255 - 1):
        yield vector(
            f"not canonical: y = 2^255 - {2**255 - y}",
            y.to_bytes(32, "little"),
            "weak-key",
            "y is not below 2^255 - 19: a second name for one key",
        )
    yield vector("no point", (2).to_bytes(32, "little"), "weak-key", "no x fits y = 2 (RFC 8032, section 5.1.3)")


def seal_keys() -> Iterator[Vector]:
    """X25519 public keys."""
    yield vector("a key", INTAKE, "ok", "the intake key of these vectors")
    yield vector("base point", (9).to_bytes(32, "little"), "ok", "u = 9")
    yield vector("31 bytes", INTAKE[:31], "weak-key", "length")
    yield vector("33 bytes", INTAKE + b"\0", "weak-key", "length")
    u8 = (
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
    for name, u in {"0": 0, "1": 1, "-1": P - 1, "of order 8": u8[0], "of order 8, the other": u8[1]}.items():
        yield vector(
            f"small order: u = {name}",
            u.to_bytes(32, "little"),
            "weak-key",
            "the shared secret is zeros whatever the private key (RFC 7748, section 6.1)",
        )
    for u in (P, P + 1, P + 9, 2**255 - 1):
        yield vector(
            f"not canonical: u = 2^255 - {2**255 - u}",
            u.to_bytes(32, "little"),
            "weak-key",
            "u is not below 2^255 - 19: a second name for one key",
        )
    yield vector(
        "high bit set",
        flip(INTAKE, 31, 7),
        "weak-key",
        "RFC 7748 ignores the bit, so it would be a second name for one key",
    )
    yield vector(
        "tag of zeros",
        b"kasih: its tag is zero. " + 0x10CE01B97.to_bytes(8, "little"),
        "weak-key",
        "SHA-256 begins with four zero bytes, which would say that the body is not sealed; found by search",
    )


def codes() -> Iterator[Vector]:
    """Enrolment codes: 60 bits of a secret, 60 bits of SHA-256 of the server's sign key, a check symbol."""
    code = keys.new_code(secret("code"), SERVER_KEY)
    text = keys.write_code(code)
    parts = {
        "secret": code.secret.hex(),
        "fingerprint": code.fingerprint.hex(),
        "mac": code.mac(DEVICE_KEY, DEVICE_SEAL).hex(),
    }
    yield typed("a code", text, "ok", "for the server key of these vectors; mac is that of its device's KEY", **parts)
    yield typed("lower case without hyphens", text.lower().replace("-", ""), "ok", "as numbers are typed", **parts)
    yield typed("24 symbols", text[:-1], "code", "length")
    yield typed("26 symbols", text + "0", "code", "length")
    yield typed("the letter U", "U" + text[1:], "code", "not of the alphabet")
    symbols = base32.symbols(text) or []
    for at in (0, 11, 12, 23, 24):
        wrong = [*symbols[:at], symbols[at] ^ 1, *symbols[at + 1 :]]
        yield typed(f"symbol {at + 1} wrong", base32.text(wrong), "code", "check symbol")
    yield typed(
        "symbols 1 and 25 swapped", base32.text([symbols[24], *symbols[1:24], symbols[0]]), "code", "check symbol"
    )
    yield typed("nothing", "", "code", "length")


# fmt: off
def device_keys() -> Iterator[Vector]:
    """KEY entries, each alone in a bundle, at a server that has given out these codes: an error, or how the log stands.

    `codes` are the secrets of the codes and what has become of them. `state` is what the device then is: null where no
    code explains it, so that it is remembered for an admin, answered with 403, and nothing of it is stored.
    """
    code = keys.new_code(secret("code"), SERVER_KEY)
    good = code.mac(DEVICE_KEY, DEVICE_SEAL)
    unused, used, expired = ([{"secret": code.secret.hex(), "is": word}] for word in ("unused", "used", "expired"))

    def key(
        name: str, expect: str, comment: str, *, sign: bytes = DEVICE_KEY, seal: bytes = DEVICE_SEAL, mac: bytes | None = good,
        codes: list[dict[str, str]] = unused, state: str | None = None, signer: Ed25519PrivateKey = DEVICE, log: bytes = DEVICE_LOG, at: int = 1,
    ) -> Vector:  # fmt: skip
        body = bodies.Key(sign=sign.hex(), seal=seal.hex(), name="Kios Liliba", mac=mac.hex() if mac else None)
        prev = NO_PREV if at == 1 else secret("prev")
        written = LogWriter(signer, log, INTAKE).write_at(Kind.KEY, body.encode(), at, prev, sealed=False)
        return vector(name, write_bundle([written.raw]), expect, comment, codes=codes, state=state)

    yield key("an unused code", "ok", "ACTIVE at once", state="active")
    yield key("a used code", "ok", "waits for an admin", codes=used, state="pending")
    yield key("an expired code", "ok", "waits for an admin", codes=expired, state="pending")
    yield key("a code among others", "ok", "found by trying all", codes=[{"secret": "00" * 8, "is": "used"}, *unused], state="active")
    yield key("a later KEY with a good code", "ok", "a device that got another code appends another KEY", at=7, state="active")
    yield key("no mac", "ok", "valid, but no code explains it", mac=None)
    yield key("mac of another code", "ok", "no code that is given out explains it", mac=keys.new_code(secret("other"), SERVER_KEY).mac(DEVICE_KEY, DEVICE_SEAL))
    yield key("flipped bit in the mac", "ok", "no code explains it", mac=flip(good, 31))
    yield key("mac of another seal", "ok", "the mac covers both keys", mac=code.mac(DEVICE_KEY, INTAKE))
    yield key("mac of the keys the other way round", "ok", "sign stands first", mac=code.mac(DEVICE_SEAL, DEVICE_KEY))
    yield key("no codes at all", "ok", "as after a restore from a backup that is older than the code", codes=[])
    other_mac = code.mac(OTHER_KEY, DEVICE_SEAL)
    yield key("sign is another key than the log's", "field", "the log is not the one that sign names", sign=OTHER_KEY, mac=other_mac)
    yield key("log of another device", "field", "the log is not the one that sign names", log=OTHER_LOG)
    yield key("signed by another key", "bad-signature", "sign names the log, but did not sign", signer=OTHER)
    yield key("weak sign", "weak-key", "a key of small order proves nothing", sign=bytes(32), log=keys.device_log(bytes(32)))
    yield key("sign is no point", "weak-key", "no x fits y = 2", sign=(2).to_bytes(32, "little"), log=keys.device_log((2).to_bytes(32, "little")))
    for name, weak in {
        "of zeros": bytes(32),
        "not canonical": P.to_bytes(32, "little"),
        "of order 1": (1).to_bytes(32, "little"),
    }.items():
        yield key(f"weak seal, {name}", "weak-key", "nothing is sealed to such a key", seal=weak, mac=code.mac(DEVICE_KEY, weak))
# fmt: on
