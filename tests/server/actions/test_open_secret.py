"""Opening a secret report: who may, with what, and that nothing is half done."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.actions.change_password import change_password
from server.actions.grant_duty import grant_by_recovery, grant_duty
from server.actions.manage_users import disable_user, reset_password
from server.actions.open_secret import Opened, Part, open_secret
from server.actions.sign_in import checked
from server.actions.verify_secret import verify_secret
from server.audit import audit
from server.audit.state import Audit
from server.domain.roles import Role
from server.errors import (
    CentreError,
    GrantRefusedError,
    LoginRefusedError,
    NoGrantError,
    NoSuchCaseError,
    NotAllowedError,
    ReasonMissingError,
    SealBrokenError,
)
from server.store import cases, duty, users
from server.store.centre import Centre, open_centre
from sync_protocol.bodies import Secret
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info, hpke_seal
from tests.peers import Peer
from tests.server.conftest import Ticker, enrolled, sender
from tests.server.secret_reports import (
    ACCUSED,
    NAME,
    PHONE,
    PLACE,
    TEXT,
    SecretCentre,
    add_officer,
    duty_key,
    file_secret,
    found,
    secret_body,
)
from tests.server.web.browser import PASSWORD

REASON = "Menelaah laporan sebelum diteruskan"
BOTH = frozenset(Part)


@pytest.fixture(scope="module")
def secret_centre(tmp_path_factory: pytest.TempPathFactory) -> SecretCentre:
    return found(tmp_path_factory.mktemp("secret") / "centre")


@pytest.fixture(scope="module")
def one() -> users.NewUser:
    return users.new_user(name="satu", role="admin", unit="", password=PASSWORD, must_change=False)


@pytest.fixture
def centre(secret_centre: SecretCentre, tmp_path: Path, clock: Ticker) -> Iterator[Centre]:
    data = Path(shutil.copytree(secret_centre.data, tmp_path / "centre"))
    opened = open_centre(data, clock=clock, threads=False)
    yield opened
    opened.close()


@pytest.fixture
def key(centre: Centre, secret_centre: SecretCentre) -> X25519PrivateKey:
    return duty_key(centre, secret_centre.founded)


@pytest.fixture
def peer(centre: Centre, clock: Ticker) -> Peer:
    return enrolled(centre, clock=clock)


def arrived(centre: Centre, peer: Peer, secret: Secret | None = None, **fields: str) -> bytes:
    """A secret report that stands at the centre; its id."""
    entry = file_secret(peer, secret or secret_body(peer.log, centre.keys.duty_public, **fields))
    peer.sync(sender(centre))
    return entry.id


def openings(centre: Centre) -> list[dict[str, object]]:
    rows = centre.read(
        lambda connection: connection.execute("select * from event where type = 'secret-opened'").fetchall()
    )
    return [dict(row) for row in rows]


def opened_by(centre: Centre, viewer, case: bytes, *, parts=BOTH, password=PASSWORD, reason=REASON) -> Opened:
    return open_secret(centre, viewer, case, reason=reason, password=password, parts=parts)


def test_an_officer_with_the_key_reads_what_was_said_and_by_whom(centre, key, one, peer):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    opened = opened_by(centre, officer, case)
    assert opened.text is not None
    assert opened.person is not None
    assert (opened.text.text, opened.text.place, opened.text.accused) == (TEXT, PLACE, ACCUSED)
    assert (opened.person.name, opened.person.phone) == (NAME, PHONE)


def test_who_when_why_and_what_stand_in_the_history(centre, key, one, peer, clock):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    clock.pass_(5_000)
    opened_by(centre, officer, case, parts={Part.TEXT}, reason="  Menelaah \n laporan ini ")
    (event,) = openings(centre)
    assert (event["actor"], event["at"], event["case_id"]) == ("sari", clock.now, case)
    data = json.loads(str(event["data"]))
    assert data["parts"] == ["text"]
    assert centre.keys.decrypt_field(case, bytes.fromhex(data["reason"])) == b"Menelaah laporan ini"


@pytest.mark.parametrize("part", Part)
def test_text_and_person_are_opened_apart(centre, key, one, peer, part):
    officer = add_officer(centre, key, one, name="sari")
    whole = secret_body(peer.log, centre.keys.duty_public)
    other = Part.PERSON if part is Part.TEXT else Part.TEXT
    fields = {"text": whole.text, "person": whole.person} | {other.value: bytes(64)}
    opened = opened_by(centre, officer, arrived(centre, peer, Secret(**fields)), parts={part})
    assert getattr(opened, part.value) is not None
    assert getattr(opened, other.value) is None


def refused(centre: Centre, viewer, case: bytes, error: type[CentreError], **how) -> str:
    """Ask in vain: nothing is logged as opened; what the person is told."""
    with pytest.raises(error) as told:
        opened_by(centre, viewer, case, **how)
    assert openings(centre) == []
    assert not any(word in str(told.value) for word in (TEXT, PLACE, NAME, PHONE, PASSWORD))
    return str(told.value)


def test_a_wrong_password_counts_as_one_at_login(centre, key, one, peer, clock):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    for _ in range(users.LOCK_AFTER):
        refused(centre, officer, case, LoginRefusedError, password="salah sekali ini")
    refused(centre, officer, case, LoginRefusedError)
    clock.pass_(users.LOCK_MS + 1)
    assert opened_by(centre, officer, case).text is not None


def test_a_good_password_forgets_the_wrong_ones(centre, key, one, peer):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    for _ in range(users.LOCK_AFTER - 1):
        refused(centre, officer, case, LoginRefusedError, password="salah sekali ini")
    opened_by(centre, officer, case)
    row = centre.read(lambda connection: users.find_user(connection, "sari"))
    assert (row["failures"], row["locked_until"]) == (0, 0)


def test_an_officer_without_a_grant_opens_nothing(centre, one, peer):
    refused(centre, add_officer(centre, None, one, name="sari"), arrived(centre, peer), NoGrantError)


def test_an_own_change_of_the_password_keeps_the_key(centre, key, one, peer):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    change_password(centre, officer, PASSWORD, "gong perunggu di teluk")
    refused(centre, officer, case, LoginRefusedError)
    assert opened_by(centre, officer, case, password="gong perunggu di teluk").text is not None


def test_a_password_from_the_admin_ends_the_key(centre, key, one, peer):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    password = reset_password(centre, "sari", actor="cli")
    refused(centre, officer, case, NoGrantError, password=password)


def test_the_recovery_key_gives_a_key_that_opens(centre, secret_centre, one, peer):
    officer, case = add_officer(centre, None, one, name="sari"), arrived(centre, peer)
    grant_by_recovery(centre, "sari", typed=secret_centre.founded.recovery_key, actor="cli")
    assert opened_by(centre, officer, case).text is not None


@pytest.mark.parametrize("role", ["admin", "opd", "auditor"])
def test_another_role_opens_nothing_even_with_a_grant(centre, key, one, peer, role):
    viewer = add_officer(centre, key, one, name="lain", role=role, unit="DINKES" if role == "opd" else "")
    refused(centre, viewer, arrived(centre, peer), NotAllowedError)


@pytest.mark.parametrize("parts", [{Part.TEXT}, {Part.PERSON}, BOTH])
def test_an_officer_of_a_unit_is_told_the_same_of_every_report(centre, key, one, peer, parts):
    """A grant that such a user has from an earlier version counts as none, so no answer tells whom a report is about."""
    insider = add_officer(centre, key, one, name="orang-dalam", unit=ACCUSED)
    nobody = add_officer(centre, None, one, name="tanpa-kunci")
    told = {
        refused(centre, officer, arrived(centre, peer, accused=accused), NoGrantError, parts=parts, password=password)
        for officer in (insider, nobody)
        for accused in (ACCUSED, "PKM-ALK", "")
        for password in (PASSWORD, "salah sekali ini")
    }
    assert len(told) == 1
    with pytest.raises(NoGrantError):
        verify_secret(centre, insider, arrived(centre, peer), unit="DPUPR", summary=SUMMARY, password=PASSWORD)


def test_an_officer_of_a_unit_is_neither_given_the_key_nor_passes_it_on(centre, secret_centre, key, one):
    add_officer(centre, None, one, name="sari", unit=ACCUSED)
    with pytest.raises(GrantRefusedError, match="tidak terikat satu unit"):
        grant_by_recovery(centre, "sari", typed=secret_centre.founded.recovery_key, actor="cli")
    add_officer(centre, key, one, name="lama", unit="DPUPR")
    add_officer(centre, None, one, name="budi")
    with pytest.raises(NoGrantError):
        grant_duty(centre, "budi", by="lama", password=PASSWORD)
    assert centre.read(duty.holders) == ["admin"]


class TestKeysInTheHistory:
    """The key is given to the pair that the events name, and to no other."""

    def codes(self, centre: Centre) -> list[str]:
        return [finding.code for finding in centre.read(lambda connection: list(audit(Audit(connection, centre.keys))))]

    def test_a_pair_that_somebody_put_in_the_place_of_the_officers_gets_nothing(self, centre, key, one):
        add_officer(centre, key, one, name="sari")
        baru = add_officer(centre, None, one, name="baru")
        evil = X25519PrivateKey.generate().public_key().public_bytes_raw()
        centre.write(lambda connection: connection.execute("update user set seal = ? where id = ?", (evil, baru.id)))
        with pytest.raises(GrantRefusedError, match="riwayat"):
            grant_duty(centre, "baru", by="sari", password=PASSWORD)
        assert "baru" not in centre.read(duty.holders)
        assert self.codes(centre) == ["user-key"]

    def test_a_user_whom_nobody_added_gets_nothing(self, centre, key, one):
        add_officer(centre, key, one, name="sari")
        row = users.NewUser("gelap", "", Role.PETUGAS, "", one.password, one.key, must_change=False)
        centre.write(lambda connection: users.insert_user(connection, row, 0))
        with pytest.raises(GrantRefusedError, match="riwayat"):
            grant_duty(centre, "gelap", by="sari", password=PASSWORD)

    def test_through_a_life_with_the_key_the_history_holds(self, centre, secret_centre, key, one):
        officer = add_officer(centre, key, one, name="sari")
        change_password(centre, officer, PASSWORD, "gong perunggu di teluk")
        assert self.codes(centre) == []
        first = reset_password(centre, "sari", actor="cli")
        assert self.codes(centre) == []
        change_password(centre, officer, first, PASSWORD)
        grant_by_recovery(centre, "sari", typed=secret_centre.founded.recovery_key, actor="cli")
        assert self.codes(centre) == []
        disable_user(centre, "sari", actor="cli")
        assert self.codes(centre) == []


def meanwhile(centre: Centre, act: Callable[[], object]) -> None:
    """Do something between the check of a password and the transaction that follows it."""
    real, asked = centre.clock, iter(range(1_000))

    def clock() -> int:
        if next(asked) == 1:
            centre.clock = real
            act()
        return real()

    centre.clock = clock


SUMMARY = "Dugaan pungutan di loket layanan. Mohon diperiksa."


def test_who_is_disabled_meanwhile_hands_nothing_on(centre, key, one, peer):
    officer, case = add_officer(centre, key, one, name="sari"), arrived(centre, peer)
    opened_by(centre, officer, case)
    meanwhile(centre, lambda: disable_user(centre, "sari", actor="cli"))
    with pytest.raises(NoGrantError):
        verify_secret(centre, officer, case, unit="INSPEKTORAT", summary=SUMMARY, password=PASSWORD)
    assert centre.read(lambda connection: cases.get_case(connection, case))["handler"] == ""


def test_a_password_that_the_admin_gives_meanwhile_stays(centre, key, one):
    officer, given = add_officer(centre, key, one, name="sari"), []
    meanwhile(centre, lambda: given.append(reset_password(centre, "sari", actor="cli")))
    with pytest.raises(LoginRefusedError, match="baru saja diubah"):
        change_password(centre, officer, PASSWORD, "gong perunggu di teluk")
    assert checked(centre, "sari", given[0]).must_change


def test_an_account_that_is_closed_meanwhile_keeps_its_password(centre, key, one):
    officer = add_officer(centre, key, one, name="sari")
    meanwhile(centre, lambda: disable_user(centre, "sari", actor="cli"))
    with pytest.raises(LoginRefusedError, match="baru saja diubah"):
        change_password(centre, officer, PASSWORD, "gong perunggu di teluk")


def test_a_report_that_is_not_secret_is_not_opened_here(centre, key, one, peer):
    officer, entry = add_officer(centre, key, one, name="sari"), peer.complain("Air mati.")
    peer.sync(sender(centre))
    refused(centre, officer, entry.id, NoSuchCaseError)


@pytest.mark.parametrize("reason", ["", "   ", "pendek", "x" * 501])
def test_without_a_reason_nothing_is_opened(centre, key, one, peer, reason):
    refused(
        centre, add_officer(centre, key, one, name="sari"), arrived(centre, peer), ReasonMissingError, reason=reason
    )


def test_what_is_to_be_opened_must_be_said(centre, key, one, peer):
    refused(centre, add_officer(centre, key, one, name="sari"), arrived(centre, peer), ReasonMissingError, parts=set())


class TestBrokenSeals:
    """Altered or moved seals end with one plain sentence."""

    @pytest.mark.parametrize("part", Part)
    @pytest.mark.parametrize("at", [0, 40, -1])
    def test_an_altered_seal_opens_nothing_of_the_report(self, centre, key, one, peer, part, at):
        officer = add_officer(centre, key, one, name="sari")
        whole = secret_body(peer.log, centre.keys.duty_public)
        seals = {"text": bytearray(whole.text), "person": bytearray(whole.person)}
        seals[part.value][at] ^= 1
        case = arrived(centre, peer, Secret(**{name: bytes(seal) for name, seal in seals.items()}))
        assert "Tidak ada yang terbuka" in refused(centre, officer, case, SealBrokenError)

    def test_seals_cannot_change_places(self, centre, key, one, peer):
        officer, whole = add_officer(centre, key, one, name="sari"), secret_body(peer.log, centre.keys.duty_public)
        refused(centre, officer, arrived(centre, peer, Secret(text=whole.person, person=whole.text)), SealBrokenError)

    def test_a_seal_from_another_kiosk_does_not_open(self, centre, key, one, peer):
        officer = add_officer(centre, key, one, name="sari")
        refused(
            centre, officer, arrived(centre, peer, secret_body(bytes(16), centre.keys.duty_public)), SealBrokenError
        )

    def test_a_seal_to_another_key_does_not_open(self, centre, key, one, peer):
        officer, other = add_officer(centre, key, one, name="sari"), X25519PrivateKey.generate().public_key()
        case = arrived(centre, peer, secret_body(peer.log, other.public_bytes_raw()))
        refused(centre, officer, case, SealBrokenError)

    def test_an_altered_grant_opens_nothing(self, centre, key, one, peer):
        officer, case = add_officer(centre, None, one, name="sari"), arrived(centre, peer)
        for sealed in (bytes(80), b"", duty.seal_grant(X25519PrivateKey.generate(), one.key.public)):
            centre.write(lambda connection: connection.execute("delete from duty_grant where user = ?", [officer.id]))
            centre.write(lambda connection, sealed=sealed: duty.add_grant(connection, user=officer.id, sealed=sealed))
            refused(centre, officer, case, SealBrokenError)

    def test_a_text_that_is_none_opens_nothing(self, centre, key, one, peer):
        officer, whole = add_officer(centre, key, one, name="sari"), secret_body(peer.log, centre.keys.duty_public)
        odd = hpke_seal(centre.keys.duty_public, duty_info(peer.log, "text"), pack(b'{"text": 7}'))
        refused(centre, officer, arrived(centre, peer, Secret(text=odd, person=whole.person)), SealBrokenError)
