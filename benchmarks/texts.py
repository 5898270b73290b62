# ruff: noqa: E501 - a sentence stands on one line
"""Complaints to measure with: as varied as a city's, and unknown to the preset dictionary.

`complaints` builds any number of them from sentence templates under a seed. `HAND_WRITTEN` are whole texts that share no
sentence with the dictionary's phrase list and were never used to build or to tune it: the honest measure of the two.
"""

import csv
import random
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from statistics import mean, quantiles
from typing import Final

from sync_protocol.bodies import Complaint
from sync_protocol.bundle import LENGTH_SIZE
from sync_protocol.entry import MIN_ENTRY_SIZE
from sync_protocol.packing import pack
from sync_protocol.seal import OVERHEAD

KELURAHAN: Final = (
    "Namosain", "Nunbaun Sabu", "Nunhila", "Fatufeto", "Manutapen", "Mantasi", "Alak", "Batu Plat", "Manulai II", "Naioni",
    "Penkase Oeleta", "Oepura", "Maulafa", "Penfui", "Naimata", "Bello", "Fatukoa", "Kolhua", "Sikumana", "Naikolan",
    "Kelapa Lima", "Oesapa", "Lasiana", "Oesapa Barat", "Oesapa Selatan", "Oebobo", "Oetete", "Oebufu", "Liliba", "Fatululi",
    "Kayu Putih", "Tuak Daun Merah", "Bakunase", "Airnona", "Naikoten Satu", "Kuanino", "Nunleu", "Fontein", "Airmata",
    "Bonipoi", "Solor", "Tode Kisar", "Merdeka", "Oeba", "Fatubesi", "Pasir Panjang", "Nefonaek",
)  # fmt: skip

