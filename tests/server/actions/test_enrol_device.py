"""How a device is let in, waits, is revoked and comes back (protocol, sections 5 and 6)."""

import pytest

from kiosk_agent.sms_desk.replies import keyword
from server.actions import sort_bundle
from server.actions.announce_status import announce
from server.actions.confirm_device import confirm_device
from server.actions.enrol_device import read_claim
from server.actions.fold_entries import fold
from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.actions.revoke_device import revoke_device
from server.actions.take_step import take_step
from server.domain.lifecycle import Step
from server.errors import DeviceStateError, UnknownDeviceError, UnknownUnitError
from server.settings import Settings
from server.store import cases, codes, devices, events
from server.store.centre import open_centre
from sync_protocol.bodies import Config, Key
from sync_protocol.bundle import write_bundle
from sync_protocol.keys import new_code, read_code, write_code
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState
from tests.peers import Peer, RefusedError
from tests.server.conftest import UNIT, enrolled

HOUR_MS = 3_600_000


def device_of(centre, peer):
    return centre.read(lambda c: devices.get_device(c, peer.log))


def case_count(centre):
    return centre.read(cases.count_cases)


def fresh(centre, clock, code=None, **options):
    return Peer(centre.keys.sign_public, code=code, clock=clock, **options)


def with_keys(centre, clock, code=None):
    """A kiosk that has worked before: it holds the centre's keys already."""
    return fresh(centre, clock, code, intake=centre.keys.intake_public)


@pytest.mark.parametrize(
    ("unit", "short"), [("PKM-OSP", "Pusk. Oesapa"), ("PKM-KPK", "PKM Kpg Kota"), ("PKM-PSP", "PKM Psr Pjng")]
)
def test_a_kiosk_at_a_puskesmas_learns_a_short_name_that_is_its_own(enrol, unit, short):
    (config,) = enrol(unit).received(Kind.CONFIG)
    assert config.settings["sms_name"] == short


def test_a_good_code_lets_in_at_once_and_sends_keys_settings_and_master_data(centre, enrol, clock, send):
    peer = fresh(centre, clock, issue_code(centre, UNIT, actor="test"))
    stated = peer.sync(send)
    assert stated.body.state is DeviceState.ACTIVE
    (keys,) = peer.received(Kind.KEYS)
    assert bytes.fromhex(keys.sign) == centre.keys.sign_public
    (config,) = peer.received(Kind.CONFIG)
    assert (config.unit, config.unit_name) == (UNIT, "Kelurahan Namosain")
    assert config.settings == {"sms_name": "Kel. Namosain", "sms_prefix": "KOTKUPANG"}
    tables = {master.table: master.rows for master in peer.received(Kind.MASTER)}
    assert set(tables) == {"kelurahan", "kategori", "unit", "status", "teks", "sms", "kalender"}
    assert len(tables["kelurahan"]) == 51
    parents = {row["code"]: row["parent"] for row in tables["unit"]}
    assert parents[UNIT] == "KEC-ALAK"
    assert parents["KEC-ALAK"] == "BAG-ORG"
    assert parents["PKM-OSP"] == "DINKES"
    assert set(parents.values()) <= set(parents) | {""}


def test_the_citys_keyword_for_sms_is_a_setting_of_the_centre_that_kiosks_learn(data, clock):
    (data / "server.toml").write_text('sms_prefix = "ATAMBUA"\n')
    centre = open_centre(data, clock=clock, threads=False)
    try:
        (config,) = enrolled(centre, clock=clock).received(Kind.CONFIG)
    finally:
        centre.close()
    assert isinstance(config, Config)
    assert keyword(config) == "ATAMBUA"
    assert keyword(None) == Settings().sms_prefix


def test_a_code_tells_its_centre_from_another(centre):
    assert read_code(issue_code(centre, UNIT, actor="test")).matches(centre.keys.sign_public)


def test_a_code_for_an_unknown_unit_is_refused(centre):
    with pytest.raises(UnknownUnitError):
        issue_code(centre, "KEL-99", actor="test")


def test_the_first_exchange_may_be_repeated(centre, clock, send):
    peer = fresh(centre, clock, issue_code(centre, UNIT, actor="test"))
    for _ in range(3):
        receive_bundle(centre, peer.everything(), via="http")
    assert device_of(centre, peer)["state"] == "active"
    assert peer.sync(send).body.state is DeviceState.ACTIVE
    assert len(peer.received(Kind.KEYS)) == 1


