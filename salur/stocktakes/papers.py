"""The sheet of a count on paper."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from salur.outbound.papers.drawing import FULL_SIZE, Sheet

from .models import Stocktake
from .queries import every_line, on_hand_of

BLANK = "________"


def count_sheet(take: Stocktake) -> bytes:
    """One line for each product and location in the order of walking, with room for the figure; takes the warehouse.

    A blind count does not tell what is expected.
    """
    made = date_format(localtime(take.created_at), "Y-m-d H:i")
    sheet = Sheet(FULL_SIZE, take.reference, foot=f"{take.reference} · {take.warehouse.name} · {made}", margin=36)
    sheet.write(f"{gettext('Count sheet')} {take.reference}", 16, bold=True)
    sheet.write(" · ".join(filter(None, (take.warehouse.name, made, take.note))), 10)
    sheet.gap()
    lines = list(every_line(take))
    held = {} if take.blind else on_hand_of(take, {line.product_id for line in lines})
    expected = [] if take.blind else [gettext("On hand")]
    shares = (0.18, 0.24, 0.42, 0.16) if take.blind else (0.18, 0.22, 0.34, 0.11, 0.15)
    sheet.head((gettext("Location"), "MSKU", gettext("Product"), *expected, gettext("Counted")), shares)
    for line in lines:
        product = line.product
        barcode = f"\n{product.barcode}" if product.barcode else ""
        figures = [] if take.blind else [str(held.get(line.product_id, 0))]
        counted = BLANK if line.counted is None else str(line.counted)
        sheet.row((line.location_number or "–", product.msku + barcode, product.name, *figures, counted), shares)
    return sheet.done()
