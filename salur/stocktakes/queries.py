"""What pages, files and the approval read of stock counts. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from salur.foundation.paging import Keyset, keyset_page
from salur.stock.models import Balance
from salur.tenancy.models import Transition
from salur.tenancy.queries import moves_of
from salur.tenancy.scope import current_scope

from .models import Stocktake, StocktakeEntry, StocktakeLine
from .states import STOCKTAKE, StocktakeState


def stocktake_page(warehouse_id: int | None, state: str, cursor: str | None, size: int = 50) -> Keyset[Stocktake]:
    """Stock counts, the latest first."""
    rows = Stocktake.objects.select_related("warehouse")
    if warehouse_id:
        rows = rows.filter(warehouse_id=warehouse_id)
    if state in StocktakeState.values:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def find_stocktake(take_id: int) -> Stocktake | None:
    """One count with its warehouse."""
    return Stocktake.objects.select_related("warehouse").filter(pk=take_id).first()


def progress_of(take_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(lines counted, lines in all) by count."""
    rows = StocktakeLine.objects.filter(stocktake_id__in=list(take_ids)).values("stocktake_id")
    counted = rows.annotate(done=Count("pk", filter=Q(counted__isnull=False)), every=Count("pk"))
    return {row["stocktake_id"]: (row["done"], row["every"]) for row in counted}


def _lines(take: Stocktake, show: str, search: str = "") -> QuerySet[StocktakeLine]:
    rows = StocktakeLine.objects.filter(stocktake=take).select_related("product")
    if show == "open":
        rows = rows.filter(counted__isnull=True)
    elif show == "done":
        rows = rows.filter(counted__isnull=False)
    if search:
        rows = rows.filter(
            Q(product__msku=search) | Q(product__barcode=search) | Q(location_number__startswith=search.upper())
        )
    return rows


def line_page(take: Stocktake, show: str, search: str, cursor: str | None, size: int = 100) -> Keyset[StocktakeLine]:
    """Lines of the sheet in the order of walking; ``show``: open, done or all."""
    return keyset_page(_lines(take, show, search), order=["walk", "id"], cursor=cursor, size=size)


def every_line(take: Stocktake, size: int = 2000) -> Iterator[StocktakeLine]:
    """The whole sheet in the order of walking, read in pages."""
    cursor: str | None = None
    while True:
        page = line_page(take, "", "", cursor, size)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return


def scanned(take: Stocktake, text: str, location: str = "") -> list[StocktakeLine]:
    """The lines that a scanned or typed MSKU or barcode means, at a location where one is given."""
    rows = _lines(take, "").filter(Q(product__msku=text) | Q(product__barcode=text))
    if location:
        rows = rows.filter(location_number=location.upper())
    return list(rows.order_by("walk", "id")[:50])


def is_location(take: Stocktake, text: str) -> bool:
    """Whether the sheet has lines at a location of that number."""
    return (
        StocktakeLine.objects.filter(stocktake=take, location_number=text.strip().upper())
        .exclude(location_number="")
        .exists()
    )


def find_line(take: Stocktake, line_id: int) -> StocktakeLine | None:
    """One line of a count."""
    return _lines(take, "").filter(pk=line_id).first()


@dataclass(frozen=True, slots=True)
class Difference:
    """What was counted of a product over all its lines, beside what the ledger held when the last of them was counted.

    ``left``: lines not yet counted. ``on_hand`` and ``reserved`` are those of now; pieces.
    """

    product_id: int
    msku: str
    name: str
    line_id: int
    lines: int
    left: int
    counted: int
    expected: int
    on_hand: int
    reserved: int
    left_out: bool

    @property
    def difference(self) -> int:
        """Pieces found too many (or, below zero, too few)."""
        return self.counted - self.expected

    @property
    def after(self) -> int:
        """What will be on hand once the difference is entered."""
        return self.on_hand + self.difference

    @property
    def counts(self) -> bool:
        """Whether it is entered: counted whole and not left out."""
        return not self.left and not self.left_out

    @property
    def below_reserved(self) -> bool:
        """Whether it cannot be entered, because orders hold more."""
        return self.counts and self.after < self.reserved

    @property
    def in_part(self) -> bool:
        """Counted at some of its locations only."""
        return 0 < self.left < self.lines and not self.left_out


DIFFERENCES = """
SELECT d.product_id, p.msku, p.name, d.line_id, d.lines, d.open_lines, d.counted, d.expected,
       coalesce(b.on_hand, 0), coalesce(b.reserved, 0), d.left_out
FROM (SELECT l.product_id, min(l.id) AS line_id, count(*) AS lines,
             count(*) FILTER (WHERE l.counted IS NULL) AS open_lines, coalesce(sum(l.counted), 0) AS counted,
             coalesce((array_agg(l.expected ORDER BY l.counted_at DESC NULLS LAST, l.id DESC))[1], 0) AS expected,
             bool_or(l.left_out) AS left_out
      FROM stocktakes_stocktakeline l
      WHERE l.merchant_id = %(merchant)s AND l.stocktake_id = %(take)s
      GROUP BY l.product_id
      HAVING count(l.counted) > 0) d
JOIN catalog_masterproduct p ON p.merchant_id = %(merchant)s AND p.id = d.product_id
LEFT JOIN stock_balance b ON b.merchant_id = %(merchant)s AND b.warehouse_id = %(warehouse)s
                         AND b.product_id = d.product_id
ORDER BY p.msku
"""


def differences(take: Stocktake) -> list[Difference]:
    """Every product of which at least one line is counted."""
    values = {"merchant": current_scope().merchant_id, "take": take.pk, "warehouse": take.warehouse_id}
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, values)
        return [_difference(row) for row in cursor.fetchall()]


def _difference(row: tuple[Any, ...]) -> Difference:
    """Sums come as exact numbers of another type."""
    lines, left, counted, expected, on_hand, reserved = (int(figure) for figure in row[4:10])
    product, msku, name, line = row[:4]
    return Difference(product, msku, name, line, lines, left, counted, expected, on_hand, reserved, row[10])


def moves(take: Stocktake) -> list[Transition]:
    """What became of the count, oldest first."""
    return moves_of([(STOCKTAKE.name, [take.pk])])


def entries_of(take: Stocktake, most: int = 200) -> Sequence[StocktakeEntry]:
    """Who entered what, the latest first."""
    rows = StocktakeEntry.objects.filter(line__stocktake=take).select_related("line__product")
    return list(rows.order_by("-pk")[:most])


def links_of_stocktakes(take_ids: Iterable[int]) -> dict[int, str]:
    """References by id, for the ledger's pages."""
    return dict(Stocktake.objects.filter(pk__in=list(take_ids)).values_list("pk", "reference"))


def on_hand_of(take: Stocktake, product_ids: Iterable[int]) -> dict[int, int]:
    """What the ledger holds of some products now."""
    rows = Balance.objects.filter(warehouse_id=take.warehouse_id, product_id__in=list(product_ids))
    return dict(rows.values_list("product_id", "on_hand"))
