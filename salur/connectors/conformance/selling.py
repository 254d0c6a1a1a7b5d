"""Ground for a store's checks: orders that were sold, accepted, arranged or are to be confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from salur.connectors.base.capabilities import StoreCapabilities
from salur.connectors.base.errors import AlreadyExists
from salur.connectors.base.types import AwbResult, ShippingOption, StoreOrder

from .bench import Bench
from .checks import Bypass, Fails, expect

COURIER = "J&T Express"
STEP_SECONDS = 5.0  # what the partner's clock is moved by while something is waited for
MOST_STEPS = 24  # more would set the clocks too far apart for signed requests
SENT = ("shipped", "delivered", "completed")


@dataclass
class Sold:
    """One order at the store. ``id`` is what the store's calls name it by."""

    bench: Bench
    connector: Any
    id: str

    def row(self) -> Mapping[str, Any]:
        """The order as the store has it."""
        found = self.bench.rig.order(self.id)
        if found is None:
            raise Fails(f"{self.bench.rig.name} has no order {self.id}", "the order that was sold")
        return found

    def told(self) -> StoreOrder:
        """The order as the connector tells it."""
        found = list(self.connector.order_details([self.id]))
        expect(len(found) == 1, f"the order {self.id}", found)
        order: StoreOrder = found[0]
        return order

    def move(self, **to: Any) -> None:
        """Put it somewhere at the store."""
        if not self.bench.rig.move_order(self.id, **to):
            words = " ".join(f"{key} {value}" for key, value in to.items())
            raise Bypass(f"{self.bench.rig.name} cannot be put into {words}")


def can(bench: Bench) -> StoreCapabilities:
    """The capabilities of a store connector."""
    if not isinstance(bench.plugin.capabilities, StoreCapabilities):
        raise Bypass("this check is for stores")
    return bench.plugin.capabilities


def sold(bench: Bench, **wish: object) -> Sold:
    """A new order, paid."""
    return Sold(bench, bench.connector(), bench.rig.sell(1, **wish)[0])


def accepted(order: Sold) -> Sold:
    """Accepted, where the store wants that before anything else."""
    if "accept" in can(order.bench).abilities:
        order.connector.accept(order.id)
    return order


def option(order: Sold) -> ShippingOption:
    """The way of handing over that the hub would take."""
    offered = list(order.connector.shipping_options(order.id))
    ready = [one for one in offered if "" not in one.fields.values()]
    expect(ready, "a way of handing over that needs nothing more", offered)
    first: ShippingOption = ready[0]
    return first


def arrange(order: Sold) -> None:
    """As the hub does it: arranged before is as good."""
    try:
        order.connector.arrange(order.id, option(order))
    except AlreadyExists:
        return


def arranged(bench: Bench) -> Sold:
    """An order whose shipment is arranged."""
    order = accepted(sold(bench))
    arrange(order)
    return order


def eventually(bench: Bench, question: Callable[[], Any], expected: str) -> Any:
    """Ask until the answer is true, the partner's clock moved on between."""
    for _ in range(MOST_STEPS):
        if answer := question():
            return answer
        bench.rig.advance(STEP_SECONDS)
    raise Fails(f"it did not happen within {MOST_STEPS * STEP_SECONDS:g} seconds of {bench.rig.name}", expected)


def numbered(order: Sold) -> AwbResult:
    """The AWB number, once there is one."""

    def asked() -> AwbResult | None:
        answer: AwbResult = order.connector.awb(order.id)
        return answer if answer.number else None

    found = eventually(order.bench, asked, "an AWB number")
    assert isinstance(found, AwbResult)  # noqa: S101 - what asked() answers when it is true
    return found


def own_number(bench: Bench) -> str:
    """A tracking number that the seller's carrier might give: digits, never used before."""
    return f"94001{int(bench.reference()[3:], 16):017d}"


def to_confirm(bench: Bench, **wish: object) -> tuple[Sold, str]:
    """An order and the number that it is to be confirmed with: the store's where it gives one, else the seller's."""
    order = accepted(sold(bench, **wish))
    if "arrange" not in can(bench).abilities:
        return order, own_number(bench)
    arrange(order)
    return order, numbered(order).number


def shows(row: Mapping[str, Any], number: str) -> bool:
    """Whether the store has that number at the order and counts it as handed over, or ready for it."""
    numbers = {row["tracking"], *(one["tracking"] for one in row["shipments"])}
    return number in numbers and row["step"] in ("ready", *SENT)
