"""What the simulated Blibli keeps: stores, items with a status each, packages."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from salur.sandbox.blibli.settings import BlibliSettings
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import dice, token
from salur.sandbox.storefront.model import Courier, Line, Order, Shipment, Shop, Variant
from salur.sandbox.storefront.store import Storefront

#: contracts/blibli/statuses.csv: an item's status -> the step of an order's life that it belongs to.
STEPS: Mapping[str, str] = {
    "FP": "paid", "PF": "paid", "PU": "ready", "BP": "ready", "CX": "shipped", "DF": "shipped", "D": "completed",
    "CR": "cancel_asked", "X": "cancelled", "OS": "cancelled", "DX": "cancelled",
}  # fmt: skip
GONE = ("X", "OS", "DX")
#: Couriers that Blibli sends; the last is the seller's own, with a number that the seller brings.
COURIERS = (
    Courier("Blibli Express Service", "BLI-JKT-", "BES-REG", weight=4),
    Courier("JNE", "JNE", "JNE-REG", weight=3),
    Courier("GoSend Instant", "GK-11-", "GOSEND-INS", instant=True),
    Courier("GrabExpress Instant", "GE-22-", "GRAB-INS", instant=True, weight=0),
    Courier("SiCepat", "00", "DROP-SICEPAT", weight=0),
)


@dataclass
class Package:
    """Items packed together. ``awb`` comes some time after it is fulfilled."""

    id: int
    shop: Shop
    order: Order
    lines: list[Line]
    fulfilled: bool = False
    awb: str = ""


def dropship(order: Order) -> bool:
    """Whether the seller brings the AWB number."""
    return order.courier.code.startswith("DROP-")


class Blibli(Storefront):
    """Stores of one API client; a shop's ``id`` is its store code.

    An order's ``extra`` may wish ``product_type`` (2 big product, 3 store pickup) and ``no_address``.
    """

    partner = "blibli"
    currencies = {"ID": "IDR"}
    words = {
        "paid": "FP", "ready": "PU", "shipped": "CX", "delivered": "D", "completed": "D", "cancel_asked": "CR",
        "cancelled": "X",
    }  # fmt: skip
    statuses = tuple(STEPS)
    couriers = {"ID": COURIERS}
    first_shop = "TOQ-15130"
    first_name = "Toko Kopi Nusantara"
    settings_kind = BlibliSettings
    settings: BlibliSettings

    def __init__(self, core: Core) -> None:
        self.client_id = f"mta-api-{token(core.seed, 'blibli', 'client id')[:12]}"
        self.client_key = token(core.seed, "blibli", "client key")
        self.items: dict[str, tuple[Shop, Order, Line]] = {}
        self.packages: dict[int, Package] = {}
        self.packed: dict[int, Package] = {}
        self._quotas: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        super().__init__(core)

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """A store that is bound to the client, with one pickup point."""
        shop = super().add_shop(shop_id, name, region)
        shop.linked = True
        shop.extra |= {
            "seller_key": token(self.core.seed, "blibli", "seller key", shop_id)[:16].upper(),
            "signature_key": token(self.core.seed, "blibli", "signature key", shop_id),
            "username": f"seller.{shop_id.lower()}@example.com",
            "points": [f"PP-{3000000 + next(self.ids)}"],
            "elsewhere": {},
        }
        return shop

    def unlink(self, shop: Shop) -> None:
        """The seller takes the key away from the client."""
        shop.linked = False

    def within(self, what: str, key: str, most: int, seconds: float) -> bool:
        """Counts a call; False where it is one too many for the partner's own limit."""
        if not self.settings.quotas:
            return True
        now, calls = self.core.clock.now(), self._quotas[what, key]
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= most:
            return False
        calls.append(now)
        return True

    # --- stock ---------------------------------------------------------------------------------------------------

    def points(self, shop: Shop) -> list[str]:
        """The store's pickup points; the first is the one that sells."""
        found: list[str] = shop.extra["points"]
        return found

    def units(self, shop: Shop, variant: Variant, point: str) -> int:
        """For sale at a pickup point."""
        if point == self.points(shop)[0]:
            return variant.stock
        return int(shop.extra["elsewhere"].get((variant.id, point), 0))

    def set_units(self, shop: Shop, variant: Variant, point: str, units: int) -> None:
        """Set them."""
        if point == self.points(shop)[0]:
            variant.stock = units
        else:
            shop.extra["elsewhere"][variant.id, point] = units

    # --- orders --------------------------------------------------------------------------------------------------

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """Eleven digits."""
        return f"12{order_id:09d}"

    def add_order(self, shop: Shop, order: Order) -> None:
        """A new order, each of its items in the same status."""
        for line in order.lines:
            self.items[str(line.id)] = (shop, order, line)
        order.extra["state"] = {line.id: order.status for line in order.lines}
        super().add_order(shop, order)
        if order.step in ("ready", "shipped", "delivered", "completed"):
            self.issue_tracking(shop, order)
            self.pack(shop, order, order.lines)
            self.packed[order.lines[0].id].fulfilled, self.packed[order.lines[0].id].awb = True, order.tracking

    def status_of(self, order: Order, line: Line) -> str:
        """An item's status."""
        return str(order.extra["state"][line.id])

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """All items that are not cancelled move; all of them where none is left."""
        if step == "cancelled" and not status:
            status = str(order.extra.pop("cancel_status", ""))
        word = status or self.words.get(step, order.status)
        state = order.extra["state"]
        left = [number for number, held in state.items() if held not in GONE] or list(state)
        state.update(dict.fromkeys(left, word))
        super().set_step(shop, order, step, status)

    def pack(self, shop: Shop, order: Order, lines: list[Line]) -> Package:
        """Pack these items together."""
        package = Package(10_000_000 + next(self.ids), shop, order, list(lines))
        self.packages[package.id] = package
        for line in lines:
            self.packed[line.id] = package
        self.touch(shop, order)
        return package

    def fulfil(self, package: Package, own: str) -> None:
        """The package is ready to be handed over; ``own`` is the seller's AWB number."""
        shop, order = package.shop, package.order
        package.fulfilled = True
        order.arranged_with = {"package": package.id, "awb": own}
        order.times_arranged += 1
        for line in package.lines:
            order.extra["state"][line.id] = "PU"
        if all(self.status_of(order, line) in ("PU", *GONE) for line in order.lines):
            self.set_step(shop, order, "ready")
        else:
            self.touch(shop, order)
        self._number(package, own)

    def _number(self, package: Package, own: str) -> None:
        def issue() -> None:
            if package.awb:
                return
            courier = package.order.courier
            figure = dice(self.core.seed, self.partner, "awb", package.id).randint(0, 10**7 - 1)
            self.set_awb(package, own or f"{courier.prefix}{figure:07d}")

        wait = 0.0 if own else self.settings.tracking_seconds
        if wait <= 0:
            issue()
        else:
            self.core.timers.at(self.core.clock.now() + wait, issue)

    def set_awb(self, package: Package, number: str) -> None:
        """The package's number, given or changed."""
        shop, order = package.shop, package.order
        if dropship(order):
            pieces = {line.id: line.quantity for line in package.lines}
            told = Shipment(next(self.ids), number, order.courier.name, self.core.clock.seconds(), pieces)
            order.shipments = [one for one in order.shipments if set(one.pieces) != set(pieces)] + [told]
        package.awb = number
        packages = [self.packed[line.id] for line in order.lines if line.id in self.packed]
        order.tracking = next((one.awb for one in packages if one.awb), number)
        self.by_tracking[number] = (shop, order)
        self.touch(shop, order)
        self.news(shop, order, "tracking")

    def arrange(self, shop: Shop, order: Order, given: Mapping[str, Any], status: str = "") -> None:
        """Control moves the order on as a seller would: pack what is left, fulfil it."""
        rest = [line for line in order.lines if line.id not in self.packed and self.status_of(order, line) not in GONE]
        if rest:
            self.fulfil(self.pack(shop, order, rest), "")
        if status:
            self.set_step(shop, order, "ready", status)

    def cancel_item(self, shop: Shop, order: Order, line: Line, pieces: int, reason: str) -> None:
        """The seller cancels an item or a part of it; the order is off once nothing is left."""
        if pieces < line.quantity:
            line.quantity -= pieces
            line.variant.stock += pieces
            self.touch(shop, order)
            return
        state = order.extra["state"]
        state[line.id] = "X"
        if all(word in GONE for word in state.values()):
            for other in order.lines:  # what was cancelled before is for sale again already
                other.variant.stock -= other.quantity if other is not line else 0
            self.cancel(shop, order, "seller", reason)
        else:
            line.variant.stock += line.quantity
            self.touch(shop, order)
