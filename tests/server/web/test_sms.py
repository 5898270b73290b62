"""What the centre's pages show of SMS: marks and guesses, what was sent and what became of it, the kiosks' modems."""

import pytest

from firmware_bridge.troubles import Trouble
from server.store import cases
from server.web.device_state import Level, modem_remarks
from server.web.modem_words import modem_remarks_of, modem_words
from sync_protocol.bodies import Health, ModemHealth, Secret, SmsIn, SmsOut, SmsResult
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.vocabulary import Identity
from tests.server.conftest import UNIT, enrolled, sender
from tests.server.web.conftest import PHONE

ALL_FLAGS = ["draft", "guessed-category", "guessed-kelurahan", "held", "incomplete", "emergency"]


@pytest.fixture
def kiosk(site):
    peer = enrolled(site.centre, unit=UNIT, clock=site.clock)
    peer.health(modems=[ModemHealth(operator="Telkomsel", signal=-71)])
    return peer


@pytest.fixture
def report(site, kiosk):
    def file(text="lampu jalan mati RT 3", **fields):
        given = {"channel": "sms", "phone": PHONE, "sms_ok": True, "category": "PJU"}
        site.clock.pass_(60_000)
        entry = kiosk.complain(text, **(given | fields))
        kiosk.sync(sender(site.centre))
        return entry.id, f"/pengaduan/{number_of(entry.id)}"

    return file


def tell(site, kiosk, key, state):
    kiosk.append(Kind.SMS_RESULT, SmsResult(key=key, state=state, at=site.clock.now, report=""))
    kiosk.sync(sender(site.centre))


def newest(kiosk) -> SmsOut:
    return kiosk.received(Kind.SMS_OUT)[-1]


class TestMarks:
    """What a machine guessed is shown as a guess."""

    def test_a_case_page_says_what_each_mark_means(self, browse, report):
        _, path = report(flags=ALL_FLAGS, kelurahan="53.71.02.1001")
        page = browse("petugas1").get(path).words()
        for words in ("Tampaknya darurat.", "Ditahan.", "SMS belum utuh.", "Draf.", "Lampu jalan (tebakan)"):
            assert words in page
        assert "SMS diterima dan disimpan di kios" in page

    def test_an_unknown_kelurahan_is_said_to_be_unknown(self, browse, report):
        _, path = report(flags=["guessed-category"], kelurahan="")
        browser = browse("petugas1")
        assert "Tempat belum diketahui" in browser.get(path).words()
        assert "belum diketahui" in browser.get("/pengaduan?kanal=sms&urut=baru").words()

    def test_what_a_resident_chose_is_no_guess(self, browse, report):
        _, path = report(channel="kios")
        page = browse("petugas1").get(path)
        assert "tebakan" not in page.text
        assert 'name="kategori"' not in page.text
        assert 'name="kelurahan"' not in page.text

    def test_held_ones_can_be_listed_alone(self, browse, report):
        _, held = report(flags=["held"])
        _, plain = report()
        numbers = browse("petugas1").get("/pengaduan?tanda=held").numbers()
        assert held.removeprefix("/pengaduan/") in numbers
        assert plain.removeprefix("/pengaduan/") not in numbers
        assert browse("petugas1").get("/pengaduan?tanda=hel").numbers() == []

    def test_verifikasi_sets_the_guesses_right(self, site, browse, report):
        case_id, path = report(flags=["guessed-category", "guessed-kelurahan", "held"], kelurahan="")
        browser = browse("petugas1")
        assert 'name="kelurahan"' in browser.get(path).text
        answer = browser.post(f"{path}/verifikasi", unit="DLHK", kategori="SMP", kelurahan="53.71.01.1002")
        assert answer.status == 303
        page = browser.get(path).words()
        assert "kategori dibetulkan menjadi Sampah dan kebersihan" in page
        assert "kelurahan dibetulkan menjadi Nunbaun Sabu" in page
        assert "tebakan" not in page
        assert "Ditahan." not in page
        row = site.centre.read(lambda c: cases.get_case(c, case_id))
        assert row is not None
        assert (row["category"], row["kelurahan"], row["flags"]) == ("SMP", "53.71.01.1002", "")

    def test_what_is_not_in_the_list_is_refused_and_kept_as_typed(self, browse, report):
        _, path = report(flags=["guessed-category", "guessed-kelurahan"])
        answer = browse("petugas1").post(f"{path}/verifikasi", unit="DLHK", kategori="XXX", kelurahan="53.71.01.1002")
        assert answer.status == 422
        assert "Pilih kategori dari daftar." in answer.text
        assert '<option value="53.71.01.1002" selected>' in answer.text


