"""Shipping labels: a real PDF of 100 x 150 mm with a Code 128 barcode of the tracking number."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

PAGE = (100 * mm, 150 * mm)


@dataclass(frozen=True)
class Label:
    """What stands on one label. Texts outside Latin-1 cannot be printed with the PDF's own fonts."""

    tracking_number: str
    carrier: str
    order_sn: str
    recipient: str
    phone: str
    address: tuple[str, ...]
    sender: str
    items: tuple[tuple[str, int], ...]
    cash_on_delivery: str = ""


def draw(labels: Sequence[Label], at_least: int = 0) -> bytes:
    """One PDF with one page per label. The same labels always make the same bytes.

    ``at_least`` pads the file to that many bytes (a comment after the last page), for tests of size.
    """
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, pageCompression=1, invariant=1)
    canvas.setTitle(labels[0].tracking_number if labels else "label")
    for label in labels:
        _page(canvas, label)
        canvas.showPage()
    canvas.save()
    pdf = out.getvalue()
    if len(pdf) < at_least:
        pdf += b"%" + b"." * (at_least - len(pdf) - 8) + b"\n%%EOF\n"
    return pdf


def _page(canvas: Canvas, label: Label) -> None:
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(5 * mm, 141 * mm, label.carrier[:34])
    bars = Code128(label.tracking_number, barHeight=18 * mm, barWidth=0.33 * mm, quiet=0)
    bars.drawOn(canvas, max(2 * mm, (PAGE[0] - bars.width) / 2), 119 * mm)
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawCentredString(PAGE[0] / 2, 113 * mm, label.tracking_number)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(5 * mm, 106 * mm, f"Order {label.order_sn}")
    if label.cash_on_delivery:
        canvas.drawRightString(95 * mm, 106 * mm, f"COD {label.cash_on_delivery}")
    canvas.line(5 * mm, 104 * mm, 95 * mm, 104 * mm)
    canvas.setFont("Helvetica-Bold", 10)
    canvas.drawString(5 * mm, 98 * mm, _printable(f"To: {label.recipient}")[:48])
    text = canvas.beginText(5 * mm, 92 * mm)
    text.setFont("Helvetica", 9, 11)
    for line in (label.phone, *label.address):
        text.textLine(_printable(line)[:60])
    canvas.drawText(text)
    canvas.line(5 * mm, 60 * mm, 95 * mm, 60 * mm)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(5 * mm, 55 * mm, _printable(f"From: {label.sender}")[:64])
    text = canvas.beginText(5 * mm, 47 * mm)
    text.setFont("Helvetica", 8, 10)
    for name, quantity in label.items[:10]:
        text.textLine(_printable(f"{quantity} x {name}")[:64])
    canvas.drawText(text)


def _printable(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
