"""Spreadsheets of inbound lines: the template to fill in, and an uploaded file as text of one line each."""

from __future__ import annotations

from collections.abc import Sequence

from salur.inbound.editing import MOST_LINES
from salur.web import pasted
from salur.web.spreadsheets import written

from .typed import HEADER_WORDS, LINES

HEADER = tuple(HEADER_WORDS.split(", "))
EXAMPLES = (("TEA-250", "120", "18.50", "L2401", "2027-03-31"), ("CUP-WHITE", "48", "32.00", "", ""))


def template(kind: str, extra: Sequence[str] = ()) -> bytes:
    """An empty list with two examples, as ``csv`` or ``xlsx``; ``extra`` columns come first."""
    rows = [(*extra, *HEADER), *((*("" for _ in extra), *row) for row in EXAMPLES)]
    return written(kind, rows, "inbound")


def text_of_file(content: bytes, *, most: int = MOST_LINES) -> str:
    """A CSV file or the first sheet of a workbook, one line of text for each row, its header first.

    Raises :class:`FileRefused` where it cannot be read as a whole, and :class:`TooManyRows`.
    """
    return pasted.text_of_file(content, LINES, most=most)
