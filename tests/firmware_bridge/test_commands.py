import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import commands
from firmware_bridge.at_parser import Line, Payload
from firmware_bridge.commands import Answer
from firmware_bridge.errors import UsageError
from firmware_bridge.settings import BridgeSettings


def said(*lines: str) -> Answer:
    return Answer(ok=True, lines=tuple(Line(line) for line in lines))


@pytest.mark.parametrize(
    ("line", "storages"),
    [
        ('+CPMS: ("SM","ME","SR"),("SM","ME"),("SM","ME")', ("SM", "ME", "SR")),
        ('+CPMS: (ME", "SR"), ("ME", "SR"), ("ME")', ("ME", "SR")),
        ('+CPMS: ("SM", "ME", "SM_P", "ME_P", "MT"), ("SM")', ("SM", "ME", "SM_P", "ME_P", "MT")),
        ("+CPMS: ", ()),
    ],
)
def test_storages_of_real_modems(line: str, storages: tuple[str, ...]) -> None:
    assert commands.storages(said(line)) == storages


@pytest.mark.parametrize(
    ("line", "dbm"),
    [
        ("+CSQ: 17,99", -79),
        ("+CSQ: 0,0", -113),
        ("+CSQ: 31,0", -51),
        ("+CSQ: 99,99", None),
        ("+CSQ: 116,99", -100),
        ("+CSQ: x", None),
    ],
)
def test_signal(line: str, dbm: int | None) -> None:
    assert commands.signal_dbm(said(line)) == dbm


@pytest.mark.parametrize(
    ("line", "registration"),
    [
        ("+CREG: 0,1", "home"),
        ("+CREG: 2,1,4CA,81DE445", "home"),
        ('+CREG: 2,5,"1A","2B"', "roaming"),
        ("+CREG: 3", "denied"),
        ("+CREG: 0,2", "searching"),
        ("", "unknown"),
    ],
)
def test_registration(line: str, registration: str) -> None:
    assert commands.registration(said(line) if line else Answer(ok=False)) == registration


@pytest.mark.parametrize(
    "line", ["510010123456789", '"510010123456789"', "+CIMI: 510010123456789", '+CGSN: "510010123456789"']
)
def test_identities(line: str) -> None:
    assert commands.identity(said("noise", line)) == "510010123456789"


def test_an_error_has_no_identity() -> None:
    assert commands.identity(said("SIM busy")) == ""


def test_entries_of_a_list() -> None:
    answer = Answer(
        ok=True,
        lines=(
            Payload("+CMGL: 0,1,,2", "00AABB"),
            Payload('+CMGL: 12,"3","",2', "0191AABB"),
            Payload("+CMGL: 3,1,,9", "00AABB"),
            Payload("+CMGL: x,1,,2", "00AABB"),
            Payload("+CMGL: 4,0,,2", "00AABé"),
        ),
    )
    found = [(entry.index, entry.status, entry.intact) for entry in commands.listed(answer)]
    assert found == [(0, 1, True), (12, 3, True), (3, 1, False), (4, 0, False)]
    assert commands.listed(answer)[3].pdu == "00AABé".encode("latin-1")


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_line_does_harm(header: str, body: str) -> None:
    answer = Answer(ok=True, lines=(Payload("+CMGL: 1,1," + header, body), Line(header)))
    for entry in commands.listed(answer):
        assert isinstance(entry.pdu, bytes)
    for read in (commands.storages, commands.storage, commands.places, commands.signal_dbm, commands.registration):
        read(answer)
    commands.slot(Answer(ok=True, lines=(Payload("+CMGR: 1," + header, body),)), 1)
    commands.operator(answer)
    commands.identity(answer)


@pytest.mark.parametrize(
    "setting", [{"pin": "12"}, {"pin": '1234"'}, {"balance_code": "AT"}, {"balance_code": '*1#",15\r'}]
)
def test_nothing_but_digits_and_code_signs_gets_into_a_command(setting: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        BridgeSettings(**setting)  # type: ignore[arg-type]
