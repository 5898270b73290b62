"""A city under one seed: what its people, disks, clocks and networks do, one step after another."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.simulation.link import BadLink
from tests.simulation.places import Centre, Kiosk

START_MS = 1_795_000_000_000
DAY_MS = 86_400_000
MAX_KIOSKS = 5


class World:
    """One centre, a foreign centre, and kiosks; every choice comes from one seed."""

    def __init__(self, seed: int, folder: Path, template: Path) -> None:
        self.random = Random(seed)
        self.folder = folder
        self.now_ms = START_MS
        self.filed: dict[bytes, str] = {}
        """Complaint id to text, for all that a kiosk ever said was saved."""
        self.claimed: set[bytes] = set()
        """What a kiosk called received, and the centre did not hold."""
        self.badness = self.random.choice((0.1, 0.3, 0.6, 0.9))
        self.budget = self.random.choice((1_500, 20_000, 262_144))
        self._copies = 0
        self._sticks: list[tuple[str, bytes]] = []
        self._kiosk_images: list[tuple[Path, Path]] = []
        self._centre_images: list[Path] = []
        shutil.copytree(template, folder, dirs_exist_ok=True)
        self.centre = Centre(folder / "centre", self)
        self.foreign = Centre(folder / "foreign", self)
        self.kiosks = [Kiosk(path, self) for path in sorted(folder.glob("kiosk-*"))]
        self.links = {kiosk: self._link() for kiosk in self.kiosks}

    def live(self, steps: int) -> None:
        """Let things happen, good and bad."""
        happenings: list[tuple[Callable[[], None], int]] = [
            (self.file, 30),
            (self.exchange, 30),
            (self.announce, 6),
            (self.jump_clock, 4),
            (self.write_stick, 4),
            (self.read_stick, 6),
            (self.rot, 4),
            (self.keep_kiosk_image, 3),
            (self.restore_kiosk, 2),
            (self.clone_kiosk, 2),
            (self.keep_centre_image, 3),
            (self.restore_centre, 3),
            (self.deliver_late, 3),
            (self.crash, 3),
        ]
        actions, weights = zip(*happenings, strict=True)
        for _ in range(steps):
            self.now_ms += self.random.randrange(1, 3_600_000)
            self.random.choices(actions, weights)[0]()

    def heal(self) -> int:
        """The network turns good: how many rounds of syncs it takes until nobody has anything to send or fetch."""
        self.badness = 0.0
        for kiosk in self.kiosks:
            self.links[kiosk] = self._link()
        for rounds in range(1, 9):
            self.now_ms += 600_000
            for kiosk in self.kiosks:
                kiosk.exchange(self.links[kiosk])
            if all(kiosk.is_settled() for kiosk in self.kiosks):
                return rounds
        return rounds + 1

    def close(self) -> None:
        """Let go of all files."""
        for kiosk in self.kiosks:
            kiosk.close()
        self.centre.close()
        self.foreign.close()

    def file(self) -> None:
        """A resident presses KIRIM."""
        kiosk = self._some_kiosk()
        text = f"Laporan {len(self.filed)} {self.random.getrandbits(40):x} jalan rusak dekat pasar"
        for _ in range(self.random.choice((1, 1, 1, 4))):
            self.filed[kiosk.file(self.random.randbytes(16), text)] = text
            text += " lagi"

    def exchange(self) -> None:
        """A kiosk tries to sync."""
        kiosk = self._some_kiosk()
        kiosk.exchange(self.links[kiosk])
        stated = kiosk.store.last_stated()
        if stated is not None and stated.body.now == self.now_ms:  # Else the centre may have been restored since.
            self.claimed |= kiosk.readable_complaints(kiosk.store.received_seq()) - self.centre.entries()

    def announce(self) -> None:
        """An officer acts on a case, so kiosks get news."""
        self.centre.announce(self.random)

    def jump_clock(self) -> None:
        """A CMOS battery is dead, or somebody sets the clock."""
        kiosk = self._some_kiosk()
        kiosk.clock_error_ms = self.random.choice(
            (0, -self.now_ms, -20 * 365 * DAY_MS, 10 * 365 * DAY_MS, DAY_MS // 24)
        )

    def write_stick(self) -> None:
        """A kiosk or the centre writes a USB file."""
        if self.random.random() < 0.7:
            self._sticks.append(("up", self._damaged(self._some_kiosk().export())))
        else:
            self._sticks += [("down", self._damaged(data)) for data in self.centre.export()]

    def read_stick(self) -> None:
        """A USB file, perhaps old, perhaps read before, reaches the centre or a kiosk."""
        if not self._sticks:
            return
        direction, data = self.random.choice(self._sticks)
        if direction == "up":
            reply = self.centre.deliver(data, via="usb")
            if reply:
                self._sticks.append(("down", self._damaged(reply)))
        else:
            self._some_kiosk().take(data)

    def rot(self) -> None:
        """A bit on a kiosk's disk flips."""
        self._some_kiosk().rot(self.random)

    def keep_kiosk_image(self) -> None:
        """Somebody makes an image of a kiosk's disk."""
        kiosk = self._some_kiosk()
        self._kiosk_images.append((kiosk.path, kiosk.image(self._new_path("image"))))

    def restore_kiosk(self) -> None:
        """A kiosk's disk is replaced by an older image of it."""
        kiosk = self._some_kiosk()
        images = [image for path, image in self._kiosk_images if path == kiosk.path]
        if images:
            kiosk.replace(self.random.choice(images))

    def clone_kiosk(self) -> None:
        """A kiosk's disk is copied to another PC, and both go on."""
        if len(self.kiosks) < MAX_KIOSKS:
            clone = self._some_kiosk().clone(self._new_path("clone"))
            self.kiosks.append(clone)
            self.links[clone] = self._link()

    def keep_centre_image(self) -> None:
        """The nightly backup."""
        self._centre_images.append(self.centre.image(self._new_path("backup")))

    def restore_centre(self) -> None:
        """The centre is restored from a backup."""
        if self._centre_images:
            self.centre.replace(self.random.choice(self._centre_images))

    def deliver_late(self) -> None:
        """What the network held back arrives."""
        self.links[self._some_kiosk()].flush()

    def crash(self) -> None:
        """A process ends without a word and starts again."""
        places: list[Kiosk | Centre] = [*self.kiosks, self.centre]
        self.random.choice(places).reopen()

    def _some_kiosk(self) -> Kiosk:
        return self.random.choice(self.kiosks)

    def _link(self) -> BadLink:
        return BadLink(self.random, self.centre_deliver, lambda: self.badness, self.foreign_deliver)

    def centre_deliver(self, bundle: bytes) -> bytes | None:
        """What the centre makes of a request."""
        return self.centre.deliver(bundle)

    def foreign_deliver(self, bundle: bytes) -> bytes | None:
        """What another city's centre makes of it."""
        return self.foreign.deliver(bundle)

    def _damaged(self, data: bytes) -> bytes:
        fate = self.random.random()
        if fate < 0.8:
            return data
        at = self.random.randrange(len(data))
        return data[:at] if fate < 0.9 else data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    def _new_path(self, what: str) -> Path:
        self._copies += 1
        return self.folder / f"{what}-{self._copies}"
