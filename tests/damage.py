"""Bytes as a bad link or a hostile hand leaves them."""

import random


def mutate(rng: random.Random, data: bytes) -> bytes:
    """One to four changes: bits, bytes, pieces lost, doubled, moved, or noise put in."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        to = min(len(changed), at + rng.choice((1, 2, 64, 128, 300)))
        match rng.randrange(7):
            case 0 if at < len(changed):
                changed[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(changed):
                changed[at] = rng.choice((0, 1, 127, 128, 255))
            case 2:
                del changed[at:to]
            case 3:
                changed[at:at] = changed[at:to]
            case 4:
                changed[at:at] = rng.randbytes(rng.randint(1, 8))
            case 5:
                piece = changed[at:to]
                del changed[at:to]
                new = rng.randrange(len(changed) + 1)
                changed[new:new] = piece
            case _:
                del changed[at:]
    return bytes(changed)
