"""The import path as a worker walks it: the file stored, taken up by its run, and brought in batch by batch."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .measuring import measured, peak_mb, report
from .order_files import write_orders
from .shop import Shop

if TYPE_CHECKING:
    from salur.orders.models import SyncRun


WARMING = 20


def bring_in(shop: Shop, path: Path, name: str, orders: int, details: dict[str, Any]) -> None:
    """Import the file and report orders/s; raises if not every order came in as it should."""
    _warm_up(shop, path)
    with measured() as spent:
        run = _import(shop, path)
    if run.state != "done" or run.failed or run.created + run.unchanged != orders:
        raise RuntimeError(f"run {run.pk}: {run.state}, {run.created} created, {run.failed} failed")
    report(
        name,
        orders / spent.wall,
        "orders/s",
        orders,
        seconds=spent.wall,
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        us_per_order=spent.wall / orders * 1e6,
        backend_cpu_seconds=spent.backend_cpu,
        cpu_us_per_order=(spent.cpu + (spent.backend_cpu or 0)) / orders * 1e6,
        peak_mb=peak_mb(),
        created=run.created,
        unchanged=run.unchanged,
        **details,
    )


def _warm_up(shop: Shop, path: Path) -> None:
    """A few orders first: a worker has long loaded its modules and connected when a file comes."""
    small = path.with_suffix(".warm-up")
    write_orders(small, secrets.randbelow(10**7) + 10**8, WARMING)
    _import(shop, small)


def _import(shop: Shop, path: Path) -> SyncRun:
    """The file as a finished run."""
    from salur.flows.imports import start_file_import
    from salur.flows.runs import carry_on_run
    from salur.orders.models import SyncRun
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="import"), path.open("rb") as file:
        run = start_file_import(shop.store_id, path.name, file, trigger="command")
    if not carry_on_run(shop.merchant_id, run.pk):
        raise RuntimeError("the run was taken by somebody else")
    with merchant_scope(shop.merchant_id, actor="bench", cause="import"):
        return SyncRun.objects.get(pk=run.pk)
