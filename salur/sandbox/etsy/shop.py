"""State of the simulated shops."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from dataclasses import dataclass
from random import Random

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.etsy import webhooks
from salur.sandbox.etsy.settings import EtsySettings
from salur.sandbox.storefront.model import Listing, Order, Shop, spoil
from salur.sandbox.storefront.store import Storefront

#: Status word -> step.
STEPS = {
    "open": "unpaid",
    "payment processing": "unpaid",
    "paid": "paid",
    "completed": "shipped",
    "canceled": "cancelled",
    "fully refunded": "cancelled",
    "partially refunded": "paid",
}
SCOPES = (
    "address_r", "address_w", "billing_r", "cart_r", "cart_w", "email_r", "favorites_r", "favorites_w", "feedback_r",
    "listings_d", "listings_r", "listings_w", "profile_r", "profile_w", "recommend_r", "recommend_w", "shops_r",
    "shops_w", "transactions_r", "transactions_w",
)  # fmt: skip


@dataclass(frozen=True)
class Application:
    """The application in Etsy's developer portal; ``webhook_secret`` signs messages."""

    keystring: str
    shared_secret: str
    webhook_secret: str


class Etsy(Storefront):
    """All simulated shops. The seller of shop 123 is user 9123."""

    partner = "etsy"
    currencies = {"US": "USD", "GB": "GBP", "SG": "SGD"}
    words = {"unpaid": "open", "paid": "paid", "shipped": "completed", "cancelled": "canceled"}
    statuses = tuple(STEPS)
    first_shop = "12345678"
    first_name = "ExampleShop"
    settings_kind = EtsySettings
    settings: EtsySettings

    def __init__(self, core: Core) -> None:
        #: Where we are reached; messages point there. Known after the first call.
        self.base = "https://api.etsy.com"
        super().__init__(core)
        self.tokens.prefix = "9{shop}."
        #: Scopes that a shop's seller has granted.
        self.scopes: dict[str, frozenset[str]] = {}
        #: Redirects and scopes of codes that wait to be exchanged.
        self.code_scopes: dict[str, frozenset[str]] = {}
        #: Times of the key's calls in the last day.
        self.calls: deque[float] = deque()
        secret = hashlib.sha256(token(core.seed, "etsy", "webhook").encode()).digest()
        self.app = Application(
            token(core.seed, "etsy", "key")[:24],
            token(core.seed, "etsy", "shared")[:10],
            "whsec_" + base64.b64encode(secret).decode(),
        )

    def user_of(self, shop: Shop) -> int:
        """The seller's user id."""
        return int(f"9{shop.id}")

    def add_order(self, shop: Shop, order: Order) -> None:
        """With whatever control wished to be wrong about it."""
        spoil(order)
        super().add_order(shop, order)

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """A receipt's id."""
        return str(3_000_000_000 + order_id)

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """Messages are of what became of the receipt, each once."""
        webhooks.tell(self, shop, order)

    def find_listing(self, listing_id: int) -> tuple[Shop, Listing] | None:
        """A listing in whichever shop."""
        for shop in self.shops.values():
            if listing_id in shop.listings:
                return shop, shop.listings[listing_id]
        return None
