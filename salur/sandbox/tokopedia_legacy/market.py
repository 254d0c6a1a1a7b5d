"""What the simulated Tokopedia keeps: one application, its shops, orders by status code."""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import code, dice, token
from salur.sandbox.storefront.model import Courier, Order, Shop, spoil
from salur.sandbox.storefront.store import Storefront
from salur.sandbox.storefront.tokens import Tokens
from salur.sandbox.tokopedia_legacy import messages
from salur.sandbox.tokopedia_legacy.settings import TokopediaSettings

#: contracts/tokopedia_legacy/statuses.csv: code -> the step of an order's life that it belongs to.
STEPS: Mapping[str, str] = {
    "0": "cancelled", "3": "cancelled", "5": "cancelled", "6": "cancelled", "10": "cancelled", "15": "cancelled",
    "100": "unpaid", "103": "unpaid", "220": "paid", "221": "paid", "400": "paid", "450": "ready", "500": "shipped",
    "501": "paid", "520": "shipped", "530": "shipped", "540": "shipped", "550": "shipped", "600": "delivered",
    "601": "delivered", "690": "paid", "700": "completed",
}  # fmt: skip
#: ``name`` is the agency, ``code`` the service. The last has no pickup: the seller enters the AWB number.
COURIERS = (
    Courier("AnterAja", "100", "Reguler", cash_on_delivery=True, weight=4),
    Courier("JNE", "CGK", "Reguler", cash_on_delivery=True, weight=3),
    Courier("SiCepat", "00", "REG", weight=2),
    Courier("GoSend", "GK-11-", "Instant", instant=True),
    Courier("GoSend", "GK-12-", "Same Day", instant=True, weight=0),
    Courier("GrabExpress", "IN-1-", "Sameday", instant=True, weight=0),
    Courier("Kurir Toko", "KT", "Antar sendiri", weight=0),
)
OWN = "Kurir Toko"
#: All of the application's tokens belong to this, not to a shop.
APP = "app"


class AppTokens(Tokens):
    """Tokens of the application: whichever shop is named, the same ones are meant."""

    def _fresh(self, kind: str, shop_id: str) -> str:
        return f"c:{super()._fresh(kind, shop_id)}"

    def end(self, shop_id: str, which: str) -> None:
        """End them."""
        super().end(APP, which)


class Market(Storefront):
    """Shops under one application.

    An order's ``extra`` may wish ``no_address``, ``no_items`` and ``currency``.
    """

    partner = "tokopedia_legacy"
    currencies = {"ID": "IDR"}
    words = {
        "unpaid": "103", "paid": "220", "ready": "450", "shipped": "500", "delivered": "600", "completed": "700",
        "cancelled": "15",
    }  # fmt: skip
    statuses = tuple(STEPS)
    couriers = {"ID": COURIERS}
    first_shop = "479573"
    first_name = "Toko Kopi Nusantara"
    settings_kind = TokopediaSettings
    settings: TokopediaSettings

    def __init__(self, core: Core) -> None:
        self.fs_id = 13004
        self.client_id = token(core.seed, "tokopedia", "client id")
        self.client_secret = token(core.seed, "tokopedia", "client secret")
        self.webhook_secret = token(core.seed, "tokopedia", "webhook secret")
        #: Addresses by kind of message, and ``webhook_secret``; one registration for the application.
        self.registered: dict[str, str] = {}
        self.by_id: dict[int, tuple[Shop, Order]] = {}
        super().__init__(core)
        self.tokens = AppTokens(self.partner, core.seed, core.clock, self.settings)

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """Open a shop; the application may see it until it is unlinked."""
        if not shop_id.isdigit():
            raise ValueError("shop_id must be a number")
        shop = super().add_shop(shop_id, name, region)
        shop.linked = True
        shop.extra["warehouse"] = 341_000 + next(self.ids)
        return shop

    def unlink(self, shop: Shop) -> None:
        """The seller takes the shop away from the application; its tokens stay good for the others."""
        shop.linked = False

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """The order's number; the invoice's is made of it."""
        return str(order_id)

    def add_order(self, shop: Shop, order: Order) -> None:
        """A new order."""
        spoil(order)
        self.by_id[order.id] = (shop, order)
        if order.cancel_asked:
            messages.remember(order, order.updated)
        super().add_order(shop, order)

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """``extra.cancel_status`` says which of the codes of a cancelled order it becomes."""
        if step == "cancelled" and not status:
            status = str(order.extra.pop("cancel_status", ""))
        super().set_step(shop, order, step, status)

    def ask_to_cancel(self, shop: Shop, order: Order, reason: str) -> None:
        """The buyer's wish is a flag; the status stays."""
        order.cancel_asked = reason
        messages.remember(order, self.core.clock.seconds())
        super().ask_to_cancel(shop, order, reason)

    def answer_cancellation(self, shop: Shop, order: Order, accept: bool) -> None:
        """1: agreed, 2: refused."""
        order.extra["cancel_request"]["status"] = 1 if accept else 2
        super().answer_cancellation(shop, order, accept)

    def invoice(self, order: Order) -> str:
        """The number that buyers see."""
        day = datetime.fromtimestamp(order.created, UTC).strftime("%Y%m%d")
        return f"INV/{day}/XX/XI/{order.number}"

    def booking(self, order: Order) -> str:
        """The label's booking code."""
        return f"TKP01-{code(dice(self.core.seed, self.partner, 'booking', order.number), 8)}"

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """To the registered addresses."""
        messages.order_changed(self, shop, order, kind)

    def arrange(self, shop: Shop, order: Order, given: Mapping[str, Any], status: str = "") -> None:
        """A pickup was asked for."""
        super().arrange(shop, order, given, status or "450")