HAND_WRITTEN: Final[tuple[tuple[str, str], ...]] = (
    ("KES", "Tanggal 3 kemarin nenek saya terpeleset di tangga masuk puskesmas karena pegangan besinya copot dan lantainya basah. Beliau harus dijahit enam jahitan di pelipis. Petugas kebersihan bilang tangga itu memang sudah lama rusak dan pernah makan korban lain."),
    ("KES", "Vaksin campak untuk bayi saya tertunda dua kali. Yang pertama katanya lemari pendingin mati, yang kedua bidannya ikut pelatihan ke Soe. Anak saya sekarang sudah sebelas bulan. Apakah bisa dilayani di puskesmas lain dengan buku KIA yang sama?"),
    ("KES", "Bapa mantri pustu cuma masuk hari Selasa deng Kamis, itu ju jam sepuluh baru muncul. Minggu lalu ada orang tua kena stroke, ketong gotong pake sarung sampe jalan besar baru dapat pick up. Kalo begini mending pustu ditutup sa."),
    ("KES", "Hasil laboratorium dahak suami saya tertukar dengan pasien lain yang namanya mirip. Baru ketahuan setelah sepuluh hari minum obat paket merah. Kami ingin pihak laboratorium menjelaskan secara tertulis dan biaya periksa ulang ditanggung."),
    ("KES", "Di bangsal bersalin hanya tersedia satu kipas angin untuk enam ibu, air kamar mandi kuning dan pintunya tak bisa dikunci. Menantu saya melahirkan di sana Sabtu subuh. Kami bawa sendiri ember, senter, dan kain pel dari rumah."),
    ("ADM", "Saya pindahan dari Ende sejak Februari. Berkas sudah lengkap menurut loket tiga, namun loket tujuh meminta surat lolos butuh yang katanya cuma berlaku untuk pegawai negeri. Saya ini tukang las. Siapa yang benar di antara keduanya?"),
    ("ADM", "Nama gadis ibu kandung di kartu keluarga tertulis Yuliana padahal akta baptis dan ijazah menyebut Juliana. Gara-gara satu huruf itu pencairan warisan almarhum ayah di bank tertolak. Loket minta sidang pengadilan, biayanya tak sanggup kami pikul."),
    ("ADM", "Anak bungsu beta mo daftar polisi, butuh legalisir akta. Petugas bilang pejabat yang tanda tangan pi tugas luar daerah satu minggu penuh deng sonde ada pelaksana harian. Penutupan pendaftaran tinggal empat hari lai, mohon dibantu cepat."),
    ("ADM", "Antrean daring dibuka jam enam tepat dan dalam dua menit kuotanya ludes setiap hari. Tetangga yang punya kenalan malah dipanggil tanpa nomor. Kalau memang untuk orang dalam, lebih baik jujur saja supaya kami tidak buang ongkos ojek dari Naioni."),
    ("AIR", "Meteran kami berputar kencang walau semua keran tertutup rapat, sepertinya hanya angin yang lewat. Rekening bulan Mei melonjak dari 85 ribu jadi 412 ribu. Keberatan tertulis sudah dimasukkan tanggal 11 dan dibalas dengan ancaman segel."),
    ("AIR", "Sumur komunal bantuan kementerian yang diresmikan dengan tenda dan makan-makan itu pompanya terbakar pada minggu ketiga. Panelnya dicopot orang. Empat puluh tiga dapur di lereng ini kembali menimba di mata air yang juga dipakai sapi minum."),
    ("AIR", "Sonde tau kenapa, su dari Paskah aer su warna karat deng ada cacing kici-kici. Anak kos di sini gatal-gatal samua. Pas petugas datang ukur, dia cuma foto abis itu jalan. Katong mau tau hasil tes tu ada di mana."),
    ("AIR", "Galian untuk sambungan pelanggan baru memutus pipa lama milik delapan rumah di gang buntu. Tukangnya menyambung pakai karet ban dan pergi. Sekarang rembesannya menggerus pondasi dapur Oma Nona yang tinggal seorang diri."),
    ("SMP", "Kontainer besi di mulut lorong dipindahkan diam-diam ke samping kapela kami. Setiap misa pagi umat menutup hidung, belatung merayap sampai pintu sakristi. Pengurus stasi sudah menyurati lurah dua kali dengan tembusan camat, hening."),
    ("SMP", "Ada mobil bak hitam pelat DH 8 sekian buang isi jeroan ayam potong ke jurang belakang perumahan tiap Jumat larut. Anjing kampung berebut, lalu tercecer di halaman orang. Rekaman CCTV tetangga ada kalau petugas memerlukan."),
    ("SMP", "Katanya bayar lewat rekening air su termasuk sampah, ma kolektor masih datang tagih lai sepuluh ribu tiap bulan tanpa sobekan. Beta tanya surat tugas, dia kasi lia kartu nama bengkel. Ini uang lari pi kantong siapa?"),
    ("PJU", "Sejak trafo diganti, deretan lampu mulai Gereja Pniel hingga tanjakan pemakaman justru hidup pada siang bolong dan padam tepat pukul enam sore. Barangkali sensornya terbalik. Kemarin dulu seorang mahasiswi diikuti dua pria tak dikenal di situ."),
    ("PJU", "Tiang tenaga surya pemberian kampus hanya bertahan semusim, akinya hilang digondol maling. Panelnya kini jadi sarang burung. Kalau pemerintah tidak sanggup merawat, serahkan kepada karang taruna, kami siap ronda dan patungan aki bekas."),
    ("PJU", "Pak, itu kabel lampu taman terkelupas pas di samping ayunan. Ponakan saya tersengat hari Minggu sore, untung pakai sandal karet. Sudah kami bungkus plastik kresek dan selotip seadanya, tetapi kalau gerimis tetap keluar percikan."),
    ("JLN", "Plat beton penutup drainase di muka kios pulsa ambles dilindas tronton semen. Besinya mencuat seperti tombak. Kemarin seorang bapak tunanetra terperosok hingga paha. Kami tancapkan ranting dan kain merah, hanya itu kemampuan kami."),
    ("JLN", "Tukang aspal kerja hanya sampai di depan pagar rumah anggota dewan, sisanya seratus meter ke arah kapela dibiarkan batu karang. Papan proyek sudah dicabut. Mana panjang volume yang sesungguhnya? Kami minta gambar dan rincian biayanya dibuka."),
    ("JLN", "Got yang baru dicor ternyata lebih tinggi dari halaman kami, jadi setiap gerimis kolam terbentuk persis di bawah tempat tidur. Mandor menjawab desainnya memang begitu. Istri saya sedang hamil tua, nyamuknya bukan main."),
    ("JLN", "Itu jembatan kayu yang ke kebun su goyang-goyang, papan ilang lima lembar. Hari Rabu oto pikap Om Nadus nyaris taguling deng muatan pisang. Ketong cuma minta besi sa, tukang deng pasir dari swadaya umat."),
    ("JLN", "Zebra cross depan SDK dihapus waktu pelapisan ulang dan tidak pernah dicat lagi. Pagi hari satpam sekolah berdiri sendirian menahan truk kontainer dari pelabuhan. Dua murid kelas satu sudah terserempet kaca spion semester ini."),
    ("BSN", "Ibu kos kami yang memiliki tiga petak sewaan menerima beras tiap triwulan, sedangkan janda pemulung beranak empat di kolong jembatan luput. Waktu saya tanyakan, operator berdalih datanya turun dari Jakarta. Bolehkah warga mengusulkan pencoretan?"),
    ("BSN", "Kartu KKS mertua tertelan mesin di gerai dan bank menyuruh buat laporan kehilangan, lalu polsek menyuruh kembali ke pendamping. Pendampingnya ganti nomor. Sudah tiga periode uangnya mengendap. Beliau 81 tahun, tak kuat mondar-mandir."),
    ("BSN", "Waktu undangan dibagi, dong bilang mesti setor dua puluh ribu untuk ongkos mobil yang bawa beras, sonde setor sonde dapa karung. Karung ju su bajahit ulang, timbang di kios Cina cuma tujuh setengah kilo dari yang mesti sepuluh."),
    ("PDK", "Putra saya yang tuli ditolak di tiga SMP dengan alasan tak ada guru pendamping. Padahal selebaran penerimaan menuliskan kuota inklusi lima persen. Ia juara menggambar tingkat kota. Ke mana lagi harus kami ketuk pintu?"),
    ("PDK", "Kantin sekolah dikelola adik bendahara dan murid dilarang membawa bekal. Sepotong pisang goreng dihargai lima ribu. Minggu kemarin sembilan bocah mual sesudah makan bakso di sana; kepala sekolah menyuruh tutup mulut demi akreditasi."),
    ("PDK", "Bu guru kelas empat suruh anak beli buku latihan dari dia pung ponakan, kalo tulis di buku biasa dapa nilai nol. Beta penjual sayur, empat anak sakola samua. Tolong pengawas turun periksa tas anak-anak tu."),
    ("IZN", "Kafe bertingkat di bibir tebing itu berdiri tanpa papan persetujuan apa pun, buangan dapurnya meluncur ke laut tempat kami menambatkan sampan. Kala kami bertanya, penjaganya mengaku bekingnya kuat. Silakan dicek ke lapangan pada petang hari."),
    ("TRN", "Traffic light simpang tiga rumah sakit tentara berkedip kuning dari empat penjuru sekaligus sejak petir hari Ahad. Ambulans saling serobot dengan angkot. Polantas hanya berjaga bila ada rombongan pejabat melintas."),
    ("TRN", "Anak muda rompi oranye minta tiga ribu tiap kali motor berhenti walau cuma beli obat semenit. Saat ditanya karcis ia menunjukkan pisau lipat di pinggang. Apoteker pun tak berani menegur. Mohon disisir malam Minggu sekitar pukul delapan."),
    ("TRB", "Pengeras suara rental depan kos kami menggelar latihan dansa kizomba dari petang hingga ayam berkokok. Kaca jendela ikut bergetar. Saya perawat sif malam, tiga hari tidak terpejam. Babinsa datang, dijamu kue, lantas pulang."),
    ("TRB", "Kuda balap milik tuan tanah lepas saban fajar dan menginjak bedeng kangkung kami. Ganti ruginya dijanjikan seusai pacuan, namun pacuan telah lewat empat purnama. Kami, sebelas perempuan kelompok tani, kehilangan modal bibit."),
    ("PAJ", "Objek pajak atas nama mendiang kakek muncul dobel dengan luas berbeda, 312 dan 1.312 meter. Denda menggulung hingga sembilan juta lebih. Pegawai menyarankan saya melunasi keduanya dahulu baru mengurus pembetulan, menurut saya janggal."),
    ("PRM", "Rumah contoh bantuan gempa retaknya selebar jari padahal baru dihuni Agustus. Kolom tidak ada besi begel, cuma bambu. Fotonya saya simpan sebelum diplester. Kami khawatir bila angin barat datang, dindingnya rebah menimpa anak-anak."),
    ("BCN", "Beringin tua dekat SMPN sudah keropos tengahnya, semut rangrang keluar dari rongga batang. Akarnya mengangkat ubin kelas delapan. Kepala tukang kebun tidak berani memanjat. Harap ada mobil tangga sebelum badai Januari tiba."),
    ("BCN", "Pasca siklon, tembok laut ambrol sepanjang kira-kira tiga puluh depa dan setiap pasang purnama ombak menjilat pintu dapur. Karung pasir sumbangan paroki tinggal seperempat. Kami perlu geobag, bukan cuma spanduk imbauan."),
    ("PPA", "Saya mendengar jeritan bocah perempuan dari kamar sebelah hampir saban subuh, disusul bunyi ikat pinggang. Ibunya bekerja di Malaysia. Ia masuk kelas dua, lengannya memar keunguan. Tolong jangan ungkap siapa pengirim pesan ini."),
    ("PGL", "Untuk secarik surat keterangan belum menikah saya diminta mengisi celengan berbentuk ayam di meja kasi pemerintahan. Nominalnya ditulis di kertas: seratus. Waktu saya berikan dua puluh, surat saya diselipkan kembali ke tumpukan terbawah."),
    ("PGL", "Pak ketua minta ongkos capek 250 ribu supaya nama mertua naik daftar bedah rumah. Su kasi bulan Mei, sampe skarang batu satu biji sonde turun. Waktu tagih dia ancam coret dari samua bantuan. Beta simpan dia pung pesan WA."),
    ("LUAR", "Tegangan di rumah naik turun sampai kulkas tetangga berasap dan televisi saya gosong. Petugas gangguan hanya memberi nomor tiket lalu tak muncul. Walaupun bukan urusan pemkot, setidaknya bantu teruskan karena nomor pengaduannya tak tersambung."),
    ("LAIN", "Lapangan voli tempat pemuda lintas agama berlatih hendak dijadikan parkiran toko modern. Tidak ada musyawarah, tahu-tahu patok merah sudah tertanam. Kami mengumpulkan 176 tanda tangan dan ingin beraudiensi dengan siapa pun yang berwenang."),
)  # fmt: skip

