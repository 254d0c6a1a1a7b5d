"""What a file is taken in as: its pieces, its digest, and how it is to be read (R145)."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from salur.orders import mappings
from salur.orders.formats import ColumnMap, FileRefused, ReadOptions, identify
from salur.orders.formats.grouping import Format
from salur.orders.formats.mapped import Mapped, restored_map
from salur.orders.formats.options import restored

CHUNK = 1 << 20
HEAD = 1 << 16
LARGEST_FILE = 512 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A file's content in pieces, as it came."""

    pieces: list[bytes]
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read: what a person said, and the columns where its header is not known by itself."""

    options: ReadOptions
    mapping: ColumnMap | None = None

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it."""
        kept: dict[str, Any] = {"options": self.options.stored()}
        return kept if self.mapping is None else {**kept, "mapping": self.mapping.stored()}


def restored_reading(kept: Mapping[str, Any] | None) -> Reading:
    """What :meth:`Reading.stored` made."""
    said = (kept or {}).get("mapping")
    return Reading(restored((kept or {}).get("options")), restored_map(said) if said else None)


def take(stream: BinaryIO) -> Taken:
    """Read a file to its end; FileRefused (``file_too_large``) beyond :data:`LARGEST_FILE`."""
    digest, pieces, size = hashlib.sha256(), [], 0
    piece = stream.read(HEAD)
    while piece:
        digest.update(piece)
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_FILE:
            raise FileRefused("file_too_large", {"most": f"{LARGEST_FILE >> 20} MB"})
        piece = stream.read(CHUNK)
    return Taken(pieces, digest.hexdigest(), size)


def recognised(pieces: Iterable[bytes], options: ReadOptions) -> tuple[str, Reading]:
    """The name of the file's format, and how it is read (inside a scope). Raises FileRefused."""
    pieces = iter(pieces)
    head = next(pieces, b"")
    try:
        layout = identify(head, options, mappings.remembered)
    except FileRefused:
        if (known := _in_known_encodings(head, options)) is None:
            raise
        return known
    if layout is None:  # a workbook, whose header cannot be read from its beginning alone
        layout = identify(head + b"".join(pieces), options, mappings.remembered)
    if layout is None:
        raise FileRefused("unreadable_workbook", {"reason": "–"})
    return layout.info.name, _reading(layout, options)


def _in_known_encodings(head: bytes, options: ReadOptions) -> tuple[str, Reading] | None:
    """The remembered columns that the header has when it is read in the encoding that was remembered with them.

    No guess: every name must fit.
    """
    for encoding in () if options.encoding else mappings.encodings():
        said = replace(options, encoding=encoding)
        try:
            layout = identify(head, said, mappings.remembered)
        except FileRefused:
            continue
        if isinstance(layout, Mapped) and layout.said.options.encoding == encoding:
            return layout.info.name, _reading(layout, said)
    return None


def _reading(layout: Format, options: ReadOptions) -> Reading:
    if not isinstance(layout, Mapped):
        return Reading(options)
    mappings.used(layout.said)
    return Reading(options, layout.said)


@contextmanager
def as_file(pieces: Iterable[bytes]) -> Iterator[tuple[BinaryIO, int]]:
    """Stored pieces as one local file, so that reading it needs no transaction; and its size."""
    with tempfile.TemporaryFile() as copy:
        for piece in pieces:
            copy.write(piece)
        size = copy.tell()
        copy.seek(0)
        yield cast("BinaryIO", copy), size


def beginning(pieces: Iterable[bytes], whole: bool) -> BinaryIO:
    """Enough of a file to show its first rows; of a workbook the whole."""
    pieces = iter(pieces)
    return io.BytesIO(b"".join(pieces) if whole else b"".join((next(pieces, b""), next(pieces, b""))))
