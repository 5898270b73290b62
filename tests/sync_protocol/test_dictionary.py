"""The preset dictionary is frozen, and does for unseen complaints what it was made for."""

import importlib.util
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.texts import HAND_WRITTEN, complaints, frame_sizes, hand_written
from sync_protocol import bodies
from sync_protocol.bundle import LENGTH_SIZE
from sync_protocol.dictionary import DICTIONARY_1, DICTIONARY_1_SHA256
from sync_protocol.entry import MIN_ENTRY_SIZE
from sync_protocol.packing import pack
from sync_protocol.vocabulary import DeviceState

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_dictionary", PROJECT / "scripts" / "build_dictionary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_dictionary_is_the_one_that_its_hash_names() -> None:
    assert sha256(DICTIONARY_1).hexdigest() == DICTIONARY_1_SHA256
    assert len(DICTIONARY_1) <= 32_768


def test_the_script_makes_the_same_bytes_from_the_same_inputs(script: ModuleType) -> None:
    if script.inputs() != script.BUILT_FROM:
        pytest.skip("the sample texts or master data have moved on since dictionary 1 was built, as they may")
    assert script.build() == DICTIONARY_1


def test_hostile_samples_are_left_out(script: ModuleType) -> None:
    assert len(list(script.samples())) > 40
    for word in (b"HYPERLINK", b"<script", b"\0", b"5371019999999999", b"Sisa pulsa"):
        assert word not in DICTIONARY_1


def test_no_hand_written_sentence_stands_in_the_phrase_list(script: ModuleType) -> None:
    known = DICTIONARY_1.decode() + script.PHRASES.read_text() + (script.DATA / "contoh_pengaduan.csv").read_text()
    assert len(HAND_WRITTEN) >= 40
    for _, text in HAND_WRITTEN:
        for sentence in text.replace("?", ".").replace(";", ".").split("."):
            assert not sentence.strip() or sentence.strip() not in known


def test_hand_written_texts_share_few_runs_of_words_with_the_dictionary() -> None:
    known = DICTIONARY_1.decode()
    runs = [
        " ".join(run) for _, text in HAND_WRITTEN for run in zip(*(text.split()[at:] for at in range(4)), strict=False)
    ]
    assert sum(run in known for run in runs) / len(runs) < 0.01


@pytest.mark.parametrize("filed", [list(complaints(7, 300)), list(hand_written())], ids=["templates", "hand-written"])
def test_a_complaint_of_250_characters_costs_at_most_380_bytes(filed: list[dict[str, object]]) -> None:
    sizes = frame_sizes(filed)
    assert max(sizes) <= 380
    assert sum(sizes) / len(sizes) <= 360


def test_an_idle_exchange_costs_less_than_700_bytes() -> None:
    ids = [sha256(bytes([n])).hexdigest() for n in range(4)]
    up = bodies.Head(have=ids[0], root=ids[0])
    down = bodies.Head(have=ids[1], root=ids[2], state=DeviceState.ACTIVE, safe=ids[3], now=1_767_240_000_000)
    assert sum(8 + LENGTH_SIZE + MIN_ENTRY_SIZE + len(pack(head.encode())) for head in (up, down)) < 700


def test_generated_complaints_are_the_same_under_one_seed_and_varied() -> None:
    first = list(complaints(1, 200))
    assert first == list(complaints(1, 200))
    assert first != list(complaints(2, 200))
    assert len({str(one["text"]) for one in first}) == 200
    assert all(180 <= len(str(one["text"])) <= 320 for one in first)
    assert all(a != b for a, b in pairwise(first))
