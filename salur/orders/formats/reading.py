"""From a stream of bytes to orders: recognise, then read row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from zoneinfo import ZoneInfo

from .grouping import Format, Reader
from .mapped import ColumnMap, Mapped, distinct
from .options import AS_IT_IS, ReadOptions
from .recognition import WORKBOOK, format_of, score_of
from .results import FileRefused, FormatInfo, ParsedOrder, RowProblem
from .table import BadRow, Sniffed, Table, delimited, sniff, without_declaration
from .text import CHUNK, chunks_of, decode, encoding_of, is_utf_16, lines_of
from .workbook import OLD_SIGNATURE, SIGNATURE, open_workbook

# How much of a file is looked at to recognise it: more than any header.
HEAD = 2 * CHUNK
# How pictures and documents begin that people pick by mistake.
NOT_TEXT = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b", b"Rar!")

Remembered = Callable[[Sequence[str]], ColumnMap | None]


def recognise(head: bytes, options: ReadOptions = AS_IT_IS) -> FormatInfo:
    """The kind of file that begins with ``head`` (give at least 64 KiB, or all of a shorter file).

    FileRefused says what was found and what is missing. A workbook's header stands where only the whole file tells
    it: given a part of one, the answer is the format ``workbook``, and :func:`read_orders` decides.
    """
    known = identify(head, options)
    return WORKBOOK if known is None else known.info


def identify(head: bytes, options: ReadOptions = AS_IT_IS, remembered: Remembered | None = None) -> Format | None:
    """The same as a format. ``remembered`` answers what a person said of files with such headers, which goes first.

    None: a workbook of which more is needed. Raises FileRefused.
    """
    if head.startswith(SIGNATURE):
        try:
            names = open_workbook(BytesIO(head), score=score_of).names
        except FileRefused as refused:
            if refused.code == "unreadable_workbook":
                return None
            raise
    else:
        names = _sniffed(head, options).names
    said = remembered(distinct(names)) if remembered else None
    return Mapped(said) if said else format_of(names)


def read_orders(
    stream: BinaryIO,
    *,
    zone: str,
    now: datetime,
    options: ReadOptions = AS_IT_IS,
    mapping: ColumnMap | None = None,
) -> Iterator[ParsedOrder | RowProblem]:
    """The orders of a file, each whole, and the problems of the rows that spoil theirs.

    ``zone`` (IANA name) is where times without an offset were written, unless ``options`` says otherwise; ``now``
    (aware) bounds times and stands for a missing ``ordered_at``. ``mapping``: what a person said of the file's columns;
    without it the header must be known. FileRefused is raised at once if the file is not readable as a whole. Bytes
    that do not fit the encoding spoil the orders in whose cells they stand; only UTF-16 is checked throughout
    beforehand (a seekable stream), because one wrong byte shifts all behind it. Orders come in the order of their first
    rows. An order with a problem never comes, whatever its other rows.
    """
    if mapping is not None:
        options = replace(mapping.options, **options.stored())
    table, layout = _table(stream, options, Mapped(mapping) if mapping else None)
    cells = layout.cells(ZoneInfo(options.zone or zone), now, options)
    return iter(Reader(layout, table, cells))


@dataclass(frozen=True, slots=True)
class Peek:
    """A file's headers, told apart, and its first rows with their line numbers: what a person sees to tell columns."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]


def peek(stream: BinaryIO, options: ReadOptions = AS_IT_IS, most: int = 200) -> Peek:
    """The beginning of any table, whether its header is known or not; FileRefused where it is no table."""
    table, _ = _table(stream, options, _Plain())
    rows = []
    for line, row in table.rows:
        if not isinstance(row, BadRow):
            rows.append((line, row))
        if len(rows) >= most:
            break
    return Peek(distinct(table.names), rows)


class _Plain(Mapped):
    """Stands for a format where none is asked for."""

    def __init__(self) -> None:
        super().__init__(ColumnMap((), {}))


def _table(stream: BinaryIO, options: ReadOptions, layout: Format | None) -> tuple[Table, Format]:
    start = stream.tell() if stream.seekable() else 0
    head = _head(stream)
    if head.startswith(SIGNATURE):
        if stream.seekable():
            stream.seek(start)
            head = b""
        table = open_workbook(stream, head, score_of)
        return table, layout or format_of(table.names)
    begins = _sniffed(head, options)
    known = layout or format_of(begins.names)
    encoding = encoding_of(head, options.encoding)
    if stream.seekable():
        if is_utf_16(encoding):
            for _ in decode(chunks_of(stream, head), encoding):
                pass
        stream.seek(start)
        head = b""
    lines = without_declaration(lines_of(decode(chunks_of(stream, head), encoding)))
    quoted = known.quoted_tabs or begins.separator != "\t"
    table = delimited(lines, begins.separator, above=begins.above, quoted=quoted)
    # Read strictly, a damaged header may be another one than it seemed.
    return table, known if layout or table.names == begins.names else format_of(table.names)


def _head(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < HEAD and (chunk := stream.read(HEAD - size)):
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts)


def _sniffed(head: bytes, options: ReadOptions) -> Sniffed:
    if head.startswith(OLD_SIGNATURE):
        raise FileRefused("old_workbook")
    if head.startswith(NOT_TEXT):
        raise FileRefused("not_text")
    # The head may end in the middle of a character: the decoder's last word is not asked for.
    text = next(decode(iter((head,)), encoding_of(head, options.encoding)), "")
    return sniff(text, score_of)
