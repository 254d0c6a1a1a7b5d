"""What the simulated Bukalapak keeps: sellers with user name and password, transactions by state."""

import math
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from salur.sandbox.bukalapak.settings import BukalapakSettings
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.storefront.model import Courier, Order, Shop, spoil
from salur.sandbox.storefront.store import Storefront

JAKARTA = ZoneInfo("Asia/Jakarta")
#: contracts/bukalapak/statuses.csv: state -> the step of an order's life that it belongs to.
STEPS: Mapping[str, str] = {
    "pending": "unpaid", "addressed": "unpaid", "payment_chosen": "unpaid", "confirm_payment": "unpaid",
    "paid": "paid", "delivered": "shipped", "received": "delivered", "remitted": "completed",
    "rejected": "cancelled", "cancelled": "cancelled", "expired": "cancelled", "refunded": "cancelled",
}  # fmt: skip


class Bukalapak(Storefront):
    """Sellers; a shop's ``id`` is the seller's user number.

    An order's ``extra`` may wish ``no_address`` and ``no_items``.
    """

    partner = "bukalapak"
    currencies = {"ID": "IDR"}
    words = {
        "unpaid": "payment_chosen", "paid": "paid", "shipped": "delivered", "delivered": "received",
        "completed": "remitted", "cancelled": "cancelled",
    }  # fmt: skip
    statuses = tuple(STEPS)
    couriers = {"ID": (Courier("JNE", weight=4), Courier("TIKI", weight=2), Courier("POS"), Courier("J&T", weight=2))}
    first_shop = "67287"
    first_name = "Toko Kopi Nusantara"
    settings_kind = BukalapakSettings

    def __init__(self, core: Core) -> None:
        self.by_id: dict[int, tuple[Shop, Order]] = {}
        super().__init__(core)

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """A seller with an account."""
        if not shop_id.isdigit():
            raise ValueError("shop_id must be a number")
        shop = super().add_shop(shop_id, name, region)
        shop.linked = True
        shop.extra["username"] = f"seller{shop_id}@example.com"
        shop.extra["password"] = token(self.core.seed, self.partner, "password", shop_id)
        return shop

    def issue(self, shop: Shop) -> str:
        """A token; it has no stated end, and older ones stay good."""
        pair = self.tokens.issue(shop.id)
        self.tokens.access[pair.access].expires_at = math.inf
        return pair.access

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """What buyer and seller see: the day and the number."""
        return f"{datetime.fromtimestamp(created, JAKARTA):%y%m%d}{order_id}"

    def add_order(self, shop: Shop, order: Order) -> None:
        """A new transaction."""
        spoil(order)
        self.by_id[order.id] = (shop, order)
        super().add_order(shop, order)

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """``extra.cancel_status`` says which state of a cancelled transaction it becomes."""
        if step == "cancelled" and not status:
            status = str(order.extra.pop("cancel_status", ""))
        super().set_step(shop, order, step, status)

    def arrange(self, shop: Shop, order: Order, given: Mapping[str, Any], status: str = "") -> None:
        """There is no such thing here: the state stays."""
        self.set_step(shop, order, "ready", status or order.status)
