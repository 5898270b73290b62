"""The centre's tables: names, aliases and codes find a kelurahan in any case."""

import pytest

from kiosk_agent.intake.master import read_master
from kiosk_agent.kiosk import Kiosk
from sync_protocol.bodies import Config, Master
from sync_protocol.kinds import Kind
from tests.kiosk_agent.server_peer import TABLES, Direct, Peer


@pytest.mark.parametrize("typed", ["Nunbaun Sabu", "nunbaun  sabu ", "NBS", "nun baun", "53.71.01.1002"])
def test_a_kelurahan_is_found_by_any_of_its_names(typed: str) -> None:
    assert read_master(TABLES).find_kelurahan(typed) == "53.71.01.1002"


def test_a_mistyped_kelurahan_is_none_and_leads_to_a_guess() -> None:
    master = read_master(TABLES)
    assert master.find_kelurahan("Namosein") is None
    assert master.similar_kelurahan("Namosein") == "Namosain"
    assert master.similar_kelurahan("qqqq") is None


def test_a_name_outdoes_another_s_alias() -> None:
    rows = [
        {"kode_kemendagri": "1", "kelurahan": "Alak", "kecamatan": "Alak", "alias": ""},
        {"kode_kemendagri": "2", "kelurahan": "Manulai", "kecamatan": "Alak", "alias": "Alak"},
    ]
    assert read_master({**TABLES, "kelurahan": rows}).find_kelurahan("alak") == "1"


def test_the_newest_table_and_settings_are_in_force_at_once(kiosk: Kiosk, direct: Direct, peer: Peer, control) -> None:
    assert [code for code, _ in kiosk.master().categories] == ["AIR", "JLN", "PGL", "PPA"]
    peer.say(Kind.MASTER, Master(table="kategori", rows=[{"kode": "BARU", "nama": "Baru"}]))
    peer.say(Kind.CONFIG, Config(unit="PKM-ALK", unit_name="Puskesmas Alak", poll_s=7))
    control.sync()
    assert kiosk.master().categories == [("BARU", "Baru")]
    assert (kiosk.status().unit, kiosk.poll_s) == ("PKM-ALK", 7)


def test_what_this_version_cannot_read_leaves_the_old_in_force(kiosk: Kiosk, peer: Peer, control) -> None:
    class Strange(Master, frozen=True):
        """A table of a newer centre."""

        def encode(self) -> bytes:
            return b'{"table":"kategori","rows":"elsewhere"}'

    peer.say(Kind.MASTER, Strange(table="kategori", rows=[]))
    control.sync()
    assert len(kiosk.master().categories) == 4


def test_after_a_restore_of_the_centre_the_tables_of_its_new_branch_are_in_force(
    kiosk: Kiosk, peer: Peer, control
) -> None:
    backup = list(peer.down_log)
    for name in ("Lama 1", "Lama 2"):
        peer.say(Kind.MASTER, Master(table="kategori", rows=[{"kode": "L", "nama": name}]))
    control.sync()
    assert kiosk.master().categories == [("L", "Lama 2")]
    peer.down_log = backup
    peer.say(Kind.MASTER, Master(table="kategori", rows=[{"kode": "B", "nama": "Baru"}]))
    control.sync()
    assert kiosk.master().categories == [("B", "Baru")], "though the lost branch has the higher seq"


def test_a_kiosk_that_never_heard_from_the_centre_has_empty_tables(fresh: Kiosk) -> None:
    assert fresh.master().categories == []
    assert not fresh.status().ready
