"""What the simulated ShopBase keeps and how it changes."""

import itertools
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.shopbase import messages
from salur.sandbox.shopbase.settings import ShopbaseSettings
from salur.sandbox.storefront.model import Courier, Order, Shipment, Shop, spoil
from salur.sandbox.storefront.store import Storefront
from salur.sandbox.storefront.tokens import Tokens

#: contracts/shopbase/statuses.csv; ``unfulfilled`` is null in the order.
FINANCIAL = ("pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided")
FULFILLMENT = ("unfulfilled", "partial", "fulfilled")
SCOPES = tuple(
    f"{verb}_{topic}"
    for topic in ("orders", "products", "fulfillments", "inventory", "customers")
    for verb in ("read", "write")
)
_SHIPPED = ("shipped", "delivered", "completed")
_METHODS = (Courier("Standard shipping", code="standard"), Courier("Express shipping", code="express", weight=0))


@dataclass
class Hook:
    """A webhook address of one topic."""

    id: int
    topic: str
    address: str
    created: int


class Leaky:
    """Calls in a bucket that leaks, in real time."""

    def __init__(self) -> None:
        self._used, self._last = 0.0, 0.0

    def take(self, size: int, leak: float) -> int | None:
        """How many calls are in it now, this one too; None: it would run over."""
        if leak <= 0:
            return 1
        now = time.monotonic()
        used = max(0.0, self._used - (now - self._last) * leak)
        self._used, self._last = used, now
        if used + 1 > size:
            return None
        self._used = used + 1
        return math.ceil(self._used)


class ShopbaseTokens(Tokens):
    """Tokens that show what they are."""

    def _fresh(self, kind: str, shop_id: str) -> str:
        return {"access": "sbtok_"}.get(kind, "") + super()._fresh(kind, shop_id)


class ShopbaseStore(Storefront):
    """Shops with webhooks and buckets of calls. A shop's ``id`` is its domain.

    An order's ``extra`` may wish ``no_address``, ``no_items`` and ``currency``.
    """

    partner = "shopbase"
    currencies = {
        "US": "USD", "GB": "GBP", "VN": "VND", "TH": "THB", "ID": "IDR", "MY": "MYR", "SG": "SGD", "PH": "PHP",
    }  # fmt: skip
    words = {"unpaid": "pending", "paid": "paid", **dict.fromkeys(_SHIPPED, "fulfilled")}
    statuses = (*FINANCIAL, *FULFILLMENT)
    couriers = dict.fromkeys(currencies, _METHODS)
    first_shop = "kopi.onshopbase.com"
    first_name = "Kopi Nusantara"
    settings_kind = ShopbaseSettings
    settings: ShopbaseSettings

    def __init__(self, core: Core) -> None:
        self.client_id = token(core.seed, "shopbase", "client id")
        self.client_secret = token(core.seed, "shopbase", "client secret")
        self.leaky: dict[str, Leaky] = {}
        self.by_id: dict[int, tuple[Shop, Order]] = {}
        super().__init__(core)
        self.tokens = ShopbaseTokens("shopbase", core.seed, core.clock, self.settings)

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """Open a shop; it has a private app's key and password from the start."""
        host = shop_id if shop_id.endswith(".onshopbase.com") else f"{shop_id}.onshopbase.com"
        shop = super().add_shop(host, name, region)
        shop.extra |= {
            "number": 107_000_000 + next(self.ids),
            "orders": itertools.count(1001),
            "hooks": {},
            "scopes": frozenset(SCOPES),
            "api_key": token(self.core.seed, "shopbase", "private key", host),
            "password": token(self.core.seed, "shopbase", "private password", host),
        }
        return shop

    def known_shop(self, name: str) -> Shop | None:
        """A shop by the first part of its host, or the whole."""
        return next((shop for shop in self.shops.values() if name in (shop.id, shop.id.split(".")[0])), None)

    def hooks(self, shop: Shop) -> dict[int, Hook]:
        """The shop's webhooks."""
        found: dict[int, Hook] = shop.extra["hooks"]
        return found

    def unlink(self, shop: Shop) -> None:
        """The app is removed."""
        messages.uninstalled(self, shop)
        self.hooks(shop).clear()
        super().unlink(shop)

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """1001 and on; shown with #."""
        return str(next(shop.extra["orders"]))

    def add_order(self, shop: Shop, order: Order) -> None:
        """A new order, or an old one with its parcels."""
        spoil(order)
        self._pin(order, order.status)
        self.by_id[order.id] = (shop, order)
        if order.step in _SHIPPED:
            self._ship_rest(order)
        super().add_order(shop, order)

    def financial(self, order: Order) -> str:
        """financial_status."""
        if "financial" in order.extra:
            return str(order.extra["financial"])
        if order.step == "cancelled" and order.cancel_by == "buyer":
            return "refunded" if order.paid else "voided"
        owed = order.cash_on_delivery and order.step not in ("delivered", "completed")
        return "pending" if order.step == "unpaid" or owed or not order.paid else "paid"

    def fulfillment(self, order: Order) -> str | None:
        """fulfillment_status; null while nothing is sent."""
        if "fulfillment" in order.extra:
            pinned = str(order.extra["fulfillment"])
            return None if pinned == "unfulfilled" else pinned
        if not order.shipments:
            return None
        return "partial" if self.unshipped(order) else "fulfilled"

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """Whatever is shipped has its parcels."""
        for machine in ("financial", "fulfillment"):
            order.extra.pop(machine, None)
        self._pin(order, status)
        if step in _SHIPPED:
            self._ship_rest(order)
        if step == "cancelled":
            order.extra.setdefault("cancelled_at", self.core.clock.seconds())
        super().set_step(shop, order, step, status)

    def arrange(self, shop: Shop, order: Order, given: Mapping[str, Any], status: str = "") -> None:
        """Somebody began to work on it; ShopBase gives no number."""
        self.set_step(shop, order, "ready", status)

    def confirm(
        self, shop: Shop, order: Order, tracking: str, courier: str, pieces: Mapping[int, int] | None = None
    ) -> Shipment:
        """A fulfilment by call."""
        order.extra.pop("fulfillment", None)
        shipment = super().confirm(shop, order, tracking, courier, pieces)
        messages.sent(self, shop, order, shipment)
        return shipment

    def _pin(self, order: Order, status: str) -> None:
        if status in FINANCIAL and status not in ("paid", "pending"):
            order.extra["financial"] = status
        if status in FULFILLMENT and status != "fulfilled":
            order.extra["fulfillment"] = status

    def _ship_rest(self, order: Order) -> None:
        left = self.unshipped(order)
        if left:
            order.tracking = order.tracking or f"SB{order.id}"
            order.shipments.append(
                Shipment(next(self.ids), order.tracking, "Simulated Post", self.core.clock.seconds(), left)
            )

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """Webhooks of every topic that fits."""
        messages.order_changed(self, shop, order, kind)
