"""Labels for tests: whole PDF files of some pages, and files that are none."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas


def pdf(pages: int = 1) -> bytes:
    """A PDF that says its page numbers; the same bytes each time."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(pages):
        canvas.drawString(72, 72, f"page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def pdf_without_pages() -> bytes:
    """A whole PDF file in which there is no page."""
    out = io.BytesIO()
    PdfWriter().write(out)
    return out.getvalue()
