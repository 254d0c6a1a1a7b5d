"""Stock: figures by product and warehouse, and the ledger that explains each of them (R59 to R66)."""

from __future__ import annotations

from ninja import Field, Query, Router

from salur.stock.models import Balance
from salur.stock.queries import find_balance, movement_page
from salur.tenancy.models import Entitlement

from . import presenting, product_fields, shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, needs
from .paging import ListQuery, fetch
from .problems import NotFound

router = Router(tags=["stock"])
router.add_router("", product_fields.router)
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT


class StockQuery(ListQuery):
    """Filters of the stock list."""

    warehouse: int | None = Field(None, description="In this warehouse.")
    msku: str | None = Field(None, description="Of exactly this master SKU.")


@router.get(
    "/stock", response={200: shown.BalancePage, **READ_ERRORS}, summary="List stock", openapi_extra=needs("stock:read")
)
def list_stock(request: ApiRequest, query: Query[StockQuery]) -> shown.BalancePage:
    """Figures of every product in every warehouse it was added to."""
    with acting(request, "stock:read", entitlement=NEEDS):
        rows = Balance.objects.select_related("warehouse", "product")
        if query.warehouse is not None:
            rows = rows.filter(warehouse_id=query.warehouse)
        if query.msku is not None:
            rows = rows.filter(product__msku=query.msku)
        page = fetch(request, query, rows, ["id"])
        items = [presenting.balance(row) for row in page.rows]
        return shown.BalancePage(items=items, next=page.next_cursor, previous=page.previous_cursor)


@router.get(
    "/stock/{balance_id}/movements",
    response={200: shown.MovementPage, **READ_ERRORS},
    summary="List movements",
    openapi_extra=needs("stock:read"),
)
def list_movements(request: ApiRequest, balance_id: int, query: Query[ListQuery]) -> shown.MovementPage:
    """The ledger of one figure row, the latest first: its sums are the figures."""
    with acting(request, "stock:read", entitlement=NEEDS):
        balance = find_balance(balance_id)
        if balance is None:
            raise NotFound
        page = fetch(request, query, lambda cursor, size: movement_page(balance, "", cursor, size))
        items = [presenting.movement(row) for row in page.rows]
        return shown.MovementPage(items=items, next=page.next_cursor, previous=page.previous_cursor)
