"""Bytes that no network sent: noise, and good PDUs with something wrong. `make assurance ARGS=pdu`."""

import json
import random
import time
from collections import Counter
from functools import partial

from firmware_bridge.cli.pdu_from_json import from_object
from firmware_bridge.cli.pdu_to_json import to_object
from firmware_bridge.pdu import Message, PduError, decode_pdu, encode_pdu, join_parts, message_key
from tests.assurance import Outcome, in_parallel
from tests.firmware_bridge.pdu.samples import SAMPLES

CHUNK = 25_000
GOOD = [bytes.fromhex(sample.pdu) for sample in SAMPLES]


def assure(count: int, seed: int) -> Outcome:
    """Decode `count` inputs; each chunk has a seed of its own."""
    started = time.monotonic()
    jobs = [partial(fuzz, min(CHUNK, count - at), seed + at // CHUNK) for at in range(0, count, CHUNK)]
    results = in_parallel(jobs, "pdu")
    toll: Counter[str] = Counter()
    for counts, _ in results:
        toll.update(counts)
    failures = [failure for _, found in results for failure in found]
    figures = {**toll, "per_second": round(count / (time.monotonic() - started))}
    return Outcome(count=count, failures=failures, figures=figures)


def fuzz(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How many inputs had which outcome, and those that broke a promise."""
    randomness = random.Random(seed)
    toll: Counter[str] = Counter()
    failures: list[str] = []
    for _ in range(count):
        pdu, has_smsc, from_mobile = any_input(randomness), randomness.random() < 0.8, randomness.random() < 0.3
        try:
            toll[tried(pdu, has_smsc=has_smsc, from_mobile=from_mobile)] += 1
        except Exception as error:  # noqa: BLE001  whatever is not the documented error is the finding
            failures.append(f"{pdu.hex()} {has_smsc=} {from_mobile=}: {type(error).__name__}: {error}")
    return toll, failures


def tried(pdu: bytes, *, has_smsc: bool, from_mobile: bool) -> str:
    """Decode one input, and hold what comes of it to the codec's promises."""
    assert len(message_key("510100000000001", pdu, has_smsc=has_smsc)) == 32
    try:
        message = decode_pdu(pdu, has_smsc=has_smsc, from_mobile=from_mobile)
    except PduError:
        return "refused"
    join_parts([message, message]).encode()  # It can be stored: no half character is left in it.
    return encoded_again(message, from_mobile=from_mobile)


def encoded_again(message: Message, *, from_mobile: bool) -> str:
    """What was decoded encodes, unless no PDU may hold it, and then it is the same message; so does its JSON."""
    try:
        again = encode_pdu(message)
    except PduError:
        return "decoded only"
    second = decode_pdu(again, from_mobile=from_mobile)
    assert encode_pdu(second) == again, again.hex()
    described = json.dumps(to_object(message))
    assert encode_pdu(from_object(json.loads(described))) == again, described
    return "truncated" if message.truncated else "decoded"


def any_input(randomness: random.Random) -> bytes:
    """Noise, or a good PDU that was cut, lengthened, or changed in a few bits or octets."""
    if randomness.random() < 0.15:
        return randomness.randbytes(randomness.randrange(200))
    pdu = bytearray(randomness.choice(GOOD))
    for _ in range(randomness.randrange(1, 5)):
        at = randomness.randrange(len(pdu)) if pdu else 0
        match randomness.randrange(6):
            case 0:
                del pdu[at:]
            case 1:
                pdu[at : at + 1] = bytes([randomness.randrange(256)])
            case 2 if pdu:
                pdu[at] ^= 1 << randomness.randrange(8)
            case 3:
                pdu[at:at] = randomness.randbytes(randomness.randrange(1, 9))
            case 4:
                del pdu[at : at + randomness.randrange(1, 9)]
            case _:
                pdu[at : at + 1] = bytes([randomness.choice([0, 0x7F, 0x80, 0xFF, 0x1B])])
    return bytes(pdu)
