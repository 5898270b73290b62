"""An independent reader, plain Node without packages, reads the sample bundle and the vectors as Python does."""

import json
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync_protocol import keys
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import verify_entry
from sync_protocol.packing import unpack
from sync_protocol.seal import duty_info, hpke_open, key_tag, open_body

PROJECT = Path(__file__).parents[2]
READER = PROJECT / "tests" / "node" / "read_bundle.mjs"
VECTORS = PROJECT / "tests" / "vectors"
DICTIONARY = PROJECT / "sync_protocol" / "dictionary_1.bin"
NODE = shutil.which("node")
OLDEST_NODE = 20

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: the independent reader was not run")


def run(*arguments: object) -> Any:
    assert NODE is not None
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {version} is older than {OLDEST_NODE}: the independent reader was not run")
    done = subprocess.run([NODE, str(READER), *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read_here() -> list[dict[str, Any]]:
    about = json.loads((VECTORS / "sample.json").read_text())
    private = {
        name: X25519PrivateKey.from_private_bytes(bytes.fromhex(key)) for name, key in about["open_keys"].items()
    }
    by_tag = {key_tag(key.public_key().public_bytes_raw()): key for key in private.values()}
    entries, reader = read_bundle((VECTORS / "sample.kasih").read_bytes())
    assert reader.malformed == reader.rest == 0
    assert [entry.id.hex() for entry in entries] == about["ids"]
    read = []
    for entry in entries:
        assert entry.log.hex() == about["log"]
        verify_entry(entry, keys.sign_key(bytes.fromhex(about["sign_key"])))
        body = json.loads(unpack(open_body(entry.to, entry.header, entry.body, by_tag)))
        if isinstance(body.get("secret"), str):
            body["secret"] = {"text": body["secret"]}  # A NOTE has the one seal.
        for part in body.get("secret", {}):
            opened = hpke_open(private["duty"], duty_info(entry.log, part), b64decode(body["secret"][part]))
            body["secret"][part] = json.loads(unpack(opened))
        shown = {"id": entry.id.hex(), "kind": entry.kind, "time_ms": entry.time_ms, "seq": entry.seq}
        read.append({**shown, "prev": entry.prev.hex(), "body": body})
    return read


@needs_node
def test_node_reads_the_sample_bundle_as_python_does() -> None:
    assert run(VECTORS / "sample.json", VECTORS / "sample.kasih", DICTIONARY) == read_here()


def test_the_sample_holds_every_codec_a_sealed_a_plain_and_a_secret_body_and_an_unknown_kind() -> None:
    read = read_here()
    assert {entry["kind"] for entry in read} >= {0, 1, 2, 3, 6, 9, 77}
    assert {entry["kind"] for entry in read if "secret" in entry["body"]} == {2, 3}


@needs_node
def test_node_refuses_an_altered_bundle(tmp_path: Path) -> None:
    data = bytearray((VECTORS / "sample.kasih").read_bytes())
    data[-70] ^= 1
    (tmp_path / "altered.kasih").write_bytes(data)
    with pytest.raises(AssertionError, match="bad-signature"):
        run(VECTORS / "sample.json", tmp_path / "altered.kasih", DICTIONARY)


@needs_node
def test_node_stops_where_the_vectors_say() -> None:
    outcomes = run("--vectors", VECTORS / "entries.json", VECTORS / "packed.json", DICTIONARY)
    for name in ("entries", "packed"):
        expected = [
            [vector["name"], "ok" if vector["expect"] in {"json", "field"} else vector["expect"]]
            for vector in json.loads((VECTORS / f"{name}.json").read_text())["vectors"]
        ]
        assert outcomes[name] == expected  # It leaves the rules of JSON and of fields to others.