_FIRST: Final = ("Maria", "Yohanes", "Agustina", "Marthen", "Petrus", "Kristina", "Oktavianus", "Semuel", "Ferderika", "Rambu", "Siti", "Umbu", "Dortia", "Lambertus", "Wilhelmina", "Arnoldus", "Yustina", "Hasan")  # fmt: skip
_LAST: Final = ("Nalle", "Tefa", "Banunaek", "Lobo", "Kalelena", "Ndaomanu", "Bunga", "Hauteas", "Radjah", "Bako", "Seran", "Klau", "Djara", "Pellokila", "Manu", "Nggili", "Tolla", "Wenyi")  # fmt: skip
_PREFIXES: Final = ("0812", "0813", "0821", "0823", "0852", "0853", "0822", "0878", "0831", "0895")

_PLACES: Final = (
    "RT {rt} RW {rw}", "RT {rt} RW {rw} dekat {mark}", "samping {mark}", "depan {mark}", "RT {rt}, belakang {mark}", "lorong masuk {mark}",
    "Jalan {street} no {house}", "Jalan {street}, RT {rt}", "perempatan {mark}", "gang sebelah {mark}",
)  # fmt: skip
_MARKS: Final = ("kios Om Beny", "gereja Imanuel", "sekolah dasar", "lapangan bola", "kantor lurah", "kuburan umum", "bengkel las", "pangkalan ojek", "posyandu Melati", "depot air", "pasar lama", "jembatan merah", "mes guru", "asrama putri")  # fmt: skip
_STREETS: Final = ("Cak Doko", "Perintis", "Kejora", "Nangka", "Rantai Damai", "Fetor Foenay", "Sam Ratulangi", "Hati Suci", "Oekam", "W. J. Lalamentik")  # fmt: skip
_SPANS: Final = ("sejak {n} hari lalu", "sudah {n} minggu", "lebih dari {n} bulan", "sejak bulan {month}", "mulai tanggal {day}", "hampir {n} tahun", "su {n} minggu", "sejak hari {weekday}")  # fmt: skip
_MONTHS: Final = ("Januari", "Maret", "April", "Juni", "Juli", "September", "November")
_WEEKDAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu")

