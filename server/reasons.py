"""Why the machine refused, in Indonesian: what an operating system says is English, or any language."""

import errno
import socket
from typing import Final

_REASONS: Final[dict[int, str]] = {
    errno.ENOENT: "berkas atau foldernya tidak ada",
    errno.EACCES: "tidak diizinkan",
    errno.EPERM: "tidak diizinkan",
    errno.EEXIST: "sudah ada, dan bukan folder",
    errno.ENOTDIR: "ada berkas di tempat sebuah folder",
    errno.EISDIR: "itu sebuah folder",
    errno.ENOTEMPTY: "foldernya tidak kosong",
    errno.ENOSPC: "disk penuh",
    errno.EDQUOT: "jatah disk habis",
    errno.EFBIG: "berkasnya terlalu besar untuk disk ini",
    errno.EROFS: "disk hanya bisa dibaca",
    errno.EPIPE: "pembacanya sudah menutup",
    errno.EIO: "disk gagal dibaca atau ditulis",
    errno.EBUSY: "sedang dipakai",
    errno.EXDEV: "tujuannya di disk lain",
    errno.ENAMETOOLONG: "namanya terlalu panjang",
    errno.ELOOP: "tautannya berputar",
    errno.EMFILE: "terlalu banyak berkas terbuka",
    errno.ENFILE: "terlalu banyak berkas terbuka",
    errno.EADDRINUSE: "sudah dipakai program lain",
    errno.EADDRNOTAVAIL: "bukan alamat komputer ini",
    socket.EAI_NONAME: "nama komputer itu tidak dikenal",
}


def why(error: OSError) -> str:
    """The reason in a few words; one that we have no words for by its name, such as `ETIMEDOUT`."""
    number = error.errno
    if number is None:
        return type(error).__name__
    return _REASONS.get(number) or f"galat sistem {errno.errorcode.get(number, number)}"
