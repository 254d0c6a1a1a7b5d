"""What pages read of warehouses, balances, movements and stock syncs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum

from salur.foundation.paging import Keyset, keyset_page
from salur.integrations.models import WarehouseAccount

from .models import Balance, DifferenceState, StockDifference, StockSyncLine, StockSyncRun, Warehouse


def warehouses(*, active_only: bool = False) -> list[Warehouse]:
    """Warehouses with their accounts, by name."""
    rows = Warehouse.objects.select_related("account").order_by("name", "id")
    return list(rows.filter(active=True) if active_only else rows)


def own_warehouses(*, active_only: bool = False) -> list[Warehouse]:
    """The merchant's own warehouses, by name."""
    rows = Warehouse.objects.filter(account__isnull=True).order_by("name", "id")
    return list(rows.filter(active=True) if active_only else rows)


def warehouses_of(account: WarehouseAccount) -> list[Warehouse]:
    """The warehouses found at one account."""
    return list(Warehouse.objects.filter(account=account).order_by("code"))


def find_warehouse(warehouse_id: int) -> Warehouse | None:
    """One warehouse of the scope's merchant."""
    return Warehouse.objects.select_related("account").filter(pk=warehouse_id).first()


def balances_of(product_ids: Iterable[int], warehouse_id: int | None = None) -> dict[tuple[int, int], Balance]:
    """Balances by (product, warehouse)."""
    rows = Balance.objects.filter(product_id__in=list(product_ids))
    if warehouse_id:
        rows = rows.filter(warehouse_id=warehouse_id)
    return {(b.product_id, b.warehouse_id): b for b in rows}


@dataclass(frozen=True)
class Totals:
    """Sums over a warehouse or over all, in pieces."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0
    disputed: int = 0

    @property
    def free(self) -> int:
        """What may still be promised."""
        return self.on_hand - self.reserved


def totals(warehouse_id: int | None = None) -> Totals:
    """Sums of all balances."""
    rows = Balance.objects.filter(warehouse_id=warehouse_id) if warehouse_id else Balance.objects.all()
    names = ("on_hand", "reserved", "incoming", "disputed")
    sums = rows.aggregate(**{name: Sum(name) for name in names})
    return Totals(**{name: sums[name] or 0 for name in names})


MOST_COUNTED = 1000


@dataclass(frozen=True)
class Alerts:
    """How many stock rows need a look; counted up to :data:`MOST_COUNTED`."""

    low: int
    disputed: int
    undecided: int

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.low or self.disputed or self.undecided)

    @property
    def more(self) -> int:
        """From which number on nobody counted."""
        return MOST_COUNTED


def alerts() -> Alerts:
    """Stock rows that are low, in dispute, or differ and wait for a decision; each read from its own small index.

    Archived products are low in nothing.
    """
    rows, waiting = Balance.objects.all(), StockDifference.objects.filter(state=DifferenceState.WAITING)
    return Alerts(
        rows.filter(low=True, product__archived_at=None)[:MOST_COUNTED].count(),
        rows.filter(disputed__gt=0)[:MOST_COUNTED].count(),
        waiting[:MOST_COUNTED].count(),
    )


def find_balance(balance_id: int) -> Balance | None:
    """One balance with its product and warehouse."""
    return Balance.objects.select_related("product", "warehouse").filter(pk=balance_id).first()


def sync_page(warehouse_id: int | None, cursor: str | None, size: int = 50) -> Keyset[StockSyncRun]:
    """Stock sync records, the latest first (R132)."""
    rows = StockSyncRun.objects.select_related("warehouse__account")
    if warehouse_id:
        rows = rows.filter(warehouse_id=warehouse_id)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def find_sync(run_id: int) -> StockSyncRun | None:
    """One stock sync."""
    return StockSyncRun.objects.select_related("warehouse__account").filter(pk=run_id).first()


def _lines(run: StockSyncRun, show: str) -> QuerySet[StockSyncLine]:
    rows = StockSyncLine.objects.filter(run=run)
    if show == DIFFERENT:
        return rows.filter(~Q(before=F("after")) | ~Q(reason=""))
    return rows


DIFFERENT = "different"


def sync_lines(run: StockSyncRun, cursor: str | None, size: int = 100, *, show: str = "") -> Keyset[StockSyncLine]:
    """The SKUs of a stock sync with the values before and after; ``show`` :data:`DIFFERENT` keeps what has a tale."""
    return keyset_page(_lines(run, show), order=["id"], cursor=cursor, size=size)


def count_sync_lines(run: StockSyncRun, *, show: str = "") -> int:
    """How many there are."""
    return _lines(run, show).count()


def every_sync_line(run: StockSyncRun, *, show: str = "", size: int = 2000) -> Iterator[StockSyncLine]:
    """All of them, read in pages so that a large run does not fill the memory."""
    after = 0
    while True:
        page = list(_lines(run, show).filter(pk__gt=after).order_by("pk")[:size])
        yield from page
        if len(page) < size:
            return
        after = page[-1].pk


def running_syncs(warehouse_id: int) -> bool:
    """Whether a stock sync of the warehouse is under way."""
    return StockSyncRun.objects.filter(warehouse_id=warehouse_id, finished_at__isnull=True).exists()


def count_balances(warehouse_id: int) -> int:
    """Products with figures in the warehouse: about as many SKUs as a sync of it will name."""
    return Balance.objects.filter(warehouse_id=warehouse_id).count()


def last_syncs() -> dict[int, StockSyncRun]:
    """The latest stock sync of each warehouse."""
    rows = StockSyncRun.objects.select_related("warehouse__account")
    latest = rows.order_by("warehouse_id", "-id").distinct("warehouse_id")
    return {run.warehouse_id: run for run in latest}
