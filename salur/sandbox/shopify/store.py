"""What the simulated Shopify keeps and how it changes."""

import itertools
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.shopify import messages
from salur.sandbox.shopify.cost import Points
from salur.sandbox.shopify.model import (
    FINANCIAL,
    FULFILLMENT,
    FulfillmentOrder,
    Location,
    Subscription,
    digital,
    domain,
    fulfillment_of,
    wanted,
)
from salur.sandbox.shopify.settings import ShopifySettings
from salur.sandbox.storefront.model import Courier, Order, Shipment, Shop, Variant, spoil
from salur.sandbox.storefront.store import Storefront
from salur.sandbox.storefront.tokens import Tokens

_SHIPPED = ("shipped", "delivered", "completed")
_METHODS = (Courier("Standard"), Courier("Express", weight=0))


class ShopifyTokens(Tokens):
    """Tokens that show what they are."""

    def _fresh(self, kind: str, shop_id: str) -> str:
        return {"access": "shpat_", "refresh": "shprt_"}.get(kind, "") + super()._fresh(kind, shop_id)


class ShopifyStore(Storefront):
    """Shops with locations, fulfilment orders, webhook subscriptions and buckets of points.

    A shop's ``id`` is its domain. An order's ``extra`` may wish: ``digital`` (SKUs that need no shipping),
    ``refunded`` (pieces by SKU), ``split`` (lines at both locations by turns), ``no_address``,
    ``no_items``, ``currency``.
    """

    partner = "shopify"
    currencies = {
        "TH": "THB", "US": "USD", "ID": "IDR", "MY": "MYR", "SG": "SGD", "PH": "PHP", "VN": "VND", "GB": "GBP",
    }  # fmt: skip
    words = {"unpaid": "PENDING", "paid": "PAID", **dict.fromkeys(_SHIPPED, "FULFILLED")}
    statuses = (*FINANCIAL, *FULFILLMENT)
    couriers = dict.fromkeys(currencies, _METHODS)
    first_shop = "baan-suan.myshopify.com"
    first_name = "Baan Suan"
    settings_kind = ShopifySettings
    settings: ShopifySettings

    def __init__(self, core: Core) -> None:
        self.client_id = token(core.seed, "shopify", "client id")
        self.client_secret = "shpss_" + token(core.seed, "shopify", "client secret")
        self.by_id: dict[int, tuple[Shop, Order]] = {}
        self.fulfillment_orders: dict[int, tuple[Shop, Order, FulfillmentOrder]] = {}
        self.fulfillments: dict[int, tuple[Shop, Order, Shipment]] = {}
        self.points: dict[str, Points] = {}
        self.jobs: dict[str, bool] = {}
        self.answered: dict[tuple[str, str], tuple[str, Any]] = {}
        super().__init__(core)
        self.tokens = ShopifyTokens("shopify", core.seed, core.clock, self.settings)

    # --- shops ---------------------------------------------------------------------------------------------------

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """Open a shop with three locations, the last of them closed."""
        host = shop_id if shop_id.endswith(".myshopify.com") else f"{shop_id}.myshopify.com"
        shop = super().add_shop(host, name, region)
        first = next(self.ids) * 100
        shop.extra |= {
            "number": 548_380_000 + first,
            "orders": itertools.count(1001),
            "locations": [
                Location(first + 1, "Main warehouse"),
                Location(first + 2, "Second warehouse"),
                Location(first + 3, "Old shop", active=False),
            ],
            "elsewhere": {},
            "hooks": {},
            "scopes": frozenset(),
            "hand_key": token(self.core.seed, "shopify", "hand-made webhooks", host),
        }
        return shop

    def locations(self, shop: Shop) -> list[Location]:
        """All of the shop's, also the closed."""
        found: list[Location] = shop.extra["locations"]
        return found

    def hooks(self, shop: Shop) -> dict[int, Subscription]:
        """The webhook addresses that were registered by call."""
        found: dict[int, Subscription] = shop.extra["hooks"]
        return found

    def unlink(self, shop: Shop) -> None:
        """The app is removed: its tokens and its webhooks end."""
        messages.uninstalled(self, shop)
        self.hooks(shop).clear()
        super().unlink(shop)

    # --- stock ---------------------------------------------------------------------------------------------------

    def level(self, shop: Shop, variant: Variant, location: Location) -> int | None:
        """Units at a location; None: not kept there. The shop sells from its first location."""
        if location is self.locations(shop)[0]:
            return variant.stock
        found: int | None = shop.extra["elsewhere"].get((variant.id, location.id))
        return found

    def set_level(self, shop: Shop, variant: Variant, location: Location, units: int) -> None:
        """Set them."""
        if location is self.locations(shop)[0]:
            variant.stock = units
        else:
            shop.extra["elsewhere"][variant.id, location.id] = units

    def everywhere(self, shop: Shop, variant: Variant) -> int:
        """Units at all locations."""
        return sum(self.level(shop, variant, one) or 0 for one in self.locations(shop))

    # --- orders --------------------------------------------------------------------------------------------------

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """1001 and on; shown with #."""
        return str(next(shop.extra["orders"]))

    def add_order(self, shop: Shop, order: Order) -> None:
        """Shopify makes the fulfilment orders with the order."""
        spoil(order)
        self._pin(order, order.status)
        self.by_id[order.id] = (shop, order)
        places: dict[int, FulfillmentOrder] = {}
        for position, line in enumerate(order.lines):
            if digital(order, line):
                continue
            location = self.locations(shop)[position % 2 if order.extra.get("split") else 0]
            if self.level(shop, line.variant, location) is None:
                self.set_level(shop, line.variant, location, 1000)
            group = places.setdefault(location.id, FulfillmentOrder(0, location, {}))
            group.lines[40_000_000 + next(self.ids)] = line
        for group in places.values():
            group.id = 60_000_000 + next(self.ids)
            self.fulfillment_orders[group.id] = (shop, order, group)
        order.extra["groups"] = list(places.values())
        if order.step in _SHIPPED:
            self._ship_rest(shop, order)
        super().add_order(shop, order)

    def groups(self, order: Order) -> list[FulfillmentOrder]:
        """The order's fulfilment orders."""
        found: list[FulfillmentOrder] = order.extra["groups"]
        return found

    def unshipped(self, order: Order) -> dict[int, int]:
        """Pieces by line id; what was given back or needs no shipping is none of them."""
        left = {line.id: wanted(order, line) for line in order.lines}
        for shipment in order.shipments:
            for line_id, pieces in shipment.pieces.items():
                left[line_id] = left.get(line_id, 0) - pieces
        return {line_id: pieces for line_id, pieces in left.items() if pieces > 0}

    def fulfillment_status(self, order: Order) -> str:
        """displayFulfillmentStatus."""
        return fulfillment_of(order, bool(self.unshipped(order)))

    def group_status(self, order: Order, group: FulfillmentOrder) -> str:
        """FulfillmentOrder.status."""
        if group.pinned is not None:
            return group.pinned
        if order.step == "cancelled":
            return "CANCELLED"
        left = self.unshipped(order)
        if not any(line.id in left for line in group.lines.values()):
            return "CLOSED"
        shown = self.fulfillment_status(order)
        if shown in ("ON_HOLD", "SCHEDULED"):
            return shown
        return "IN_PROGRESS" if shown in ("IN_PROGRESS", "PENDING_FULFILLMENT") else "OPEN"

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """Control and mutations come through here; whatever is shipped has its fulfilments."""
        for machine in ("financial", "fulfillment"):
            order.extra.pop(machine, None)
        self._pin(order, status)
        if step in _SHIPPED:
            self._ship_rest(shop, order)
        if step == "cancelled":
            order.extra.setdefault("cancelled_at", self.core.clock.seconds())
        super().set_step(shop, order, step, status)

    def arrange(self, shop: Shop, order: Order, given: Mapping[str, Any], status: str = "") -> None:
        """Somebody began to work on it; Shopify gives no number."""
        self.set_step(shop, order, "ready", status)

    def confirm(
        self, shop: Shop, order: Order, tracking: str, courier: str, pieces: Mapping[int, int] | None = None
    ) -> Shipment:
        """A fulfilment by call; its number is asked for later."""
        order.extra.pop("fulfillment", None)
        shipment = super().confirm(shop, order, tracking, courier, pieces)
        self.fulfillments[shipment.id] = (shop, order, shipment)
        return shipment

    def _pin(self, order: Order, status: str) -> None:
        if status in FINANCIAL and status not in ("PAID", "PENDING"):
            order.extra["financial"] = status
        if status in FULFILLMENT and status != "FULFILLED":
            order.extra["fulfillment"] = status

    def _ship_rest(self, shop: Shop, order: Order) -> None:
        left = self.unshipped(order)
        if left:
            number = order.tracking or f"SF{order.id}"
            shipment = Shipment(next(self.ids), number, "Simulated Express", self.core.clock.seconds(), left)
            order.tracking = number
            order.shipments.append(shipment)
            self.fulfillments[shipment.id] = (shop, order, shipment)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Now, or by a timer."""
        if seconds <= 0:
            action()
        else:
            self.core.timers.at(self.core.clock.now() + seconds, action)

    # --- messages ------------------------------------------------------------------------------------------------

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """Webhooks of every topic that fits."""
        messages.order_changed(self, shop, order, kind)

    def known_shop(self, name: str) -> Shop | None:
        """A shop by the first part of its host, or the whole."""
        return next((shop for shop in self.shops.values() if name in (domain(shop), domain(shop).split(".")[0])), None)