class TestStory:
    """What was sent and answered stands in the history of a case."""

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("sent", "SMS (diteruskan) terkirim oleh modem kios"),
            ("delivered", "SMS (diteruskan) diterima HP"),
            ("failed", "SMS (diteruskan) GAGAL terkirim"),
            ("expired", "SMS (diteruskan) GAGAL: kedaluwarsa"),
            ("unknown", "SMS (diteruskan) tidak pasti terkirim"),
        ],
    )
    def test_an_sms_and_what_became_of_it(self, site, browse, report, kiosk, state, words):
        _, path = report()
        browser = browse("petugas1")
        browser.post(f"{path}/verifikasi", unit="DPUPR")
        kiosk.sync(sender(site.centre))
        assert "SMS disiapkan: diteruskan" in browser.get(path).words()
        tell(site, kiosk, newest(kiosk).key, state)
        page = browser.get(path)
        assert words in page.words()
        assert ('class="bad"' in page.text) == (state in {"failed", "expired"})
        assert PHONE not in page.text

    def test_words_that_came_by_sms_stand_in_the_story(self, site, browse, report, kiosk):
        _, path = report()
        number = path.removeprefix("/pengaduan/")
        kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"TAMBAH {number} dekat <b>gereja", flags=["tambah"]))
        kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"NILAI {number} 4", flags=["nilai"]))
        kiosk.sync(sender(site.centre))
        page = browse("petugas1").get(path)
        assert "Menambah keterangan oleh pelapor (SMS) dekat <b>gereja" in page.words()
        assert "dekat &lt;b&gt;gereja" in page.text
        assert "Memberi nilai 4 dari 5 oleh pelapor (SMS)" in page.words()

    def test_of_a_secret_report_they_are_not_shown(self, site, browse, report, kiosk):
        secret = Secret(text=bytes(64), person=bytes(64))
        _, path = report("", identity=Identity.SECRET, category="PPA", secret=secret)
        number = path.removeprefix("/pengaduan/")
        kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"TAMBAH {number} namanya Lukas", flags=["tambah"]))
        kiosk.sync(sender(site.centre))
        for name in ("admin1", "petugas1", "auditor1"):
            page = browse(name).get(path)
            assert "Lukas" not in page.text
            assert "Isinya tidak ditampilkan: laporan ini RAHASIA." in page.text


class TestKiosks:
    """The kiosks' page in plain words."""

    def test_modem_and_failures_are_shown(self, site, browse, report, kiosk):
        report()
        page = browse("admin1").get("/kios").words()
        assert "Telkomsel, sinyal kuat (-71 dBm); SMS terakhir baru saja" in page

    def test_sms_that_wait_for_a_modem_are_said(self, site, browse):
        site.sql("update device set health = '{}', health_at = :later, sms_at = null", later=site.clock.now + 1)
        plain = enrolled(site.centre, unit=UNIT, clock=site.clock)
        entry = plain.complain(phone=PHONE, sms_ok=True)
        plain.sync(sender(site.centre))
        path = f"/pengaduan/{number_of(entry.id)}"
        browse("petugas1").post(f"{path}/verifikasi", unit="DPUPR")
        assert "1 SMS menunggu kios yang punya modem." in browse("admin1").get("/kios").words()
        assert "menunggu kios yang punya modem" in browse("petugas1").get(path).words()


def test_a_modem_in_words():
    now = 1_795_000_000_000
    assert modem_words(ModemHealth(), now) == "operator belum diketahui; belum ada SMS masuk"
    searching = ModemHealth(operator="XL", registration="searching", signal=-70, heard=now - 300_000, balance=12_500)
    assert modem_words(searching, now) == "XL, mencari jaringan; SMS terakhir 5 menit yang lalu; pulsa Rp12.500"
    assert "sinyal lemah (-110 dBm)" in modem_words(ModemHealth(signal=-110), now)
    assert "baru saja" in modem_words(ModemHealth(heard=now + 86_400_000), now)  # a kiosk's clock that is ahead


@pytest.mark.parametrize(
    ("modem", "words"),
    [
        (ModemHealth(trouble="no-credit", balance=0), ["Pulsa habis"]),
        (ModemHealth(trouble="of-a-later-version"), ["Modem bermasalah (of-a-later-version)"]),
        (ModemHealth(slots=30, used=30), ["Kartu SIM penuh"]),
        (ModemHealth(balance=1_000), ["Pulsa tinggal Rp1.000"]),
        (ModemHealth(unknown=2), ["2 SMS tidak pasti terkirim"]),
        (ModemHealth(operator="XL", balance=50_000, slots=30, used=3), []),
    ],
)
def test_what_is_wrong_with_a_modem(modem, words):
    assert [what for _, what, _ in modem_remarks_of(modem)] == words


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_of_a_modem_has_its_words(trouble):
    ((is_fault, what, advice),) = modem_remarks_of(ModemHealth(trouble=trouble.value))
    assert is_fault
    assert trouble.value not in what
    assert advice


def test_quarantine_and_failures_want_a_look():
    remarks = modem_remarks(Health(quarantine=3), failed=2)
    assert [(remark.level, remark.text) for remark in remarks] == [
        (Level.LOOK, "2 SMS gagal terkirim"),
        (Level.LOOK, "3 SMS dikarantina di kios"),
    ]
