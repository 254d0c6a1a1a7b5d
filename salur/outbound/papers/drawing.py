"""A sheet that text is put on from the top down, page after page; lengths in points (a 72nd of an inch)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4, A6
from reportlab.pdfgen.canvas import Canvas

from .lettering import fold, runs, width

LABEL_SIZE, FULL_SIZE = A6, A4
"""A6 is the size of most labels, so slips come out of the label printer."""
LEADING = 1.3


class Sheet:
    """One PDF in the making. ``foot`` stands under every page, before its number."""

    def __init__(self, size: tuple[float, float], title: str, foot: str = "", margin: float = 24) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=size, pageCompression=1)
        self.canvas.setTitle(title)
        self.wide, self.high = size
        self.margin, self.foot = margin, foot
        self.left, self.room = margin, self.wide - 2 * margin
        self.y = self.high - margin
        self._number = 1
        self._head: tuple[Sequence[str], Sequence[float]] | None = None

    def done(self) -> bytes:
        """The file."""
        self._end_page()
        self.canvas.save()
        return self._out.getvalue()

    def next_page(self) -> None:
        """Go on on a new page."""
        self._end_page()
        self._number += 1
        self.y = self.high - self.margin
        if self._head is not None:
            self.row(*self._head, bold=True)

    def new_foot(self, foot: str) -> None:
        """Begin another paper in the same file, counted from one."""
        self._end_page()
        self._number, self.foot, self._head = 1, foot, None
        self.y = self.high - self.margin

    def _end_page(self) -> None:
        self._draw(f"{self.foot} · {self._number}" if self.foot else str(self._number), self.left, self.margin / 2, 7)
        self.canvas.showPage()

    def need(self, height: float) -> None:
        """Go to a new page where less than this is left."""
        if self.y - height < self.margin:
            self.next_page()

    def _draw(self, text: str, x: float, y: float, size: float, *, bold: bool = False) -> None:
        for font, part in runs(text, bold=bold):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, y, part)
            x += self.canvas.stringWidth(part, font, size)

    def write(self, text: str, size: float = 9, *, bold: bool = False, x: float = 0, room: float = 0) -> None:
        """A paragraph, folded to the room there is."""
        for line in fold(text, room or self.room - x, size, bold=bold):
            self.need(size * LEADING)
            self.y -= size * LEADING
            self._draw(line, self.left + x, self.y, size, bold=bold)

    def row(self, cells: Sequence[str], shares: Sequence[float], size: float = 9, *, bold: bool = False) -> None:
        """Cells side by side, each folded in its share of the width; a line under them."""
        rooms = [share * self.room for share in shares]
        folded = [fold(cell, room - 4, size, bold=bold) for cell, room in zip(cells, rooms, strict=True)]
        height = max(map(len, folded)) * size * LEADING + 4
        self.need(height)
        x, top = self.left, self.y
        for lines, room in zip(folded, rooms, strict=True):
            for i, line in enumerate(lines, start=1):
                self._draw(line, x, top - i * size * LEADING, size, bold=bold)
            x += room
        self.y = top - height
        self.canvas.setLineWidth(0.4)
        self.canvas.line(self.left, self.y, self.left + self.room, self.y)

    def head(self, cells: Sequence[str], shares: Sequence[float]) -> None:
        """The first row of a table; it stands on every further page, too."""
        self._head = None
        self.row(cells, shares, bold=True)
        self._head = cells, shares

    def gap(self, height: float = 6) -> None:
        """Some space."""
        self.y -= height

    def barcode(self, text: str, height: float = 26) -> None:
        """The text as a Code 128, as wide as fits."""
        self.need(height + 4)
        code = Code128(text, barHeight=height, barWidth=1.0, quiet=False)
        if code.width > self.room:
            code = Code128(text, barHeight=height, barWidth=self.room / code.width, quiet=False)
        self.y -= height + 4
        code.drawOn(self.canvas, self.left, self.y)

    def fits(self, text: str, size: float) -> bool:
        """Whether the text fits one line."""
        return width(text, size) <= self.room
