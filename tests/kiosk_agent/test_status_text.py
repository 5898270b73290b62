"""`kasih-kiosk status` says the same things by the same names as the page /teknisi."""

from msgspec.structs import replace

from kiosk_agent.kiosk import Kiosk
from kiosk_agent.status_text import in_words
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.technician import lines_of
from kiosk_agent.web.texts import Texts
from tests.kiosk_agent.conftest import START_MS


def test_each_line_of_the_page_has_its_line_in_the_text(kiosk: Kiosk) -> None:
    status = kiosk.status()
    named = {line.split(":")[0] for line in in_words(status).splitlines()}
    page = lines_of(Facts(Texts({}), kiosk.master(), status, is_linked=True), START_MS)
    assert {line.name for line in page} <= named


def test_the_text_says_what_is_wrong_and_times_in_wita(kiosk: Kiosk) -> None:
    bad = replace(
        kiosk.status(),
        queue=12,
        oldest_s=90_061,
        last_contact_at=0,
        last_error="Pusat tidak terjangkau.",
        clock_offset_ms=-3_600_000,
        disk_free_mb=1_200,
        rotted=1,
    )
    lines = dict(line.split(":", 1) for line in in_words(bad).splitlines())
    assert {name: says.strip() for name, says in lines.items()} == {
        "Pendaftaran": "terdaftar dan aktif; unit Kelurahan Namosain (KEL-53.71.01.1001)",
        "Siap menerima laporan": "ya",
        "Antrean": "12 laporan belum terkirim, tertua 1 hari 1 jam 1 menit",
        "Laporan": "0 di kios, 0 sudah di cadangan pusat",
        "Kontak terakhir": "1 Januari 1970 pukul 08.00 WITA",
        "Percobaan terakhir": "gagal: Pusat tidak terjangkau.",
        "Pengiriman": "menunggu",
        "Jam": "berselisih 1 jam dari pusat",
        "Ruang kosong": "1.200 MB",
        "Catatan rusak": "1",
        "Modem": "tidak dipasang",
    }
