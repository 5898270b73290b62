"""docs/simulator.md says what the simulator takes."""

import json
import re
from pathlib import Path

from firmware_bridge.simulator import SimulatorSettings, read_steps
from firmware_bridge.simulator.requests import AnyRequest, read_request
from tests.firmware_bridge.simulator.talk import Talk

PAGE = Path(__file__).parents[3].joinpath("docs/simulator.md").read_text("utf-8")


def test_every_request_is_described_and_every_described_one_is_taken() -> None:
    described = [json.loads(text) for text in re.findall(r"^\| `(\{.*?\})` \|", PAGE, re.MULTILINE)]
    for asked in described:
        read_request({**asked, **({"kind": "error"} if asked["do"] == "fault" else {})})
    known = {kind.__struct_config__.tag for kind in AnyRequest.__args__}
    assert {asked["do"] for asked in described} == known


def test_the_example_of_a_scenario_is_one() -> None:
    example = re.search(r"^    (\[\{\"do\".*?\}\])$", PAGE, re.MULTILINE | re.DOTALL)
    assert example is not None
    assert len(read_steps(json.loads(example[1]))) == 4


def test_what_state_tells_stands_in_the_page() -> None:
    row = re.search(r"^\| `\{\"do\": \"state\"\}` \|(.*)$", PAGE, re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"`(\w+)`", row[1])) == set(Talk().state())


def test_the_settings_it_names_exist() -> None:
    row = re.search(r"^\| `--set NAME=VALUE` \|(.*)$", PAGE, re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"`(\w+)=", row[1])) <= set(SimulatorSettings.__struct_fields__)
