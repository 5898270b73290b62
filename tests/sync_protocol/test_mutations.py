"""Thousands of damaged bundles and bodies under fixed seeds: no crash, and nothing false is taken for true."""

import random

import pytest

from sync_protocol.bodies import decode_body
from sync_protocol.bundle import MAGIC, read_bundle, write_bundle
from sync_protocol.entry import verify_entry
from sync_protocol.errors import BadSignatureError, NotABundleError, ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import pack, unpack
from tests.damage import mutate
from tests.sync_protocol import samples

ENTRIES = samples.log(6)
TRUE_BYTES = {entry.raw for entry in ENTRIES}
BUNDLE = write_bundle([entry.raw for entry in ENTRIES])
KEY = samples.DEVICE.public_key()


@pytest.mark.parametrize("seed", range(8))
def test_2500_damaged_bundles(seed: int) -> None:
    rng = random.Random(seed)
    survived = 0
    for _ in range(2_500):
        data = mutate(rng, BUNDLE)
        try:
            entries, _ = read_bundle(data)
        except NotABundleError:
            assert not data.startswith(MAGIC)
            continue
        for entry in entries:
            if entry.raw in TRUE_BYTES:
                survived += 1
                continue
            with pytest.raises(BadSignatureError):
                verify_entry(entry, KEY)
    assert survived > 2_500  # Damage in one place leaves most of what stands elsewhere.


BODIES = [
    (Kind.COMPLAINT, samples.complaint("Air ledeng mati sudah seminggu, mohon dicek. \u2013 Terima kasih \U0001f64f")),
    (
        Kind.HEAD,
        b'{"have":"'
        + b"ab" * 32
        + b'","want":["'
        + b"cd" * 32
        + b'"],"max":4096,"state":"active","now":1767240000000}',
    ),
    (Kind.MASTER, b'{"table":"unit","rows":[{"kode":"DINKES","nama":"Dinas Kesehatan"},{"kode":"DPUPR"}]}'),
    (Kind.CONFIG, b'{"unit":"KEL-ALAK","poll_s":60,"settings":{"a":"\\u00e9\\n"}}'),
]


@pytest.mark.parametrize("layer", ["packed", "json"])
def test_10000_damaged_bodies_of_a_device_that_signs_them(layer: str) -> None:
    """An enrolled device may send anything under a good signature."""
    rng = random.Random(layer)
    read = 0
    for turn in range(10_000):
        kind, body = BODIES[turn % len(BODIES)]
        try:
            data = unpack(mutate(rng, pack(body))) if layer == "packed" else mutate(rng, body)
            decode_body(kind, data)
        except ProtocolError:
            continue
        read += 1
    assert read < 5_000
