"""Bytes to text lines: encoding, byte order mark, line ends, and a bound on how much one row may hold in memory.

A byte that does not fit the encoding is not lost and stops nothing: it becomes a lone surrogate (U+DC80 to U+DCFF), and
whoever reads its cell puts down line and column. Only UTF-16, where one wrong byte shifts all others, is refused.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import StringIO
from typing import BinaryIO

from .results import FileRefused

CHUNK = 1 << 16
# The longest row, in characters. Not above the csv module's own limit for one cell (131,072), which is global to
# the process and therefore not ours to change.
ROW_LIMIT = 1 << 17


def encoding_of(head: bytes, said: str = "") -> str:
    """What a person ``said``, else UTF-8 unless a UTF-16 byte order mark says otherwise.

    Nothing is guessed, because a wrong guess spoils names.
    """
    if said and said != "utf-8":
        return said
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused("encoding", {"line": "1", "found": "UTF-32"})
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def is_utf_16(encoding: str) -> bool:
    """Whether a wrong byte would shift everything behind it."""
    return encoding.startswith("utf-16")


def decode(chunks: Iterator[bytes], encoding: str, *, strict: bool = False) -> Iterator[str]:
    """The text of ``chunks``, see the module for bytes that do not fit; ``strict``: they refuse the file."""
    strict = strict or is_utf_16(encoding)
    decoder = codecs.getincrementaldecoder(encoding)("strict" if strict else "surrogateescape")
    lines = 1
    for chunk in chunks:
        text = _decoded(decoder, chunk, False, lines)
        lines += text.count("\n")
        if text:
            yield text
    if text := _decoded(decoder, b"", True, lines):
        yield text


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool, lines: int) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeError as wrong:
        if not isinstance(wrong, UnicodeDecodeError):
            raise FileRefused("encoding", {"line": str(lines), "found": "UTF-16"}) from None
        before = wrong.object[: wrong.start].decode(wrong.encoding, "ignore")
        found = wrong.object[wrong.start : wrong.start + 1].hex().upper()
        raise FileRefused("encoding", {"line": str(lines + before.count("\n")), "found": f"0x{found}"}) from None


def chunks_of(stream: BinaryIO, head: bytes = b"") -> Iterator[bytes]:
    """``head`` and then the rest of ``stream``."""
    if head:
        yield head
    while chunk := stream.read(CHUNK):
        yield chunk


def lines_of(texts: Iterator[str]) -> Iterator[str]:
    r"""Text lines with their ends (``\n``, ``\r\n`` or ``\r``); one without an end comes in bounded pieces.

    Not ``str.splitlines``: that also breaks at U+2028 and other characters which may stand inside a cell.
    """
    tail = ""
    for text in texts:
        lines = StringIO(tail + text, newline="").readlines()
        tail = "" if lines[-1].endswith("\n") else lines.pop()
        yield from lines
        if len(tail) > ROW_LIMIT:
            yield tail
            tail = ""
    if tail:
        yield from StringIO(tail, newline="")


class LineSource:
    """Feeds a csv reader line by line and cuts off a row that grows past ``ROW_LIMIT``.

    The reader pulls a second line for one row only inside a quoted cell; so a row that is too long can be closed
    here, and reading goes on with the next row. The consumer calls nothing but sets ``size`` and ``lines`` to 0
    after each row (attributes, because this runs once per row) and reads ``overlong`` and ``ended``.
    """

    __slots__ = ("_lines", "_quoted", "ended", "first", "lines", "overlong", "size")

    def __init__(self, lines: Iterator[str], *, quoted: bool = True) -> None:
        self._lines = lines
        self._quoted = quoted
        self.size = 0
        self.lines = 0
        self.first = ""
        self.overlong = False
        self.ended = False

    def __iter__(self) -> LineSource:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        if not self.size:
            self.first = line
        self.size += len(line)
        self.lines += 1
        if self.size > ROW_LIMIT:
            return self._cut(line)
        return line

    def _cut(self, line: str) -> str:
        """Drop the rest of the row that ``line`` belongs to; answer what closes it for the reader."""
        inside = quoted = self.lines > 1
        while True:
            quoted ^= self._quoted and line.count('"') % 2 == 1
            if not quoted and line.endswith(("\n", "\r")):
                break
            following = next(self._lines, None)
            if following is None:
                self.ended = quoted
                break
            line = following
        self.first = self.first[:4096]
        self.overlong = True
        return '"\n' if inside else "\n"
