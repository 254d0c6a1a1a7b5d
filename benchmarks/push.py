"""Pushing outbound lists with their labels to a warehouse that takes its time."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from .imports import bring_in
from .measuring import measured, report
from .order_files import write_orders
from .partner import Sandbox, connect, sandbox
from .shop import Shop, make_shop

LISTS = 1000
LATENCY = 0.2


def push_lists(folder: Path) -> None:
    """Report lists/s and CPU time per list; raises if any list is at the warehouse more than once.

    On a busy machine a call may run out of time: its list is in doubt then, and counted as such, not a failure.
    """
    shop = make_shop()
    path = folder / "push.csv"
    write_orders(path, 0, LISTS)
    bring_in(shop, path, "import_for_push", LISTS, {})
    with sandbox() as partner:
        connect(shop, partner)
        lists = _give_labels(shop)
        fault = {"partner": "eccang", "operation": "createOrder", "kind": "latency", "seconds": LATENCY}
        partner.post("/faults", fault)
        with measured() as spent:
            tries = _push_all(shop)
        pushed = _once_each(partner)
    report(
        f"push_{LISTS}",
        pushed / spent.wall,
        "lists/s",
        lists,
        seconds=spent.wall,
        tries=tries,
        not_in_time=lists - pushed,
        cpu_ms_per_list=spent.cpu / lists * 1000,
        database_cpu_ms_per_list=None if spent.database_cpu is None else spent.database_cpu / lists * 1000,
        latency_ms=LATENCY * 1000,
        label_bytes=len(_label("TH0000000001")),
    )


def _push_all(shop: Shop) -> int:
    """Turn after turn until nothing is ready any more; answers how many tries it took."""
    from salur.flows.push import push_ready

    tries = 0
    while taken := push_ready(shop.merchant_id, shop.account_id):
        tries += taken
    return tries


def _once_each(partner: Sandbox) -> int:
    """How many lists are at the warehouse; none may be there twice."""
    there = partner.get("/eccang/orders")["orders"]
    twice = [order for order in there if order["times_created"] != 1]
    if twice or not there:
        raise RuntimeError(f"of {len(there)} lists at the warehouse {len(twice)} were created more than once")
    return len(there)


def _give_labels(shop: Shop) -> int:
    """AWB and label for each list; then the gates are judged, which is reported.

    Answers how many lists are ready: those of the import's warm-up are among them.
    """
    from salur.flows.wakeups import lists_changed
    from salur.tenancy.scope import merchant_scope

    ids = give_labels(shop)
    with merchant_scope(shop.merchant_id, actor="bench", cause="labels"), measured() as spent:
        ready = len(lists_changed(ids).ready)
    if ready != len(ids) or ready < LISTS:
        raise RuntimeError(f"{ready} lists of {len(ids)} became ready")
    report(f"judge_{LISTS}", ready / spent.wall, "lists/s", ready, seconds=spent.wall, cpu_seconds=spent.cpu)
    return ready


def give_labels(shop: Shop) -> list[int]:
    """AWB and label for each list, as if the store had issued them; the lists."""
    from django.db import connection

    from salur.outbound.labels import check_label, keep_labels
    from salur.outbound.models import Outbound
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="labels"):
        ids = list(Outbound.objects.filter(push="waiting").values_list("pk", flat=True))
        kept = keep_labels({i: check_label(_label(f"TH{i:010d}")) for i in ids})
        values: dict[str, Any] = {"merchant": shop.merchant_id, "ids": list(kept), "labels": list(kept.values())}
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbound_outbound SET shipment = 'numbered', awb = 'TH' || lpad(id::text, 10, '0')"
                " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
                values,
            )
            cursor.execute(
                "UPDATE outbound_outbound o SET shipment = 'labelled', label_id = n.label"
                " FROM unnest(%(ids)s::bigint[], %(labels)s::bigint[]) AS n(id, label)"
                " WHERE o.merchant_id = %(merchant)s AND o.id = n.id",
                values,
            )
    return ids


def _label(awb: str) -> bytes:
    """A PDF of about 3 KB with the number's barcode and an address, as a store's plain label has them."""
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(100 * mm, 150 * mm), pageCompression=0, invariant=1)
    Code128(awb, barHeight=18 * mm, barWidth=0.33 * mm).drawOn(canvas, 5 * mm, 119 * mm)
    for row in range(4):
        canvas.drawString(10 * mm, (110 - 5 * row) * mm, f"{awb}: 99/1 Rama IV Road, Khlong Toei")
    canvas.save()
    return out.getvalue()
