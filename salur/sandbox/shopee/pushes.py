"""Push messages: signed, queued, and kept for three days when nobody took them (shopee.md, Push)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.shopee.signing import push_signature

if TYPE_CHECKING:
    from salur.sandbox.shopee.model import Order, Shop
    from salur.sandbox.shopee.store import Store

KEPT_SECONDS = 3 * 86400
PER_CALL = 100


@dataclass
class LostPush:
    """A message that was never taken."""

    id: int
    lost_at: int
    message: dict[str, Any]


@dataclass
class LostPushes:
    """The list behind get_lost_push_message."""

    messages: list[LostPush] = field(default_factory=list)
    last_id: int = 176_000

    def add(self, message: dict[str, Any], now: int) -> None:
        """One more was lost."""
        self.last_id += 1
        self.messages.append(LostPush(self.last_id, now, message))

    def first(self, now: int) -> tuple[list[LostPush], bool]:
        """The earliest that are not too old, and whether there are more."""
        self.messages = [one for one in self.messages if now - one.lost_at <= KEPT_SECONDS]
        return self.messages[:PER_CALL], len(self.messages) > PER_CALL

    def confirm(self, last_message_id: int) -> None:
        """Everything up to this id has been read."""
        self.messages = [one for one in self.messages if one.id > last_message_id]


def order_status(store: Store, shop: Shop, order: Order) -> None:
    """Code 3."""
    data = {
        "items": [],
        "ordersn": order.order_sn,
        "status": order.status,
        "completed_scenario": "",
        "update_time": order.update_time,
    }
    _push(store, shop, 3, data)


def tracking_number(store: Store, shop: Shop, order: Order) -> None:
    """Code 4."""
    data = {
        "ordersn": order.order_sn,
        "tracking_no": order.tracking_number,
        "package_number": order.package_number,
    }
    _push(store, shop, 4, data)


def document(store: Store, shop: Shop, order: Order, status: str) -> None:
    """Code 15."""
    data = {"ordersn": order.order_sn, "package_number": order.package_number, "status": status}
    _push(store, shop, 15, data)


def _push(store: Store, shop: Shop, code: int, data: dict[str, Any]) -> None:
    settings, clock = store.settings, store.core.clock
    if not settings.callback_url or not shop.linked:
        return
    message = {"code": code, "shop_id": shop.shop_id, "timestamp": clock.seconds(), "data": data}
    body = json_bytes(message)
    headers = {
        "Content-Type": "application/json",
        "Authorization": push_signature(store.app.push_key, settings.callback_url, body),
    }

    def lost(delivery: Delivery) -> None:
        store.lost.add(json.loads(delivery.body), clock.seconds())

    store.core.postman.send(
        Delivery(
            "shopee",
            settings.callback_url,
            body,
            headers,
            settings.push_tries,
            settings.push_retry_seconds,
            clock.now(),
            clock.now(),
            lost,
        )
    )
