"""“Update stock” by a great file, as a person uploads it: into an own warehouse, and announced to a partner's."""

from __future__ import annotations

from typing import Any

from .great import fill_stock
from .lists import _scope, _signed_in
from .measuring import measured, peak_mb, report
from .shop import Shop, make_shop

PIECES = 7


def bring_in_lines(count: int) -> None:
    """Report lines/s of both, and that every line did what it should."""
    from salur.foundation.clock import now
    from salur.inbound.models import InboundLine, InboundList
    from salur.stock.ledger import verify
    from salur.stock.models import Balance, Warehouse

    shop = make_shop()
    fill_stock(shop, [shop.warehouse_id], count, 0)
    with _scope(shop):
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
    client = _signed_in(shop)
    for name, form in (
        ("own", {"kind": "set", "warehouse": own.pk}),
        ("own_again", {"kind": "set", "warehouse": own.pk}),
        ("partner", {"kind": "add", "warehouse": shop.warehouse_id}),
    ):
        _measure(shop, client, f"stock_lines_{name}_{count}", form, count)
    with _scope(shop):
        there = Balance.objects.filter(warehouse=own, on_hand=PIECES).count()
        announced, lists = InboundLine.objects.filter(quantity=PIECES).count(), InboundList.objects.count()
        if (there, announced) != (count, count) or verify():
            raise RuntimeError(f"of {count} lines {there} are in stock, {announced} are announced on {lists} lists")


def _file(count: int) -> bytes:
    return ("msku,quantity\n" + "".join(f"GREAT-{n:07d},{PIECES}\n" for n in range(1, count + 1))).encode()


def _measure(shop: Shop, client: Any, name: str, form: dict[str, Any], count: int) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from salur.flows.stock_files import carry_on_stock_file

    before = peak_mb()
    with measured() as asked:
        answer = client.post("/stock/update/", {**form, "file": SimpleUploadedFile("stock.csv", _file(count))})
    if answer.status_code != 302:
        raise RuntimeError(f"the file was answered {answer.status_code}")
    with measured() as spent:
        carry_on_stock_file(shop.merchant_id, int(answer["Location"].strip("/").split("/")[-1]))
    report(f"{name}_asked", asked.wall, "s", count, cpu_seconds=asked.cpu)
    report(
        name,
        count / spent.wall,
        "lines/s",
        count,
        seconds=spent.wall,
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        cpu_us_per_line=(spent.cpu + (spent.backend_cpu or 0)) / count * 1e6,
        peak_mb=peak_mb(),
        grown_mb=peak_mb() - before,
    )
