"""A day of complaints, made from the sample texts. People and streets in them are invented."""

import csv
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

_CHANNELS: Final = frozenset({"kios", "batch_lurah"})  # SMS are typed on the handset.
_IDENTITIES: Final = {"terbuka": "open", "anonim": "anonymous", "rahasia": "secret"}
_NAMES: Final = ("Maria Contoh", "Yohanis Contoh", "Adolfina Contoh", "Markus Contoh", "Siti Contoh")


def sample_lines() -> Iterator[str]:
    """Lines for `kasih-kiosk file`. Each has its own `ref`, so that filing them twice files them once."""
    text = files("server").joinpath("data", "contoh_pengaduan.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["kanal"] in _CHANNELS]
    for number, row in enumerate(row for row in rows if row["kategori"] and row["kelurahan"]):
        report = {
            "ref": f"demo-{row['id']}",
            "channel": row["kanal"],
            "category": row["kategori"],
            "kelurahan": row["kelurahan"],
            "text": row["teks"],
            "identity": _IDENTITIES.get(row["kerahasiaan"], "unnamed"),
        }
        if report["identity"] != "unnamed":
            report["name"] = _NAMES[number % len(_NAMES)]
        yield json.dumps(report, ensure_ascii=False)