@pytest.mark.parametrize("spoilt_by", ["time", "use"])
def test_an_expired_or_used_code_makes_a_device_wait_with_its_entries_in_quarantine(
    centre, enrol, clock, send, spoilt_by
):
    code = issue_code(centre, UNIT, actor="test")
    if spoilt_by == "time":
        clock.pass_(72 * HOUR_MS + 1)
    else:
        fresh(centre, clock, code).sync(send)
    peer = with_keys(centre, clock, code)
    entry = peer.complain()
    stated = peer.sync(send)
    assert stated.body.state is DeviceState.PENDING
    assert stated.body.have == entry.id.hex()
    assert peer.received(Kind.CONFIG) == []
    assert case_count(centre) == 0
    assert confirm_device(centre, peer.log, actor="test") == 2
    fold(centre)
    assert case_count(centre) == 1
    assert peer.sync(send).body.state is DeviceState.ACTIVE
    assert len(peer.received(Kind.CONFIG)) == 1


def test_a_waiting_device_is_let_in_by_a_new_code(centre, clock, send):
    old = issue_code(centre, UNIT, actor="test")
    clock.pass_(73 * HOUR_MS)
    peer = with_keys(centre, clock, old)
    peer.complain()
    peer.sync(send)
    code = read_code(issue_code(centre, UNIT, actor="test"))
    mac = code.mac(peer.sign, peer.seal).hex()
    peer.append(Kind.KEY, Key(sign=peer.sign.hex(), seal=peer.seal.hex(), mac=mac))
    assert peer.sync(send).body.state is DeviceState.ACTIVE
    assert case_count(centre) == 1


def test_a_wrong_code_only_knocks_until_an_admin_says_where_it_stands(centre, clock, send):
    good = issue_code(centre, UNIT, actor="test")
    peer = with_keys(centre, clock, write_code(new_code(b"wrong!!!", centre.keys.sign_public)))
    entry = peer.complain()
    with pytest.raises(RefusedError):
        peer.sync(send)
    assert fresh(centre, clock, good).sync(send).body.state is DeviceState.ACTIVE
    with pytest.raises(UnknownUnitError):
        confirm_device(centre, peer.log, actor="test")
    confirm_device(centre, peer.log, actor="test", unit=UNIT)
    assert centre.read(codes.list_knocks) == []
    assert peer.sync(send).body.state is DeviceState.ACTIVE
    assert centre.read(lambda c: cases.get_case(c, entry.id))["unit"] == UNIT


def test_a_stranger_knocks_once_a_bundle_however_many_keys_it_sends(centre, clock):
    peer = fresh(centre, clock)
    body = Key(sign=peer.sign.hex(), seal=peer.seal.hex())
    bundle = write_bundle(peer.append(Kind.KEY, body).raw for _ in range(20))
    received = receive_bundle(centre, bundle, via="http")
    assert (received.known_log, received.foreign) == (False, 20)
    assert [row["times"] for row in centre.read(codes.list_knocks)] == [1]


def test_few_strangers_knock_in_one_bundle_and_who_has_a_code_gets_past_them(centre, clock):
    strangers = [fresh(centre, clock) for _ in range(20)]
    peers = [fresh(centre, clock, issue_code(centre, UNIT, actor="test")) for _ in range(6)]
    bundle = write_bundle(peer.entries[0].raw for peer in [*peers, *strangers])
    assert receive_bundle(centre, bundle, via="http").foreign == 20
    assert len(centre.read(codes.list_knocks)) == 4
    assert {device_of(centre, peer)["state"] for peer in peers} == {"active"}


def test_a_bundle_of_bad_keys_is_not_checked_key_by_key(centre, clock, monkeypatch):
    checked = []

    def counted(entry):
        checked.append(entry)
        return read_claim(entry)

    monkeypatch.setattr(sort_bundle, "read_claim", counted)
    frames = []
    for _ in range(20):
        peer, other = fresh(centre, clock), fresh(centre, clock)
        body = Key(sign=other.sign.hex(), seal=other.seal.hex()).encode()
        frames += [peer.write(Kind.KEY, body, seq=seq, prev=bytes(32)).raw for seq in range(1, 21)]
    assert receive_bundle(centre, write_bundle(frames), via="http").foreign == 400
    assert len(checked) == 16


def test_nobody_can_enrol_a_log_with_a_key_that_is_not_its_own(centre, clock, send):
    code = read_code(issue_code(centre, UNIT, actor="test"))
    peer, victim = fresh(centre, clock), fresh(centre, clock)
    body = Key(sign=victim.sign.hex(), seal=peer.seal.hex(), mac=code.mac(victim.sign, peer.seal).hex())
    forged = peer.write(Kind.KEY, body.encode(), seq=1, prev=bytes(32))
    assert not receive_bundle(centre, write_bundle([forged.raw]), via="http").known_log
    assert centre.read(codes.list_knocks) == []


