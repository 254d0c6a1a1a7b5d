"""State of the simulated marketplaces: one shop is one selling partner in one marketplace."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from salur.sandbox.amazon.settings import AmazonSettings
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.storefront.model import Order, Shipment, Shop, spoil
from salur.sandbox.storefront.store import Storefront

#: fulfillmentStatus -> step.
STEPS = {
    "PENDING_AVAILABILITY": "unpaid",
    "PENDING": "unpaid",
    "UNSHIPPED": "paid",
    "PARTIALLY_SHIPPED": "paid",
    "SHIPPED": "shipped",
    "CANCELLED": "cancelled",
    "UNFULFILLABLE": "paid",
}


@dataclass(frozen=True)
class Marketplace:
    """Where a seller sells."""

    id: str
    name: str
    language: str

    @property
    def domain(self) -> str:
        """The shop's host."""
        return f"www.{self.name.lower()}"


MARKETPLACES = {
    "US": Marketplace("ATVPDKIKX0DER", "Amazon.com", "en_US"),
    "GB": Marketplace("A1F83G8C2ARO7P", "Amazon.co.uk", "en_GB"),
    "SG": Marketplace("A19VAU5U5O7RUS", "Amazon.sg", "en_SG"),
}


@dataclass(frozen=True)
class Page:
    """Where the next page begins: after the order of this time and number, with the same question."""

    asked: str
    after: tuple[int, str]
    expires_at: float


@dataclass(frozen=True)
class Application:
    """The developer's application as Amazon knows it."""

    application_id: str
    client_id: str
    client_secret: str


class Seller(Storefront):
    """All simulated sellers."""

    partner = "amazon"
    currencies = {"US": "USD", "GB": "GBP", "SG": "SGD"}
    words = {"unpaid": "PENDING", "paid": "UNSHIPPED", "shipped": "SHIPPED", "cancelled": "CANCELLED"}
    statuses = tuple(STEPS)
    rotates = False
    first_shop = "A1EXAMPLESELLER"
    first_name = "Example Store"
    settings_kind = AmazonSettings
    settings: AmazonSettings

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.tokens.prefix = "Atz|"
        self.pages: dict[str, Page] = {}
        #: Usage plans by (seller, operation): (level, time of the last call).
        self.plans: dict[tuple[str, str], tuple[float, float]] = {}
        self.app = Application(
            "amzn1.sp.solution." + token(core.seed, "amazon", "application"),
            "amzn1.application-oa2-client." + token(core.seed, "amazon", "client"),
            "amzn1.oa2-cs.v1." + token(core.seed, "amazon", "secret"),
        )

    def add_order(self, shop: Shop, order: Order) -> None:
        """With whatever control wished to be wrong about it."""
        spoil(order)
        super().add_order(shop, order)

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """Three groups of digits."""
        return f"{generator.randint(100, 999)}-{generator.randint(0, 9_999_999):07d}-{order_id % 10_000_000:07d}"

    def left_to_ship(self, order: Order, but: str = "") -> dict[int, int]:
        """Pieces by line id that no confirmed parcel holds, shown or not; ``but`` leaves one parcel out."""
        left = {line.id: line.quantity for line in order.lines}
        for reference, parcel in parcels_of(order).items():
            for line_id, pieces in parcel["pieces"].items():
                left[line_id] -= 0 if reference == but else pieces
        return left

    def take_parcel(self, shop: Shop, order: Order, reference: str, parcel: dict[str, Any]) -> None:
        """A shipment was confirmed: it shows after ``confirm_delay``."""
        parcels_of(order)[reference] = parcel
        order.extra["confirmations"] = order.extra.get("confirmations", 0) + 1
        delay = self.settings.confirm_delay
        if delay is None:
            return
        if delay <= 0:
            self._show(shop, order, reference)
        else:
            self.core.timers.at(self.core.clock.now() + delay, lambda: self._show(shop, order, reference))

    def _show(self, shop: Shop, order: Order, reference: str) -> None:
        """The parcel stands in the order; the same reference again edits it."""
        if order.step in ("cancelled", "completed"):
            return
        parcel = parcels_of(order)[reference]
        held = next((one for one in order.shipments if one.extra["reference"] == reference), None)
        if held is None:
            held = Shipment(next(self.ids), "", "", self.core.clock.seconds(), {}, {"reference": reference})
            order.shipments.append(held)
        held.tracking, held.courier, held.pieces = parcel["tracking"], parcel["courier"], dict(parcel["pieces"])
        held.extra |= {"ship_time": parcel["ship_time"], "service": parcel["service"]}
        order.tracking = order.tracking or held.tracking
        if self.unshipped(order):
            self.set_step(shop, order, "paid", "PARTIALLY_SHIPPED")
        elif order.step != "shipped":
            self.set_step(shop, order, "shipped")
        else:
            self.touch(shop, order)


def parcels_of(order: Order) -> dict[str, dict[str, Any]]:
    """Confirmed parcels by packageReferenceId: ``tracking``, ``courier``, ``pieces``, ``ship_time``, ``service``."""
    found: dict[str, dict[str, Any]] = order.extra.setdefault("parcels", {})
    return found