_OPENINGS: Final[dict[str, tuple[str, ...]]] = {
    "KES": ("Pelayanan {unit} di {mark} makin mengecewakan {span}.", "Obat {drug} tidak tersedia {span} dan kami disuruh mencari sendiri.", "Beta pung {kin} su datang {n} kali ma {unit} sonde layani.", "{unit} menolak {kin} saya yang {ill} dengan alasan kartu tidak aktif."),
    "ADM": ("Saya mengurus {paper} {span} dan belum ada kejelasan.", "{paper} milik {kin} saya salah cetak, perbaikannya berbelit.", "Beta urus {paper} {span}, dong suru datang ulang tarus.", "Loket {paper} hanya dijaga satu orang padahal antrean mencapai {count} orang."),
    "AIR": ("Air ledeng di {mark} mati {span}.", "Pipa dekat {mark} bocor {span}, air terbuang percuma.", "Tagihan air rumah {kin} saya melonjak jadi {money} ribu.", "Aer sonde jalan {span}, katong beli tangki {money} ribu."),
    "SMP": ("Tumpukan sampah di {mark} tidak diangkut {span}.", "Ada yang membuang {waste} di dekat {mark} hampir setiap malam.", "Bak sampah samping {mark} su panu {span}, bau skali.", "Truk pengangkut tidak lagi masuk ke {mark} {span}."),
    "PJU": ("Lampu jalan dari {mark} sampai Jalan {street} padam {span}.", "{count} tiang lampu di Jalan {street} tidak menyala {span}.", "Lampu di muka {mark} mati {span}, galap skali.", "Kabel lampu jalan menggantung rendah di depan {mark}."),
    "JLN": ("Jalan {street} berlubang sedalam {n} jengkal {span}.", "Saluran air di {mark} tersumbat {span}.", "Got samping {mark} rubuh, tanahnya ikut terbawa hujan.", "Jalan masuk {mark} su rusak parah {span}."),
    "BSN": ("{kin} saya belum menerima bantuan {span}.", "Daftar penerima bantuan di {mark} tidak sesuai keadaan.", "Beta pung {kin} su tua ma sonde pernah dapa beras bantuan.", "Potongan {money} ribu diminta saat pembagian di {mark}."),
    "TRB": ("Pesta dengan musik keras di {mark} berlangsung sampai jam {hour} pagi.", "Anjing lepas milik warga dekat {mark} menggigit {kin} saya.", "Pemuda mabuk berkumpul di {mark} {span}.", "Ternak dilepas bebas dan merusak kebun {kin} saya {span}."),
}  # fmt: skip
_MIDDLES: Final = (
    "Sudah {n} kali saya sampaikan ke ketua RT, jawabannya selalu menunggu.", "Petugas yang datang hanya mengambil gambar lalu pergi.", "Warga sepakat bekerja bakti tetapi alatnya tidak ada.",
    "{count} keluarga di sini ikut merasakan akibatnya.", "Kami sudah menyurati lurah tanggal {day} tanpa balasan.", "Su lapor di kantor {n} kali, dong bilang tunggu giliran.", "Minggu kemarin {kin} tetangga hampir celaka karenanya.",
    "Saya khawatir kalau hujan besar keadaannya bertambah buruk.", "Anak-anak lewat situ setiap pagi waktu ke sekolah.", "Biayanya mencapai {money} ribu sebulan, berat bagi kami.", "Kepala lingkungan menyuruh kami bersabar sampai anggaran turun.",
    "Katong takut kalo malam, su ada yang jatoh {n} orang.", "Menurut tukang, kerusakannya bisa dibetulkan dalam satu hari.", "Di kelurahan tetangga masalah serupa selesai dalam {n} hari.", "Nomor pengaduan yang tertempel di dinding tidak pernah diangkat.",
    "Ada {count} orang lanjut usia yang paling menderita di lorong ini.", "Foto dan rekaman video bisa saya tunjukkan kalau diperlukan.", "Dulu pernah diperbaiki seadanya, {n} bulan kemudian rusak kembali.",
)  # fmt: skip
_ENDINGS: Final = (
    "Mohon ada petugas yang turun sebelum tanggal {day}.", "Tolong dicek secepatnya, terima kasih.", "Kapan kira-kira ditangani?", "Kami menunggu kabar dari dinas.", "Tolong kasi bae dolo, ketong su cape.", "Semoga Bapak Wali Kota mendengar keluhan ini.",
    "Bila perlu warga siap membantu tenaga.", "Jangan menunggu sampai ada korban.", "Mohon penjelasan tertulis dari yang berwenang.", "Dong jang cuma janji sa.",
)  # fmt: skip
_SLOTS: Final[dict[str, tuple[str, ...]]] = {
    "unit": ("loket pendaftaran", "poli anak", "petugas pustu", "ruang bersalin", "perawat jaga", "bagian farmasi"), "drug": ("amlodipin", "metformin", "insulin", "salbutamol", "captopril", "vitamin A"),
    "kin": ("ibu", "bapak", "anak", "mertua", "nenek", "adik", "istri", "tante", "cucu"), "ill": ("sesak napas", "demam tinggi", "patah tangan", "hamil delapan bulan", "baru operasi"),
    "paper": ("KTP", "kartu keluarga", "akta kelahiran", "surat pindah", "akta kematian", "surat keterangan usaha"), "waste": ("bangkai ayam", "puing bangunan", "limbah bengkel", "popok bekas", "sisa potongan ikan"),
}  # fmt: skip


