"""Packing bodies: raw DEFLATE with a preset dictionary (RFC 1951; section 2)."""

import zlib
from typing import Final

from sync_protocol.dictionary import DICTIONARY_1
from sync_protocol.errors import InflateError, PackError, UnknownCodecError

MAX_UNPACKED: Final = 65_536
_JSON, _DEFLATE, _DEFLATE_DICTIONARY_1 = 0, 1, 2


def pack(data: bytes) -> bytes:
    """Pack a JSON body, with the dictionary or, where that is no shorter, as it is.

    Raises:
        PackError: the body has more than 65,536 bytes.
    """
    if len(data) > MAX_UNPACKED:
        raise PackError(f"a body has at most {MAX_UNPACKED} bytes, this one {len(data)}")
    deflate = _COMPRESSOR.copy()
    packed = deflate.compress(data) + deflate.flush()
    return b"\x02" + packed if len(packed) < len(data) else b"\x00" + data


def unpack(packed: bytes) -> bytes:
    """Give the JSON body back; never more than 65,536 bytes, whatever the input.

    Raises:
        UnknownCodecError: the first byte names no known codec, or there is none.
        InflateError: not one complete DEFLATE stream, too long, or followed by other bytes.
    """
    codec = packed[0] if packed else -1
    if codec == _JSON:
        if len(packed) - 1 > MAX_UNPACKED:
            raise InflateError(f"more than {MAX_UNPACKED} bytes")
        return packed[1:]
    if codec == _DEFLATE_DICTIONARY_1:
        inflate = _DECOMPRESSOR.copy()
    elif codec == _DEFLATE:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    else:
        raise UnknownCodecError(f"codec {codec} at byte 0")
    try:
        data = inflate.decompress(packed[1:], MAX_UNPACKED + 1)
    except zlib.error as error:
        raise InflateError(str(error)) from None
    if len(data) > MAX_UNPACKED:
        raise InflateError(f"more than {MAX_UNPACKED} bytes")
    if not inflate.eof:
        raise InflateError("the stream is cut")
    if inflate.unused_data:
        raise InflateError(f"{len(inflate.unused_data)} bytes after the end of the stream")
    return data


# Copies of a primed stream cost a tenth of priming one with 32 KiB for each body.
_COMPRESSOR = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY_1)
_DECOMPRESSOR = zlib.decompressobj(-zlib.MAX_WBITS, DICTIONARY_1)
