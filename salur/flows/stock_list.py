"""The stock list: balances with their products' push states, one warehouse's or all (R48 to R50).

Over one warehouse a row is a balance; over all it is a product with the sums of its balances. Both are read by key,
so that the last page of a million rows costs what the first does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from salur.catalog.messages import push_reason
from salur.catalog.models import MasterProduct, ProductKind, ProductPushState, WarehouseProduct
from salur.catalog.queries import search_condition
from salur.foundation.paging import Keyset, keyset_page
from salur.locations.models import LocationBinding
from salur.locations.queries import LAST, places_of
from salur.stock.cover import NONE, Sales, days_of_cover, sales_of, together
from salur.stock.models import Balance, Warehouse

from .calibrate import may_sync

ABSENT = "absent"
"""Filter of the push state: in a partner's warehouse to which the product was never added."""

ARCHIVED = "archived"
"""What ``show`` asks for archived products by; without it only those of them are listed that still have pieces."""

HAS_PIECES = Q(on_hand__gt=0) | Q(incoming__gt=0)

CONDITIONS: Mapping[str, Q] = {
    "out": Q(free=0),
    "low": Q(low=True),
    "disputed": Q(disputed__gt=0),
    "incoming": Q(incoming__gt=0),
}
"""What the list may be narrowed to; each has its index."""

NO_LOCATION = "-"
"""Filter of locations: products that are bound to none."""

ORDERS: Mapping[str, list[str]] = {
    "": ["msku"],
    "-msku": ["-msku"],
    "free": ["free", "id"],
    "-free": ["-free", "-id"],
}
"""The orders of one warehouse's list, each served by an index. Sums over all warehouses are in MSKU order only."""


@dataclass(frozen=True)
class StockFilter:
    """What the stock list shows; empty means all. ``show`` names one of :data:`CONDITIONS`, or is :data:`ARCHIVED`.

    ``location``: bound to a location whose number begins so, or to none (:data:`NO_LOCATION`).
    """

    warehouse: int | None = None
    search: str = ""
    push: str = ""
    show: str = ""
    sort: str = ""
    location: str = ""


@dataclass(frozen=True)
class StockRow:
    """A product in a warehouse; ``added`` is None where the partner was never told of it (or there is none)."""

    product: MasterProduct
    warehouse: Warehouse
    balance: Balance
    added: WarehouseProduct | None
    sales: Sales = NONE
    may_sync: bool = False
    bound: Sequence[LocationBinding] = ()

    @property
    def free(self) -> int:
        """What may still be promised, in pieces."""
        return int(self.balance.free)

    @property
    def cover(self) -> int | None:
        """For how many days that will do; None where nothing was sold."""
        return days_of_cover(self.free, self.sales)

    @property
    def reason(self) -> str:
        """Why the warehouse has not got the product, in words; empty where nothing went wrong."""
        return push_reason(self.added) if self.added else ""

    @property
    def may_push(self) -> bool:
        """Whether its own row offers to push the product once more; ticking offers it for pushed ones, too."""
        return self.added is not None and self.added.push == ProductPushState.FAILED

    @property
    def may_adjust(self) -> bool:
        """Whether its figure is set by hand: in own warehouses only."""
        return self.warehouse.account_id is None


@dataclass(frozen=True)
class ProductRow:
    """A product with its figures over all warehouses, in pieces."""

    product: MasterProduct
    rows: list[StockRow]
    meant: list[StockRow]
    """Those of the rows that the filter means."""

    @property
    def on_hand(self) -> int:
        """What is there."""
        return sum(row.balance.on_hand for row in self.rows)

    @property
    def reserved(self) -> int:
        """Of these, promised to outbound lists."""
        return sum(row.balance.reserved for row in self.rows)

    @property
    def free(self) -> int:
        """What may still be promised."""
        return sum(row.free for row in self.rows)

    @property
    def incoming(self) -> int:
        """On its way."""
        return sum(row.balance.incoming for row in self.rows)

    @property
    def disputed(self) -> int:
        """Reserved, and not there as the warehouses say."""
        return sum(row.balance.disputed for row in self.rows)

    @property
    def low(self) -> bool:
        """Whether it is low in one of them."""
        return any(row.balance.low for row in self.rows)

    @property
    def cover(self) -> int | None:
        """For how many days it will do."""
        return days_of_cover(self.free, together(row.sales for row in self.rows))


