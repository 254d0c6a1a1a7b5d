"""From a stream of bytes to orders: recognise, then read row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from zoneinfo import ZoneInfo

from .cells import Cells
from .grouping import Reader
from .recognition import WORKBOOK, format_of, score_of
from .results import FileRefused, FormatInfo, ParsedOrder, RowProblem
from .table import Table, delimited, sniff, without_declaration
from .text import CHUNK, chunks_of, decode, encoding_of, lines_of
from .workbook import OLD_SIGNATURE, SIGNATURE, open_workbook

# How much of a file is looked at to recognise it: more than any header.
HEAD = 2 * CHUNK


def recognise(head: bytes) -> FormatInfo:
    """The kind of file that begins with ``head`` (give at least 64 KiB, or all of a shorter file).

    FileRefused says what was found and what is missing. A workbook's header stands where only the whole file tells
    it: given a part of one, the answer is the format ``workbook``, and :func:`read_orders` decides.
    """
    if head.startswith(SIGNATURE):
        try:
            table = open_workbook(BytesIO(head))
        except FileRefused as refused:
            if refused.code == "unreadable_workbook":
                return WORKBOOK
            raise
        return format_of(table.names).info
    return format_of(_sniffed(head)[1]).info


def read_orders(stream: BinaryIO, *, zone: str, now: datetime) -> Iterator[ParsedOrder | RowProblem]:
    """The orders of a file, each whole, and the problems of the rows that spoil theirs.

    ``zone`` (IANA name) is where times without an offset were written; ``now`` (aware) bounds times and stands for a
    missing ``ordered_at``. FileRefused is raised at once if the file is not readable as a whole. The encoding of a
    seekable stream is checked throughout beforehand, so that a file in the wrong one yields nothing; of other streams
    FileRefused may come later, after orders that were sound. Orders come in the order of their first rows. An order
    with a problem never comes, whatever its other rows.
    """
    cells = Cells(ZoneInfo(zone), now)
    table = _table(stream)
    return iter(Reader(format_of(table.names)(), table, cells))


def _table(stream: BinaryIO) -> Table:
    start = stream.tell() if stream.seekable() else 0
    head = _head(stream)
    if head.startswith(SIGNATURE):
        if stream.seekable():
            stream.seek(start)
            return open_workbook(stream)
        return open_workbook(stream, head)
    separator, _ = _sniffed(head)
    encoding = encoding_of(head)
    if stream.seekable():
        for _ in decode(chunks_of(stream, head), encoding):
            pass
        stream.seek(start)
        head = b""
    texts = decode(chunks_of(stream, head), encoding)
    return delimited(without_declaration(lines_of(texts)), separator)


def _head(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < HEAD and (chunk := stream.read(HEAD - size)):
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts)


def _sniffed(head: bytes) -> tuple[str, list[str]]:
    if head.startswith(OLD_SIGNATURE):
        raise FileRefused("old_workbook")
    whole = iter((head,))
    # The head may end in the middle of a character: the decoder's last word is not asked for.
    text = next(decode(whole, encoding_of(head)), "")
    return sniff(text, score_of)