def _fill(rng: random.Random, template: str) -> str:
    words = {slot: rng.choice(choices) for slot, choices in _SLOTS.items()}
    span = rng.choice(_SPANS)
    numbers = {
        "n": str(rng.randint(2, 9)), "count": str(rng.randint(7, 140)), "money": str(rng.randrange(20, 480, 5)), "day": str(rng.randint(1, 28)),
        "hour": str(rng.randint(1, 4)), "rt": f"{rng.randint(1, 42):02}", "rw": f"{rng.randint(1, 14):02}", "house": str(rng.randint(1, 120)),
        "month": rng.choice(_MONTHS), "weekday": rng.choice(_WEEKDAYS), "mark": rng.choice(_MARKS), "street": rng.choice(_STREETS),
    }  # fmt: skip
    text = template.replace("{span}", span).format(**words, **numbers)
    return text[0].upper() + text[1:]


def _text(rng: random.Random, category: str, size: int) -> str:
    """A text of about `size` characters: an opening, what fits of the middle, an ending."""
    opening, ending = _fill(rng, rng.choice(_OPENINGS[category])), _fill(rng, rng.choice(_ENDINGS))
    parts = [opening]
    for middle in rng.sample(_MIDDLES, len(_MIDDLES)):
        if sum(map(len, parts)) + len(ending) >= size - 35:
            break
        parts.append(_fill(rng, middle))
    return " ".join([*parts, ending])


