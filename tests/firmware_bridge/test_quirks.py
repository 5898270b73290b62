import re

import pytest

from firmware_bridge.quirks import Quirk, Quirks, known, quirks_of


def test_every_entry_reads_and_has_its_reason() -> None:
    for quirk in known():
        assert len(quirk.why) > 20
        for pattern in (quirk.manufacturer, quirk.model, quirk.revision):
            re.compile(pattern)
        assert all(re.fullmatch(r"AT[+^][A-Z0-9+^=,]+", command) for command in quirk.setup)
        assert quirk.reset == "" or quirk.reset.startswith("AT")


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (("huawei", "E173", "11.126"), ("Huawei, semua stik",)),
        (("huawei", "E3372", "22.1"), ("Huawei, semua stik", "Huawei dan Brovi E3372 (firmware 21, 22 dan -325)")),
        (("Quectel", "EC25", "EC25EFAR06"), ("Quectel EC20, EC21, EC25, EG25",)),
        (("SIMCOM INCORPORATED", "SIMCOM_SIM800", "1418B05"), ("SIMCom SIM800 dan SIM900",)),
        (("ZTE CORPORATION", "MF190", "BD"), ("ZTE, semua stik",)),
        (("Somebody", "Else", "1"), ()),
        (("", "", ""), ()),
    ],
)
def test_entries_are_found_by_what_a_modem_says(told: tuple[str, str, str], names: tuple[str, ...]) -> None:
    assert quirks_of(*told).names == names


def test_what_is_chatter_for_one_is_a_restart_for_another() -> None:
    assert Quirks().is_boot("^BOOT:1,0")
    assert not quirks_of("huawei", "E173", "").is_boot("^BOOT:1,0")
    assert quirks_of("huawei", "E173", "").is_boot("^SYSSTART")


@pytest.mark.parametrize(
    ("told", "reset"),
    [
        (("huawei", "E173", ""), "AT^RESET"),
        (("huawei", "MU736", ""), "AT+CFUN=16"),
        (("u-blox", "LISA-U200", ""), "AT+CFUN=16"),
        (("Cinterion", "BGS2-W", ""), "AT+CFUN=1,1"),
    ],
)
def test_each_is_restarted_in_its_own_way(told: tuple[str, str, str], reset: str) -> None:
    assert quirks_of(*told).reset == reset


def test_a_later_entry_wins_and_lists_of_lines_are_joined() -> None:
    entries = [
        Quirk(name="a", manufacturer="x", why="", setup=("AT+A",), first_slot=0, storages=("SM",)),
        Quirk(name="b", manufacturer="x", why="", setup=("AT+B",), storages=("ME",)),
        Quirk(name="c", manufacturer="y", why="", listing="slots"),
    ]
    merged = quirks_of("X", "", "", entries)
    assert (merged.setup, merged.first_slot, merged.storages) == (("AT+A", "AT+B"), 0, ("ME",))
    assert merged.listing == "list"
