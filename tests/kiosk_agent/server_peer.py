"""A small centre in memory, over real HTTP: it answers as the protocol says, or as a test tells it to."""

import copy
import itertools
from collections.abc import Callable, Container, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk_agent.errors import RefusedError
from sync_protocol.bodies import Body, Complaint, Config, Key, Keys, Lost, Master, decode_body
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.entry import NO_PREV, Entry, verify_entry, write_entry
from sync_protocol.errors import BadSignatureError
from sync_protocol.exchange import Held, Position
from sync_protocol.keys import EnrolmentCode, device_log, new_code, server_log, sign_key, write_code
from sync_protocol.kinds import TRANSIENT, Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import key_tag, open_body
from sync_protocol.server_session import answer, read_device_head
from sync_protocol.vocabulary import DeviceState

TABLES = {
    "kelurahan": [
        {"kode_kemendagri": "53.71.01.1001", "kecamatan": "Alak", "kelurahan": "Namosain", "alias": ""},
        {
            "kode_kemendagri": "53.71.01.1002",
            "kecamatan": "Alak",
            "kelurahan": "Nunbaun Sabu",
            "alias": "NBS; Nun Baun",
        },
    ],
    "kategori": [{"kode": code, "nama": code.title()} for code in ("AIR", "JLN", "PGL", "PPA")],
    "unit": [{"code": "KEL-53.71.01.1001", "name": "Kelurahan Namosain", "parent": "KEC-ALAK", "kind": "kelurahan"}],
    "teks": [{"id": "K01", "bahasa_indonesia": "Ada yang mau dilaporkan?"}],
}
FORBIDDEN = 403
_SECRETS = itertools.count(1 << 30, 1 << 20)