def _filed(rng: random.Random, category: str, text: str) -> dict[str, object]:
    return {
        "text": text,
        "category": category,
        "kelurahan": rng.choice(KELURAHAN),
        "place": _fill(rng, rng.choice(_PLACES)),
        "identity": "open",
        "name": f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        "phone": rng.choice(_PREFIXES) + f"{rng.randrange(10**8):08}",
        "sms_ok": True,
    }


def complaints(seed: int, count: int) -> Iterator[dict[str, object]]:
    """Complaints as `kasih-kiosk file --json` takes them, with texts of about 250 characters; a seed gives the same ones again."""
    rng = random.Random(seed)
    for _ in range(count):
        category = rng.choice(tuple(_OPENINGS))
        yield _filed(rng, category, _text(rng, category, 250))


def hand_written(seed: int = 1) -> Iterator[dict[str, object]]:
    """The hand-written texts, each with a name, a phone and a place."""
    rng = random.Random(seed)
    for category, text in HAND_WRITTEN:
        yield _filed(rng, category, text)


def frame_sizes(filed: Iterable[dict[str, object]]) -> list[int]:
    """Bytes of each as a frame in a bundle: length, header, seal, packed body, signature."""
    table = Path(__file__).parent.parent / "server" / "data" / "kelurahan.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        codes = {row["kelurahan"]: row["kode_kemendagri"] for row in csv.DictReader(file)}
    sizes = []
    for one in filed:
        body = Complaint(
            category=str(one["category"]),
            kelurahan=codes[str(one["kelurahan"])],
            pin=str(int(sha256(str(one["phone"]).encode()).hexdigest(), 16) % 10**6).zfill(6),
            text=str(one["text"]),
            place=str(one["place"]),
            name=str(one["name"]),
            phone=str(one["phone"]),
            sms_ok=True,
        )
        sizes.append(LENGTH_SIZE + MIN_ENTRY_SIZE + OVERHEAD + len(pack(body.encode())))
    return sizes


def main() -> None:
    """Print what complaints cost on the wire."""
    for title, filed in (("from templates", list(complaints(1, 1000))), ("hand-written", list(hand_written()))):
        sizes, length = frame_sizes(filed), mean(len(str(one["text"])) for one in filed)
        cuts = quantiles(sizes, n=100, method="inclusive")
        print(
            f"{title}: {len(sizes)} texts of {length:.0f} characters on average; bytes of a frame: mean {mean(sizes):.0f}, "
            f"median {cuts[49]:.0f}, 90 % {cuts[89]:.0f}, 99 % {cuts[98]:.0f}, most {max(sizes)}"
        )


if __name__ == "__main__":
    main()
