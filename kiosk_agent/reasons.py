"""Why the machine refused, in Indonesian: what an operating system says is English, or any language."""

import errno
from typing import Final

_REASONS: Final[dict[int, str]] = {
    errno.ENOENT: "berkas atau foldernya tidak ada",
    errno.EACCES: "tidak diizinkan",
    errno.EPERM: "tidak diizinkan",
    errno.EEXIST: "sudah ada, dan bukan folder",
    errno.ENOTDIR: "ada berkas di tempat sebuah folder",
    errno.EISDIR: "itu sebuah folder",
    errno.ENAMETOOLONG: "namanya terlalu panjang",
    errno.ENOSPC: "disk atau stik penuh",
    errno.EFBIG: "berkasnya terlalu besar untuk disk atau stik ini",
    errno.EROFS: "disk atau stik hanya bisa dibaca",
    errno.EIO: "disk atau stik gagal dibaca atau ditulis",
    errno.ENODEV: "disk atau stiknya tidak ada lagi",
    errno.ENXIO: "disk atau stiknya tidak ada lagi",
    errno.EPIPE: "tidak ada lagi yang membacanya",
    errno.EBADF: "sudah tertutup",
    errno.EBUSY: "sedang dipakai",
    errno.EMFILE: "terlalu banyak berkas terbuka",
    errno.ENFILE: "terlalu banyak berkas terbuka",
    errno.EADDRINUSE: "sudah dipakai program lain",
}


def why(error: OSError) -> str:
    """The reason in a few words; one that we have no words for by its name, such as `ETIMEDOUT`."""
    number = error.errno
    if number is None:
        return type(error).__name__
    return _REASONS.get(number) or f"galat sistem {errno.errorcode.get(number, number)}"
