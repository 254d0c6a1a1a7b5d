"""Inbound lists as the pages show and take them."""

from __future__ import annotations

import re
from typing import Any

from salur.foundation.clock import now
from salur.inbound.models import InboundLine, InboundList
from salur.stock.models import Warehouse

from .shop import Shop

Sent = dict[str, Any]


def new(shop: Shop) -> str:
    return f"/inbound/new/?warehouse={shop.world.warehouse_id}"


def stored(shop: Shop, inbound_id: int) -> list[tuple[str, int, str, str, str]]:
    """(MSKU, quantity, cost, batch, expiry) of each line."""
    with shop.world.scope():
        return [
            (one.product.msku, one.quantity, f"{one.unit_cost or ''}", one.batch, f"{one.expires_on or ''}")
            for one in InboundLine.objects.filter(inbound_id=inbound_id).select_related("product").order_by("pk")
        ]


def count(shop: Shop) -> int:
    with shop.world.scope():
        return InboundList.objects.count()


def id_of(answer: Any) -> int:
    found = re.search(r"/inbound/(\d+)/$", answer.headers.get("Location", ""))
    assert found is not None, (answer.status_code, answer.content.decode()[:3000])
    return int(found[1])


def row(shop: Shop, inbound_id: int) -> InboundList:
    with shop.world.scope():
        return InboundList.objects.get(pk=inbound_id)


def errors(shown: str) -> list[str]:
    """What the box's errors begin with."""
    listed = re.search(r'id="id_lines_error"[^>]*>(.*?)</ul>', shown, re.DOTALL)
    return re.findall(r"<li>(Line \d+: [^.]+)", listed[1]) if listed else []


def typed(*rows: tuple[str, str, str, str, str]) -> Sent:
    names = ("sku", "quantity", "unit_cost", "batch", "expires_on")
    return {name: [one[place] for one in rows] for place, name in enumerate(names)}


def own_warehouse(shop: Shop) -> int:
    with shop.world.scope():
        place = Warehouse(account=None, code="HOME", name="Home", country="TH", created_at=now())
        place.save()
        return place.pk