def _found(search: str) -> QuerySet[MasterProduct, int]:
    return MasterProduct.objects.filter(search_condition(search)).values_list("pk", flat=True)


def _pushes(push: str, **place: object) -> Q:
    there = WarehouseProduct.objects.filter(**place)
    if push == ABSENT:
        return Q(~Exists(there), warehouse__account__isnull=False)
    return Q(Exists(there.filter(push=push)))


def _lies(location: str, **place: object) -> Q:
    """Bound to a location whose number begins so, in the warehouse meant; or to none."""
    bound = LocationBinding.objects.filter(**place)
    if location == NO_LOCATION:
        return Q(~Exists(bound))
    begins = location.upper()
    return Q(Exists(bound.filter(location__number__gte=begins, location__number__lt=begins + LAST)))


SAME = {"product_id": OuterRef("product_id"), "warehouse_id": OuterRef("warehouse_id")}


def _narrowed(rows: QuerySet[Balance], wanted: StockFilter) -> QuerySet[Balance]:
    """By push state and location."""
    if wanted.push:
        rows = rows.filter(_pushes(wanted.push, **SAME))
    if wanted.location:
        rows = rows.filter(_lies(wanted.location, **SAME))
    return rows


def balances(wanted: StockFilter) -> QuerySet[Balance]:
    """The balances that a filter means, one for each product and warehouse."""
    rows = Balance.objects.all()
    if wanted.warehouse:
        rows = rows.filter(warehouse_id=wanted.warehouse)
    if wanted.show in CONDITIONS:
        rows = rows.filter(CONDITIONS[wanted.show])
    if wanted.show == ARCHIVED:
        rows = rows.filter(product__archived_at__isnull=False)
    else:
        rows = rows.filter(Q(product__archived_at=None) | HAS_PIECES)
    if wanted.search:
        rows = rows.filter(product_id__in=_found(wanted.search))
    return _narrowed(rows, wanted)


def stock_page(wanted: StockFilter, cursor: str | None, size: int = 50) -> tuple[Keyset[Balance], list[StockRow]]:
    """A page of one warehouse's balances (``wanted.warehouse`` is set). Raises BadCursor."""
    order = ORDERS.get(wanted.sort, ORDERS[""])
    page = keyset_page(balances(wanted), order=order, cursor=cursor, size=size)
    return page, rows_of(page.rows)


def product_stock_page(
    wanted: StockFilter, cursor: str | None, size: int = 50
) -> tuple[Keyset[MasterProduct], list[ProductRow]]:
    """A page of products with their sums. A product is shown if one of its balances is meant. Raises BadCursor.

    Of ``show``, ``out`` means that no warehouse has any free.
    """
    products = MasterProduct.objects.all()
    if wanted.search:
        products = products.filter(search_condition(wanted.search))
    held = Balance.objects.filter(product_id=OuterRef("pk"))
    if wanted.show == ARCHIVED:
        products = products.filter(archived_at__isnull=False)
    else:
        products = products.filter(Q(archived_at=None) | Exists(held.filter(HAS_PIECES)))
    if wanted.show == "out":
        products = products.filter(~Exists(held.filter(free__gt=0)))
    elif wanted.show in CONDITIONS:
        products = products.filter(Exists(held.filter(CONDITIONS[wanted.show])))
    narrowed = _narrowed(held, wanted)
    if wanted.push or wanted.location or wanted.show in CONDITIONS:
        products = products.filter(Exists(narrowed))
    else:  # nearly all products: looked up one by one, because for EXISTS PostgreSQL collects all rows first
        products = products.filter(IsNull(Subquery(narrowed.values("pk")[:1]), False))
    page = keyset_page(products, order=["-msku" if wanted.sort == "-msku" else "msku"], cursor=cursor, size=size)
    return page, sums_of(page.rows, wanted)


