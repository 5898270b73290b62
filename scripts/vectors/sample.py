"""A bundle for other implementations."""

from scripts.vectors.setting import (
    DEVICE_KEY,
    DEVICE_LOG,
    DEVICE_SEAL,
    DUTY,
    SERVER_KEY,
    Vector,
    deflate,
    device_writer,
    sample_complaint,
    secret,
)
from sync_protocol import bodies, keys
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import parse_entry
from sync_protocol.kinds import Kind
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info
from sync_protocol.vocabulary import Identity
from tests.hpke_reference import seal_with


def sample() -> tuple[bytes, Vector]:
    """A bundle for other implementations, and what they need to read all of it."""
    writer = device_writer()
    code = keys.new_code(secret("code"), SERVER_KEY)
    key = bodies.Key(
        sign=DEVICE_KEY.hex(), seal=DEVICE_SEAL.hex(), name="Kios Liliba", mac=code.mac(DEVICE_KEY, DEVICE_SEAL).hex()
    )
    inner = bodies.SecretText(
        text="Pegawai meminta uang rokok untuk cap surat.", place="kantor lurah", accused="KEL-LILIBA"
    )
    person = bodies.SecretPerson(name="Yohanes Benu", phone="+6281200000002")
    seals = bodies.Secret(
        text=seal_with(secret("ephemeral text"), DUTY, duty_info(DEVICE_LOG, "text"), pack(inner.encode())),
        person=seal_with(secret("ephemeral person"), DUTY, duty_info(DEVICE_LOG, "person"), pack(person.encode())),
    )
    secret_report = bodies.Complaint(
        category="PGL", kelurahan="53.71.04.1010", pin="0000000000402913", identity=Identity.SECRET, secret=seals
    )
    added = bodies.SecretText(text="Hari ini diminta lagi.")
    sealed_note = bodies.Note(
        number="7KQM9-XD4TF",
        pin="0000000000402913",
        type="amended",
        secret=seal_with(secret("ephemeral note"), DUTY, duty_info(DEVICE_LOG, "text"), pack(added.encode())),
    )
    written = [
        writer.write(Kind.KEY, key.encode(), sealed=False),
        writer.write(Kind.CLOCK, bodies.Clock(reason="boot").encode(), sealed=False, time_ms=0),
        writer.write(Kind.COMPLAINT, sample_complaint().encode()),
        writer.write(Kind.COMPLAINT, secret_report.encode()),
        writer.write(Kind.NOTE, bodies.Note(number="7KQM9-XD4TF", pin="402913", type="rated", rating=5).encode()),
        writer.write(Kind.NOTE, sealed_note.encode()),
        writer.write(77, b'{"x":"from a later version"}'),
    ]
    head = writer.write_at(Kind.HEAD, bodies.Head().encode(), writer.seq, writer.prev, sealed=False)
    stored = parse_entry(writer.raw(Kind.HEALTH, bytes(4), b"\1" + deflate(b'{"version":"codec 1"}'), seq=99))
    about = {
        "about": "sample.kasih: a device's log, all kinds of bodies, for readers in other languages",
        "log": DEVICE_LOG.hex(),
        "sign_key": DEVICE_KEY.hex(),
        "open_keys": {name: secret(f"{name} seal").hex() for name in ("intake", "duty")},
        "dictionary": "../../sync_protocol/dictionary_1.bin",
        "ids": [entry.id.hex() for entry in (head, *written, stored)],
    }
    return write_bundle([entry.raw for entry in (head, *written, stored)]), about
