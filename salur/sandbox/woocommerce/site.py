"""State of the simulated sites: one shop is one WordPress site at its own path."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.storefront.model import Order, Shop, spoil
from salur.sandbox.storefront.store import Storefront
from salur.sandbox.woocommerce import webhooks
from salur.sandbox.woocommerce.settings import WooSettings

#: Status word -> step. Words of plugins (control's ``raw``) leave the step as it is.
STEPS = {
    "pending": "unpaid",
    "on-hold": "unpaid",
    "checkout-draft": "unpaid",
    "failed": "unpaid",
    "processing": "paid",
    "completed": "shipped",
    "cancelled": "cancelled",
    "refunded": "cancelled",
    "trash": "cancelled",
}
#: What a client may set; contracts/woocommerce, example orders.update.
SETTABLE = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash")
#: Hours that a site's clock is ahead of UTC.
OFFSETS = {"TH": 7, "ID": 7, "SG": 8, "US": -5, "GB": 0}
#: Named zones; a site without one is set to hours alone, as WordPress allows.
ZONES = {"TH": "Asia/Bangkok", "ID": "Asia/Jakarta", "SG": "Asia/Singapore"}


@dataclass
class Key:
    """A REST key. ``permissions``: read, write or read_write."""

    consumer_key: str
    consumer_secret: str
    shop_id: str
    permissions: str = "read_write"
    #: OAuth nonces with their timestamps, as long as the window is open.
    nonces: dict[str, float] = field(default_factory=dict)


class Sites(Storefront):
    """All simulated sites."""

    partner = "woocommerce"
    currencies = {"TH": "THB", "US": "USD", "GB": "GBP", "ID": "IDR", "SG": "SGD"}
    words = {"unpaid": "pending", "paid": "processing", "shipped": "completed", "cancelled": "cancelled"}
    statuses = tuple(STEPS)
    first_shop = "baan-suan"
    first_name = "Baan Suan"
    settings_kind = WooSettings
    settings: WooSettings

    def __init__(self, core: Core) -> None:
        self.keys: dict[str, Key] = {}
        self.hooks: dict[int, webhooks.Webhook] = {}
        #: Variant id -> whether its stock is kept (true, false or "parent"); absent: true.
        self.managed: dict[int, bool | str] = {}
        #: Orders of which order.created was fired.
        self._known: set[int] = set()
        super().__init__(core)

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """A site with one key that may do everything."""
        shop = super().add_shop(shop_id, name, region)
        self.add_key(shop, "read_write")
        return shop

    def add_key(self, shop: Shop, permissions: str) -> Key:
        """A further key of a site; the first is the one that control tells."""
        number = len(self.keys) + 1
        made = Key(
            "ck_" + token(self.core.seed, self.partner, "key", number, shop.id),
            "cs_" + token(self.core.seed, self.partner, "secret", number, shop.id),
            shop.id,
            permissions,
        )
        self.keys[made.consumer_key] = made
        return made

    def first_key(self, shop: Shop) -> Key:
        """The site's oldest key; a new one when all were withdrawn."""
        return next((one for one in self.keys.values() if one.shop_id == shop.id), None) or self.add_key(
            shop, "read_write"
        )

    def unlink(self, shop: Shop) -> None:
        """The user whose keys they are is gone, and the keys with them."""
        super().unlink(shop)
        self.keys = {key: one for key, one in self.keys.items() if one.shop_id != shop.id}

    def add_order(self, shop: Shop, order: Order) -> None:
        """With whatever control wished to be wrong about it."""
        spoil(order)
        super().add_order(shop, order)

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """WordPress numbers posts; an order's number is its id."""
        return str(order_id)

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """Every change fires order.updated; one that is new fires order.created."""
        webhooks.fire(self, shop, order, "updated" if order.id in self._known else "created")
        self._known.add(order.id)

    def remove(self, shop: Shop, order: Order) -> None:
        """Delete an order for good."""
        del shop.orders[order.number]
        shop.by_update.remove((order.updated, order.number))
        webhooks.fire(self, shop, order, "deleted")

    def offset(self, shop: Shop) -> int:
        """Seconds that the site's local time is ahead of UTC."""
        return OFFSETS[shop.region] * 3600

    def meta(self, order: Order) -> list[dict[str, Any]]:
        """The order's own meta data."""
        found: list[dict[str, Any]] = order.extra.setdefault("meta_data", [])
        return found
