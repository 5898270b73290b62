"""What people write to the city, for trying things out: short and long, plain and with signs that GSM lacks."""

from collections.abc import Iterator
from itertools import cycle, islice

_LONG = (
    "KOTKUPANG Selamat siang Bapak/Ibu. Kami warga RT 12 RW 04 Naikoten I mau lapor: air PDAM mati sudah "
    "sembilan hari. Kami beli air tangki Rp80.000 setiap tiga hari, banyak yang tidak sanggup. Di rumah no. 15 ada ibu "
    "baru melahirkan dan dua lansia. Mohon ada mobil tangki dulu sambil pipa diperiksa. Terima kasih banyak."
)
_LONG_UCS2 = (
    "LAPOR Lampu jalan di depan SD Inpres Liliba mati semua 😟 sejak Senin. Anak-anak pulang les jam 7 lewat situ, "
    "kemarin ada yang jatuh di lubang galian 🕳️. Tolong segera, sebelum ada korban lagi 🙏"
)

_SAMPLES = (
    ("+6281234500011", "KOTKUPANG lampu jalan mati RT 3 Oepura"),
    ("+6281338700222", "KOTKUPANG sampah di TPS pasar Kasih Naikoten su 5 hari sonde angkat, bau sampe dalam rumah"),
    ("+6285239900333", _LONG),
    ("+6281234500044", "lapor jalan berlubang dekat jembatan Liliba, kemarin ada motor jatuh"),
    ("TELKOMSEL", "Paket internet Anda aktif s.d. 30 Nov 2026. Cek kuota di *363#."),
    ("+6282145600555", "Pak tolong, anjing gila gigit anak di Kelurahan Fatufeto, mau suntik di puskesmas mana?"),
    ("+6281353200666", _LONG_UCS2),
    ("1708", "Laporan Anda nomor 8812345 telah diterima dan akan diteruskan."),
    ("081246700777", "CEK KPG-0001"),
    (
        "+6281339800888",
        "KOTKUPANG petugas loket minta uang {25rb} utk kartu, pdhal katanya gratis [puskesmas] ~ mohon dicek €",
    ),
    ("+6281234500011", "ya"),
    ("+6285237600999", "Terima kasih, air su jalan kembali di RT 12 👍"),
)


def sample_messages(count: int) -> Iterator[tuple[str, str]]:
    """So many senders and texts, each text once over; from the second round on numbered."""
    for number, (sender, text) in enumerate(islice(cycle(_SAMPLES), count)):
        turn = number // len(_SAMPLES)
        yield sender, f"{text} ({turn + 1})" if turn else text
