"""State of the simulated sellers: one shop is one user."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from salur.sandbox.ebay import messages
from salur.sandbox.ebay.messages import Notifications
from salur.sandbox.ebay.settings import EbaySettings
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.storefront.model import Order, Shipment, Shop, spoil
from salur.sandbox.storefront.store import Storefront

FULFILLMENTS = ("NOT_STARTED", "IN_PROGRESS", "FULFILLED")
PAYMENTS = ("PENDING", "PAID", "FAILED", "PARTIALLY_REFUNDED", "FULLY_REFUNDED")
CANCELS = ("NONE_REQUESTED", "IN_PROGRESS", "CANCELED")
MARKETPLACES = {"US": "EBAY_US", "GB": "EBAY_GB", "SG": "EBAY_SG"}
#: Status word -> step; the other words say something beside the step.
STEPS = {"PENDING": "unpaid", "NOT_STARTED": "paid", "FULFILLED": "shipped", "CANCELED": "cancelled"}
SCOPE = "https://api.ebay.com/oauth/api_scope"
SCOPES = frozenset({SCOPE, *(f"{SCOPE}/{name}" for name in (
    "sell.fulfillment", "sell.fulfillment.readonly", "sell.inventory", "sell.inventory.readonly", "sell.account",
    "sell.account.readonly", "commerce.identity.readonly",
    "commerce.notification.subscription",
))})  # fmt: skip


@dataclass
class Cancellation:
    """A request to cancel: REQUESTED (by the buyer), ACCEPTED (money not returned yet), COMPLETED or REJECTED."""

    id: str
    initiator: str
    reason: str
    state: str
    requested: int
    completed: int = 0


@dataclass(frozen=True)
class Application:
    """The application's keys in eBay's developer portal."""

    client_id: str
    client_secret: str
    ru_name: str


@dataclass
class Found:
    """A cancellation with its order."""

    shop: Shop
    order: Order
    cancellation: Cancellation = field(repr=False)


class Ebay(Storefront):
    """All simulated sellers."""

    partner = "ebay"
    currencies = {"US": "USD", "GB": "GBP", "SG": "SGD"}
    words = {"unpaid": "PENDING", "paid": "NOT_STARTED", "shipped": "FULFILLED", "cancelled": "CANCELED"}
    statuses = tuple(dict.fromkeys((*FULFILLMENTS, *PAYMENTS, *CANCELS)))
    rotates = False
    first_shop = "EXAMPLEUSERID1"
    first_name = "example_seller"
    settings_kind = EbaySettings
    settings: EbaySettings

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.tokens.prefix = "v^1.1#i^1#"
        #: Scopes of codes that wait, and what a shop's tokens may do.
        self.code_scopes: dict[str, frozenset[str]] = {}
        self.scopes: dict[str, frozenset[str]] = {}
        self.calls: deque[float] = deque()
        self.notifications = Notifications(core.seed)
        key = token(core.seed, "ebay", "client")
        self.app = Application(
            f"Example-App-PRD-{key[:9]}-{key[9:17]}",
            f"PRD-{token(core.seed, 'ebay', 'secret')[:28]}",
            f"Example-ExampleApp-PRD-{key[:6]}",
        )

    def add_order(self, shop: Shop, order: Order) -> None:
        """With whatever control wished to be wrong about it."""
        spoil(order)
        super().add_order(shop, order)

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """Three groups of digits."""
        return f"{generator.randint(10, 29)}-{order_id % 100_000:05d}-{generator.randint(0, 99_999):05d}"

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """Messages are of what became of the order, each once."""
        messages.tell(self, shop, order)

    # --- parcels -------------------------------------------------------------------------------------------------

    def send_parcel(
        self, shop: Shop, order: Order, tracking: str, courier: str, pieces: Mapping[int, int], at: str
    ) -> Shipment:
        """One parcel; sending ends a buyer's wish to cancel."""
        for one in cancellations(order):
            if one.state == "REQUESTED":
                one.state, one.completed = "REJECTED", self.core.clock.seconds()
        order.cancel_asked = ""
        if order.step == "cancel_asked":
            order.step = "paid"
        shipment = self.confirm(shop, order, tracking, courier, pieces)
        taken = {one.extra.get("id") for one in order.shipments}
        number = tracking or str(shipment.id)
        shipment.extra = {"id": number if number not in taken else f"{number}{len(taken)}", "shipped": at}
        return shipment

    # --- cancellation --------------------------------------------------------------------------------------------

    def _new_cancellation(self, order: Order, initiator: str, reason: str, state: str) -> Cancellation:
        number = str(5_000_000_000 + next(self.ids))
        made = Cancellation(number, initiator, reason, state, self.core.clock.seconds())
        cancellations(order).append(made)
        return made

    def ask_to_cancel(self, shop: Shop, order: Order, reason: str) -> None:
        """The buyer asks."""
        self._new_cancellation(order, "BUYER", "BUYER_ASKED_CANCEL", "REQUESTED")
        super().ask_to_cancel(shop, order, reason)

    def cancel_by_seller(self, shop: Shop, order: Order, reason: str) -> Cancellation:
        """The seller cancels: under way until the money is returned."""
        made = self._new_cancellation(order, "SELLER", reason, "ACCEPTED")
        order.before_cancel = (order.step, order.status)
        self.set_step(shop, order, "cancel_asked", order.status)
        self._refund(shop, order, made, "seller")
        return made

    def decide(self, found: Found, accept: bool) -> None:
        """The seller's answer to the buyer."""
        shop, order, asked = found.shop, found.order, found.cancellation
        if accept:
            asked.state = "ACCEPTED"
            self.touch(shop, order)
            self._refund(shop, order, asked, "buyer")
        else:
            asked.state, asked.completed = "REJECTED", self.core.clock.seconds()
            self.answer_cancellation(shop, order, accept=False)

    def _refund(self, shop: Shop, order: Order, asked: Cancellation, by: str) -> None:
        def done() -> None:
            if asked.state == "ACCEPTED":
                order.step = order.before_cancel[0] if order.step == "cancel_asked" else order.step
                self.cancel(shop, order, by, asked.reason)

        delay = self.settings.refund_delay
        if delay is None:
            return
        if delay <= 0:
            done()
        else:
            self.core.timers.at(self.core.clock.now() + delay, done)

    def cancel(self, shop: Shop, order: Order, by: str, reason: str) -> None:
        """The order is cancelled and its money returned."""
        if order.step == "cancelled":
            return
        still = [one for one in cancellations(order) if one.state in ("REQUESTED", "ACCEPTED")]
        if not still:
            why = "BUYER_ASKED_CANCEL" if by == "buyer" else "OUT_OF_STOCK_OR_CANNOT_FULFILL"
            still = [self._new_cancellation(order, by.upper(), why, "ACCEPTED")]
        for one in still:
            one.state, one.completed = "COMPLETED", self.core.clock.seconds()
        super().cancel(shop, order, by, reason)

    def find_cancellation(self, shop: Shop, number: str) -> Found | None:
        """A shop's cancellation by its id."""
        for order in shop.orders.values():
            for one in cancellations(order):
                if one.id == number:
                    return Found(shop, order, one)
        return None


def cancellations(order: Order) -> list[Cancellation]:
    """The order's requests to cancel, oldest first."""
    found: list[Cancellation] = order.extra.setdefault("cancellations", [])
    return found


def hidden(order: Order) -> bool:
    """Purchases that wait for a payment that must come first are not shown (D:8)."""
    return order.step == "unpaid"
