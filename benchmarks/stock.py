"""Stock of a great warehouse brought in, and many products made known to it, over real HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from .measuring import measured, peak_mb, report
from .partner import Sandbox, connect, sandbox
from .shop import PRODUCTS, Shop, make_shop

WAREHOUSE = "TH01"
PAGE = 100
ADDED_AT_ONCE = 5000
SHARE_CHANGED = 20  # one SKU in so many has another figure at the second sync


def many_skus(count: int) -> list[str]:
    """Names of goods beside those that every benchmark's shop has."""
    return [f"GOODS-{number:06d}" for number in range(count)]


def sync_great_warehouse(count: int) -> None:
    """Report SKUs/s of a sync that sets every figure, and of one that finds few changed; and the bare paging time."""
    shop = make_shop()
    skus = many_skus(count - PRODUCTS)
    _add_products(shop, skus)
    with sandbox() as partner:
        connect(shop, partner)
        _stock_up(partner, skus, 7)
        bare = _page_through(partner, count)
        report(f"stock_paging_{count}", count / bare, "SKUs/s", count, seconds=bare)
        _sync(shop, f"stock_sync_{count}", count, len(skus), bare)
        changed = skus[::SHARE_CHANGED]
        partner.post("/eccang/stock", {"stock": dict.fromkeys(changed, 9), "warehouse": WAREHOUSE})
        _sync(shop, f"stock_sync_again_{count}", count, len(changed), bare)


def _add_products(shop: Shop, skus: list[str]) -> None:
    from salur.catalog.products import NewProduct, create_products
    from salur.tenancy.scope import merchant_scope

    for first in range(0, len(skus), ADDED_AT_ONCE):
        with merchant_scope(shop.merchant_id, actor="bench", cause="make products"):
            create_products([NewProduct(sku, sku, "", 200, 100, 80, 50) for sku in skus[first : first + ADDED_AT_ONCE]])


def _stock_up(partner: Sandbox, skus: list[str], pieces: int) -> None:
    for first in range(0, len(skus), ADDED_AT_ONCE):
        part = skus[first : first + ADDED_AT_ONCE]
        partner.post("/eccang/products", {"skus": part, "quantity": pieces, "warehouse": WAREHOUSE})


def _page_through(partner: Sandbox, count: int) -> float:
    """Seconds for which a client that only asks and counts needs for the whole listing."""
    from salur.connectors.base.transport import Answer
    from salur.connectors.base.types import Credentials
    from salur.connectors.warehouses.eccang.wire import HEADERS, Wire, read_reply

    known = partner.get("/credentials")["eccang"]
    values = {key: str(known[key]) for key in ("base_url", "app_token", "app_key", "customer_code")}
    wire = Wire(Credentials(values), None)  # type: ignore[arg-type]  # it only builds the request here
    seen = page = 0
    with measured() as spent, httpx.Client(timeout=60) as client:
        while True:
            page += 1
            params: dict[str, Any] = {"page": page, "pageSize": PAGE, "warehouse_code": WAREHOUSE}
            answer = client.post(wire.url, content=wire.envelope("getProductInventory", params), headers=HEADERS)
            rows = read_reply(Answer(answer.status_code, {}, answer.content, "")).get("data")
            found = len(rows) if isinstance(rows, list) else 0
            seen += found
            if found < PAGE:
                break
    if seen != count:
        raise RuntimeError(f"the listing holds {seen} SKUs, not {count}")
    return spent.wall


def _sync(shop: Shop, name: str, count: int, changed: int, bare: float) -> None:
    """One sync as a worker does it, turn after turn; raises if it did not do what it should."""
    from salur.flows.calibrate import carry_on_sync, request_sync
    from salur.stock.models import StockSyncRun
    from salur.tenancy.scope import merchant_scope

    def run() -> StockSyncRun:
        with merchant_scope(shop.merchant_id, actor="bench", cause="sync"):
            return StockSyncRun.objects.get(pk=run_id)

    before = peak_mb()
    with merchant_scope(shop.merchant_id, actor="bench", cause="sync"):
        run_id = request_sync(shop.warehouse_id, "command")
    turns = 0
    with measured() as spent:
        while run().finished_at is None:
            turns += carry_on_sync(shop.merchant_id, run_id)
    done = run()
    if (done.error, done.skus, done.done, done.changed) != ("", count, count, changed):
        raise RuntimeError(f"{done.error or 'ended'}: {done.skus} read, {done.done} written, {done.changed} changed")
    report(
        name,
        count / spent.wall,
        "SKUs/s",
        count,
        seconds=spent.wall,
        times_bare_paging=spent.wall / bare,
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        cpu_us_per_sku=(spent.cpu + (spent.backend_cpu or 0)) / count * 1e6,
        peak_mb=peak_mb(),
        grown_mb=peak_mb() - before,
        pages=done.pages,
        turns=turns,
        changed=changed,
    )


def push_products(count: int) -> None:
    """Report products/s, and that the warehouse knows each of them."""
    from salur.flows.products import add_to_warehouse, push_due
    from salur.tenancy.scope import merchant_scope

    shop = make_shop()
    skus = many_skus(count)
    _add_products(shop, skus)
    with sandbox() as partner:
        connect(shop, partner)
        known = _known(partner)
        with measured() as adding, merchant_scope(shop.merchant_id, actor="bench", cause="add"):
            add_to_warehouse(_ids(skus), shop.warehouse_id)
        tries = 0
        with measured() as spent:
            while tried := push_due(shop.merchant_id, shop.account_id):
                tries += tried
        pushed = _pushed(shop)
        if (tries, pushed, _known(partner) - known) != (count, count, count):
            raise RuntimeError(f"{tries} tries, {pushed} pushed, {_known(partner) - known} new at the warehouse")
    report(
        f"product_push_{count}",
        count / spent.wall,
        "products/s",
        count,
        seconds=spent.wall,
        seconds_to_add=adding.wall,
        cpu_ms_per_product=spent.cpu / count * 1000,
        database_cpu_ms_per_product=None if spent.database_cpu is None else spent.database_cpu / count * 1000,
        peak_mb=peak_mb(),
    )


def _known(partner: Sandbox) -> int:
    return int(partner.post("/eccang/products", {"skus": []})["products"])


def _ids(skus: list[str]) -> list[int]:
    from salur.catalog.models import MasterProduct

    return list(MasterProduct.objects.filter(msku__in=skus).values_list("pk", flat=True))


def _pushed(shop: Shop) -> int:
    """Products of the benchmark that stand as pushed; those of every shop stand so from the beginning."""
    from salur.catalog.models import WarehouseProduct
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="read"):
        return WarehouseProduct.objects.filter(push="pushed").count() - PRODUCTS