def sums_of(products: Sequence[MasterProduct], wanted: StockFilter | None = None) -> list[ProductRow]:
    """The products with all their balances."""
    known = {product.pk: product for product in products}
    held = Balance.objects.filter(product_id__in=list(known)).order_by("warehouse__name", "id")
    by_product: dict[int, list[StockRow]] = {}
    for row in rows_of(held, known):
        by_product.setdefault(row.product.pk, []).append(row)
    found = []
    for product in products:
        rows = by_product.get(product.pk, [])
        found.append(ProductRow(product, rows, [row for row in rows if wanted is None or _meant(row, wanted)]))
    return found


def rows_of(held: Iterable[Balance], known: Mapping[int, MasterProduct] | None = None) -> list[StockRow]:
    """Balances with what stands beside them in the list; a constant number of statements. ``known``: their products.

    A product and a warehouse are read once, not again with each of their balances: 250 rows name 50 and 5 of them.
    """
    listed = list(held)
    products = MasterProduct.objects.in_bulk({row.product_id for row in listed}) if known is None else known
    places = Warehouse.objects.select_related("account").in_bulk({row.warehouse_id for row in listed})
    asked = {pk: may_sync(place, by_sku=True) for pk, place in places.items()}
    added = _added(products, places)
    sales = sales_of(balance.pk for balance in listed)
    bound = places_of(products)
    return [
        StockRow(
            products[balance.product_id],
            places[balance.warehouse_id],
            balance,
            added.get((balance.product_id, balance.warehouse_id)),
            sales.get(balance.pk, NONE),
            asked[balance.warehouse_id],
            bound.get((balance.product_id, balance.warehouse_id), ()),
        )
        for balance in listed
    ]


def _added(products: Iterable[int], places: Iterable[int]) -> dict[tuple[int, int], WarehouseProduct]:
    rows = WarehouseProduct.objects.filter(product_id__in=list(products), warehouse_id__in=list(places))
    return {(row.product_id, row.warehouse_id): row for row in rows}


def _lies_at(row: StockRow, location: str) -> bool:
    if location == NO_LOCATION:
        return not row.bound
    return not location or any(one.location.number.startswith(location.upper()) for one in row.bound)


def absent_from(warehouse_id: int) -> Q:
    """Products that could be added to a warehouse: in use, no bundles, and neither added there nor in stock."""
    added = WarehouseProduct.objects.filter(product_id=OuterRef("pk"), warehouse_id=warehouse_id)
    held = Balance.objects.filter(product_id=OuterRef("pk"), warehouse_id=warehouse_id)
    return Q(archived_at=None, kind=ProductKind.SINGLE) & ~Q(Exists(added)) & ~Q(Exists(held))


def pairs_of(products: Iterable[int]) -> list[tuple[int, int]]:
    """(warehouse, product) of all balances of some products."""
    rows = Balance.objects.filter(product_id__in=list(products)).order_by("product_id", "warehouse_id")
    return list(rows.values_list("warehouse_id", "product_id"))


def every_row(wanted: StockFilter, size: int = 2000) -> Iterator[StockRow]:
    """All rows that a filter means, by product and warehouse; read in pages, so that the memory stays flat."""
    cursor: str | None = None
    while True:
        if wanted.warehouse:
            page, rows = stock_page(wanted, cursor, size)
            yield from rows
            cursor = page.next_cursor
        else:
            products, sums = product_stock_page(wanted, cursor, size)
            for product in sums:
                yield from product.meant
            cursor = products.next_cursor
        if cursor is None:
            return


def _meant(row: StockRow, wanted: StockFilter) -> bool:
    """Whether the row itself is meant where its product is shown for another warehouse's sake."""
    held = row.balance
    shown = {
        "out": held.free == 0,
        "low": bool(held.low),
        "disputed": held.disputed > 0,
        "incoming": held.incoming > 0,
    }
    if not shown.get(wanted.show, True) or not _lies_at(row, wanted.location):
        return False
    if wanted.push == ABSENT:
        return row.added is None and row.warehouse.account_id is not None
    return not wanted.push or (row.added is not None and row.added.push == wanted.push)
