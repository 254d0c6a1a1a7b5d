"""Many PDF files written as one, page by page, in memory that does not grow with their number.

A PDF library keeps every object of the file it writes. Here the objects of one small file are written with new numbers
and forgotten; only their places in the file are remembered, some bytes each.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
DROPPED = ("/Parent", "/Annots", "/B", "/StructParents", "/Tabs")
CATALOG, PAGES = 1, 2


class Joiner:
    """Takes whole PDF files one after the other and gives the bytes of the joined file as they come."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._offset = 0
        self._places = array("q", [0, 0, 0])  # by object number: its place in the file
        self._pages = array("q")
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    @property
    def pages(self) -> int:
        """Pages so far."""
        return len(self._pages)

    def _write(self, content: bytes) -> None:
        self._out.write(content)

    def _taken(self) -> bytes:
        content = self._out.getvalue()
        self._offset += len(content)
        self._out = io.BytesIO()
        return content

    def add(self, content: bytes) -> bytes:
        """All pages of a file; answers the bytes to send on. Raises what the reader of foreign files raises.

        Of a file that cannot be read to its end nothing is taken, so the next one may follow.
        """
        objects, pages, begun = len(self._places), len(self._pages), self._out.tell()
        try:
            _Copy(self, PdfReader(io.BytesIO(content))).pages()
        except Exception:
            del self._places[objects:], self._pages[pages:]
            self._out.seek(begun)
            self._out.truncate()
            raise
        return self._taken()

    def number(self) -> int:
        """A new object's number."""
        self._places.append(0)
        return len(self._places) - 1

    def begin(self, number: int) -> None:
        """Note where an object begins."""
        self._places[number] = self._offset + self._out.tell()
        self._write(f"{number} 0 obj\n".encode())

    def put(self, number: int, thing: PdfObject) -> None:
        """Write an object."""
        self.begin(number)
        thing.write_to_stream(self._out)
        self._write(b"\nendobj\n")

    def page(self, number: int) -> None:
        """An object is the next page."""
        self._pages.append(number)

    def end(self) -> Iterator[bytes]:
        """The list of pages, the table of places, and the end."""
        self.begin(PAGES)
        self._write(f"<< /Type /Pages /Count {len(self._pages)} /Kids [".encode())
        for i, number in enumerate(self._pages):
            self._write(f"{number} 0 R ".encode())
            if i % 1000 == 999:
                yield self._taken()
        self._write(b"] >>\nendobj\n")
        self.begin(CATALOG)
        self._write(f"<< /Type /Catalog /Pages {PAGES} 0 R >>\nendobj\n".encode())
        yield self._taken()
        begun = self._offset
        self._write(f"xref\n0 {len(self._places)}\n0000000000 65535 f \n".encode())
        for i in range(1, len(self._places)):
            self._write(f"{self._places[i]:010d} 00000 n \n".encode())
            if i % 5000 == 0:
                yield self._taken()
        self._write(f"trailer\n<< /Size {len(self._places)} /Root {CATALOG} 0 R >>\n".encode())
        self._write(f"startxref\n{begun}\n%%EOF\n".encode())
        yield self._taken()


class _Copy:
    """The objects of one file on their way into the joined one."""

    def __init__(self, joiner: Joiner, reader: PdfReader) -> None:
        self.joiner, self.reader = joiner, reader
        self.numbers: dict[tuple[int, int], int] = {}
        self.waiting: list[tuple[int, IndirectObject]] = []

    def pages(self) -> None:
        """Every page with all that it names."""
        written: list[tuple[int, DictionaryObject]] = []
        for page in self.reader.pages:
            number = self.joiner.number()
            made = DictionaryObject({NameObject("/Type"): NameObject("/Page")})
            for name in INHERITED:
                if (value := page.get(name)) is not None:
                    made[NameObject(name)] = self._renumbered(value)
            for name, value in page.items():
                if name not in DROPPED and name not in made:
                    made[NameObject(name)] = self._renumbered(value)
            made[NameObject("/Parent")] = IndirectObject(PAGES, 0, self.reader)
            written.append((number, made))
        while self.waiting:
            number, reference = self.waiting.pop()
            thing = reference.get_object()
            self.joiner.put(number, self._renumbered(thing) if thing is not None else NullObject())
        for number, made in written:
            self.joiner.put(number, made)
            self.joiner.page(number)

    def _renumbered(self, thing: PdfObject) -> PdfObject:
        """The same with references to the objects' new numbers."""
        if isinstance(thing, IndirectObject):
            key = thing.idnum, thing.generation
            if key not in self.numbers:
                self.numbers[key] = self.joiner.number()
                self.waiting.append((self.numbers[key], thing))
            return IndirectObject(self.numbers[key], 0, self.reader)
        if isinstance(thing, StreamObject):
            copy = StreamObject()
            copy._data = thing._data
            for name, value in thing.items():
                if name != "/Length":
                    copy[NameObject(name)] = self._renumbered(value)
            return copy
        if isinstance(thing, DictionaryObject):
            return DictionaryObject({NameObject(name): self._renumbered(value) for name, value in thing.items()})
        if isinstance(thing, ArrayObject):
            return ArrayObject(self._renumbered(value) for value in thing)
        return thing