@pytest.mark.parametrize("weak", ["sign", "seal"])
def test_a_key_of_small_order_is_refused(centre, clock, weak):
    code = read_code(issue_code(centre, UNIT, actor="test"))
    peer = fresh(centre, clock)
    keys = {"sign": peer.sign, "seal": peer.seal} | {weak: bytes(32)}
    body = Key(sign=keys["sign"].hex(), seal=keys["seal"].hex(), mac=code.mac(**keys).hex())
    forged = peer.write(Kind.KEY, body.encode(), seq=1, prev=bytes(32))
    assert not receive_bundle(centre, write_bundle([forged.raw]), via="http").known_log
    assert device_of(centre, peer) is None


def test_a_revoked_device_gets_a_head_alone_and_its_entries_wait(centre, enrol, send):
    peer = enrol()
    before = peer.complain()
    peer.sync(send)
    revoke_device(centre, peer.log, actor="test")
    centre.write(lambda c: announce(c, centre, before.id, now=centre.clock()))
    entry = peer.complain("sesudah dicabut")
    known = len(peer.down_log)
    stated = peer.sync(send)
    assert (stated.body.state, stated.body.have) == (DeviceState.REVOKED, entry.id.hex())
    assert len(peer.down_log) == known
    assert case_count(centre) == 1
    assert confirm_device(centre, peer.log, actor="test") == 1
    fold(centre)
    assert case_count(centre) == 2


def test_a_device_moves_only_where_it_may(centre, enrol):
    peer = enrol()
    with pytest.raises(DeviceStateError):
        confirm_device(centre, peer.log, actor="test")
    revoke_device(centre, peer.log, actor="test")
    with pytest.raises(DeviceStateError):
        revoke_device(centre, peer.log, actor="test")
    with pytest.raises(DeviceStateError):
        confirm_device(centre, peer.log, actor="test", unit="DINKES")
    with pytest.raises(UnknownDeviceError):
        revoke_device(centre, b"x" * 16, actor="test")
    with pytest.raises(UnknownDeviceError):
        confirm_device(centre, b"x" * 16, actor="test", unit=UNIT)


def test_news_of_a_case_go_to_every_active_kiosk_of_its_unit_and_to_no_other(centre, enrol, send):
    filing, neighbour, elsewhere = enrol(), enrol(), enrol("DINKES")
    entry = filing.complain()
    filing.sync(send)
    now = centre.clock()

    def move_on(connection):
        data = {"unit": "PERUMDA-AM"}
        take_step(connection, centre, entry.id, Step.VERIFIED, actor="petugas1", now=now, data=data)
        return announce(connection, centre, entry.id, now=now, due=now + 1)

    assert centre.write(move_on) == 2
    for peer, expected in ((filing, 1), (neighbour, 1), (elsewhere, 0)):
        peer.sync(send)
        assert len(peer.received(Kind.STATUS)) == expected
    (status,) = neighbour.received(Kind.STATUS)
    assert (status.case, status.status, status.unit) == (entry.id.hex(), "BELUM_TL", "PERUMDA-AM")


def test_a_new_kiosk_gets_the_open_cases_of_its_unit(centre, enrol, send):
    first = enrol()
    entries = [first.complain(str(number)) for number in range(3)]
    first.sync(send)
    closed = entries[0]
    centre.write(lambda c: c.execute("update cases set status = 'SELESAI' where id = ?", (closed.id,)))
    second = enrol()
    assert {status.case for status in second.received(Kind.STATUS)} == {entry.id.hex() for entry in entries[1:]}


def test_what_was_done_with_devices_stands_in_the_events(centre, enrol):
    peer = enrol()
    revoke_device(centre, peer.log, actor="test")
    rows = centre.read(lambda c: list(events.all_events(c)))
    assert [row["type"] for row in rows] == ["centre-founded", "code-issued", "device-active", "device-revoked"]
    before = events.FIRST
    for row in rows:
        expected = events.event_hash(
            before, row["n"], row["at"], row["case_id"], row["type"], row["actor"], row["data"]
        )
        assert row["hash"] == expected
        before = row["hash"]


def test_a_code_is_forgotten_thirty_days_after_its_end(centre, clock):
    issue_code(centre, UNIT, actor="test")
    clock.pass_((72 + 30 * 24) * HOUR_MS + 1)
    issue_code(centre, UNIT, actor="test")
    assert centre.read(lambda c: c.execute("select count(*) from enrol_code").fetchone()[0]) == 1