class Peer:
    """One centre that knows one device."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.sign = Ed25519PrivateKey.generate()
        self.intake, self.duty = X25519PrivateKey.generate(), X25519PrivateKey.generate()
        self.clock = clock
        self.state = DeviceState.ACTIVE
        self.codes: list[EnrolmentCode] = []
        self.spent: set[bytes] = set()
        self.up: dict[bytes, Entry] = {}
        self.lost: dict[bytes, Lost] = {}
        self.down_log: list[Entry] = []
        self.device: bytes | None = None
        self.device_key: Any = None
        self.safe_id: bytes | None = None
        self.greets_in_full = True
        """False: a new device gets the keys alone."""
        self.requests: list[bytes] = []
        self._first_key = self.sign.public_key().public_bytes_raw()

    def copy(self) -> "Peer":
        """Another one that knows the same and goes its own way from here."""
        twin = copy.copy(self)
        twin.codes, twin.spent, twin.requests = list(self.codes), set(self.spent), []
        twin.up, twin.lost, twin.down_log = dict(self.up), dict(self.lost), list(self.down_log)
        return twin

    def forget_device(self) -> None:
        """As before anybody enrolled."""
        self.codes, self.spent, self.up, self.lost, self.down_log = [], set(), {}, {}, []
        self.device = self.device_key = None

    # -- what a test asks of it ----------------------------------------------------------------------------------------

    def new_code(self) -> str:
        code = new_code(next(_SECRETS).to_bytes(8), self._first_key)
        self.codes.append(code)
        return write_code(code)

    def spend_codes(self) -> None:
        self.spent |= {code.secret for code in self.codes}

    def say(self, kind: Kind, body: Body, recipient: bytes | None = None) -> Entry:
        """Append to the server's log for the device."""
        stands = self.down_head() or Position(0, NO_PREV)
        entry = write_entry(
            kind=kind,
            time_ms=self.clock(),
            seq=stands.seq + 1,
            log=self.server_log,
            prev=stands.id,
            body=body.encode(),
            signer=self.sign,
            recipient=recipient,
        )
        self.down_log.append(entry)
        return entry

    @property
    def server_log(self) -> bytes:
        assert self.device is not None
        return server_log(self._first_key, self.device)

    def of(self, kind: Kind) -> list[Entry]:
        return [entry for entry in sorted(self.up.values(), key=lambda entry: entry.seq) if entry.kind == kind]

    def complaints(self) -> list[Complaint]:
        opened = [self.open(entry) for entry in self.of(Kind.COMPLAINT)]
        assert all(isinstance(body, Complaint) for body in opened)
        return opened  # type: ignore[return-value]

    def open(self, entry: Entry) -> Body | None:
        keys = {key_tag(self.intake.public_key().public_bytes_raw()): self.intake}
        return decode_body(entry.kind, unpack(open_body(entry.to, entry.header, entry.body, keys)))

    # -- the protocol --------------------------------------------------------------------------------------------------

    def receive(self, bundle: bytes, *, unlimited: bool = False) -> bytes | None:
        """The reply to a bundle; None where no known log is in it."""
        self.requests.append(bundle)
        entries, _ = read_bundle(bundle)
        for entry in entries:
            if entry.kind == Kind.KEY:
                self._admit(entry)
        own = [entry for entry in entries if entry.log == self.device and self._is_sound(entry)]
        if not own:
            return None
        head = None
        newest = None
        for entry in own:
            if entry.kind == Kind.HEAD:
                head = read_device_head(entry)
            elif entry.kind not in TRANSIENT:
                self.up[entry.id] = entry
                newest = max(newest or (0, b""), (entry.seq, entry.id))
                if entry.kind == Kind.LOST:
                    body = decode_body(Kind.LOST, unpack(entry.body))
                    assert isinstance(body, Lost)
                    self.lost[bytes.fromhex(body.id)] = body
        assert head is not None
        return answer(
            self,
            head,
            newest_of_bundle=newest[1] if newest else None,
            state=self.state,
            now_ms=self.clock(),
            server_log=self.server_log,
            signer=self.sign,
            unlimited=unlimited,
        ).bundle

    def _is_sound(self, entry: Entry) -> bool:
        try:
            verify_entry(entry, self.device_key)
        except BadSignatureError:
            return False
        return True

    def _admit(self, entry: Entry) -> None:
        key = decode_body(Kind.KEY, unpack(entry.body))
        assert isinstance(key, Key)
        sign, seal = bytes.fromhex(key.sign), bytes.fromhex(key.seal)
        match = next((code for code in self.codes if key.mac == code.mac(sign, seal).hex()), None)
        if match is None:
            return
        if self.device is None:
            self.device, self.device_key = device_log(sign), sign_key(sign)
            self.state = DeviceState.PENDING
        if match.secret not in self.spent:
            self.spent.add(match.secret)
            self.state = DeviceState.ACTIVE
            if not self.down_log:
                self.welcome()

    def welcome(self) -> None:
        self.say_keys()
        if not self.greets_in_full:
            return
        self.say(Kind.CONFIG, Config(unit="KEL-53.71.01.1001", unit_name="Kelurahan Namosain", poll_s=600))
        for table, rows in TABLES.items():
            self.say(Kind.MASTER, Master(table=table, rows=rows))

    def say_keys(self, sign: bytes | None = None) -> Entry:
        return self.say(
            Kind.KEYS,
            Keys(
                sign=(sign or self.sign.public_key().public_bytes_raw()).hex(),
                intake=self.intake.public_key().public_bytes_raw().hex(),
                duty=self.duty.public_key().public_bytes_raw().hex(),
            ),
        )

    # -- ServerView ----------------------------------------------------------------------------------------------------

    def holds(self, entry_id: bytes) -> bool:
        return entry_id in self.up

    def newest_rooted(self) -> bytes | None:
        held, newest = {NO_PREV, *self.lost}, None
        for entry in sorted(self.up.values(), key=lambda entry: entry.seq):
            if entry.prev in held:
                held.add(entry.id)
                newest = entry.id
        return newest

    def missing(self, limit: int, turn: int) -> list[bytes]:
        held = {NO_PREV, *self.lost, *self.up}
        gone = [entry_id for entry_id in self.lost if entry_id not in self.up]
        return [*{entry.prev for entry in self.up.values()} - held, *gone][:limit]

    def safe(self) -> bytes | None:
        return self.safe_id

    def down_head(self) -> Position | None:
        return Position(self.down_log[-1].seq, self.down_log[-1].id) if self.down_log else None

    def down(self, entry_id: bytes) -> Held | None:
        return next((_held(entry) for entry in self.down_log if entry.id == entry_id), None)

    def down_after(self, seq: int) -> Iterable[Held]:
        return [_held(entry) for entry in self.down_log if entry.seq > seq]


def _held(entry: Entry) -> Held:
    return Held(entry.seq, entry.id, entry.prev, entry.raw)


def damage(bundle: bytes, seqs: Container[int]) -> bytes:
    """A bundle as it arrives where a bit of these entries has flipped on the way."""
    entries, _ = read_bundle(bundle)
    return write_bundle(
        entry.raw[:-1] + bytes([entry.raw[-1] ^ 1]) if entry.seq in seqs and entry.kind != Kind.HEAD else entry.raw
        for entry in entries
    )


class Direct:
    """A transport without a network: straight to the peer, with what a test puts in between."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.faults: list[Callable[[bytes], bytes]] = []
        """Each is used once, in place of the peer."""

    def send(self, bundle: bytes) -> bytes:
        if self.faults:
            return self.faults.pop(0)(bundle)
        reply = self.peer.receive(bundle)
        if reply is None:
            raise RefusedError(FORBIDDEN)
        return reply

    def close(self) -> None:
        """Nothing is open."""


Handle = Callable[[BaseHTTPRequestHandler, bytes], None]


class HttpPeer:
    """Serves on a free port of this machine; `handle` may be replaced by a test."""

    def __init__(self, peer: Peer | None = None) -> None:
        self.peer = peer
        self.handle: Handle = self.answer
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_POST(self) -> None:
                outer.handle(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        """As the protocol says."""
        assert self.peer is not None
        reply = self.peer.receive(body)
        respond(request, 403 if reply is None else 200, reply or b"")


def respond(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
