"""Orders as no store should have them, and some have: nothing is lost, nothing is invented (issue: bad input)."""

from __future__ import annotations

import json

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.types import StoreOrder

from . import samples
from .bench import Bench
from .checks import Book, Bypass, Power, expect
from .selling import Sold, sold

BOOK = Book("Odd orders", look="mapping.py", kind="store")
SKU = "KIT-ODD"
CURRENCY = "XTS"  # ISO 4217 for testing: no store's own
LINES = 500
FEWER = 40
PERSON = {"name": "Kitty Conform", "street": "77 Conformance Street"}


def _said(bench: Bench, text: str) -> bool:
    """Whether the store said that in one of its answers, written out or escaped."""
    escaped = json.dumps(text)[1:-1]
    return any(
        one in exchange.response_body or one.lower() in exchange.response_body.lower()
        for exchange in bench.exchanges
        for one in (text, escaped)
    )


def _odd(bench: Bench, **wish: object) -> tuple[Sold, StoreOrder]:
    order = sold(bench, **{"items": [{"sku": SKU, "quantity": 2}], "person": PERSON, **wish})
    bench.exchanges.clear()
    return order, order.told()


@BOOK.check(
    "store.odd.items", "An order without items is told without lines, or left out", "issue: bad input", Power.ORDERS
)
def items(bench: Bench) -> None:
    """The hub shows it as a problem. A store whose own warehouse sends the rest may have it left out."""
    order = sold(bench, items=[{"sku": SKU, "quantity": 2}], person=PERSON, extra={"no_items": True})
    told = list(order.connector.order_details([order.id]))
    if _said(bench, SKU):
        raise Bypass(f"{bench.rig.name} has no orders without items")
    expect(not any(one.lines for one in told), "no lines", told)


@BOOK.check("store.odd.address", "An order without address has none, and nothing is made up", "issue: bad input",
            Power.ORDERS)  # fmt: skip
def address(bench: Bench) -> None:
    """Pickups, digital goods, and stores that hide it until it is paid."""
    _, told = _odd(bench, extra={"no_address": True})
    if _said(bench, PERSON["street"]):
        raise Bypass(f"{bench.rig.name} has no orders without address")
    where = told.address
    expect(not where.lines and not where.postal_code, "no street and no postal code", where)
    expect(sum(line.quantity for line in told.lines) == 2, "its pieces all the same", told.lines)


@BOOK.check("store.odd.currency", "A strange currency is kept as it is", "issue: bad input", Power.ORDERS)
def currency(bench: Bench) -> None:
    """Money is never taken for another."""
    _, told = _odd(bench, extra={"currency": CURRENCY})
    if not _said(bench, CURRENCY):
        raise Bypass(f"{bench.rig.name} names no currency of its own with an order")
    expect(told.currency == CURRENCY, CURRENCY, told.currency)


@BOOK.check("store.odd.lines", "An order with 500 lines has 500 lines", "issue: bad input", Power.ORDERS)
def many(bench: Bench) -> None:
    """Over as many pages as the store needs for it."""
    skus = [f"KIT-L{number:03d}" for number in range(LINES)]
    order = sold(bench, items=[{"sku": sku, "quantity": 1} for sku in skus])
    if not list(order.connector.order_details([order.id])):
        fewer = sold(bench, items=[{"sku": sku, "quantity": 1} for sku in skus[:FEWER]]).told()
        expect(len(fewer.lines) == FEWER, f"{FEWER} lines", len(fewer.lines))
        raise Bypass(f"an order of {FEWER} lines is told, one of {LINES} is left out rather than taken half")
    told = order.told()
    found = {line.sku for line in told.lines}
    expect(len(told.lines) == len(found) == LINES, f"{LINES} lines, each SKU once", f"{len(told.lines)} lines")
    expect(found == set(skus) or found.isdisjoint(skus), "the SKUs that were sold", sorted(found - set(skus))[:3])


@BOOK.check("store.odd.names", "Names in any script, with emoji and from right to left, come through",
            "issue: bad input", Power.ORDERS)  # fmt: skip
def names(bench: Bench) -> None:
    """As the buyer wrote them."""
    masked: list[str] = []
    if Power.KNOBS in bench.rig.powers:
        bench.rig.turn("masked", False)  # some stores show names only to some sellers
    for script, text in samples.SCRIPTS.items():
        _, told = _odd(bench, person={**PERSON, "name": text})
        if told.address.name != text and not _said(bench, text):
            masked.append(script)
            continue
        expect(told.address.name == text, f"the name in {script}: {text}", told.address.name)
    if masked:
        raise Bypass(f"the store does not show the name as it was written: {', '.join(masked)}")


@BOOK.check("store.odd.among", "An odd order does not hide the others", "issue: bad input", Power.ORDERS)
def among(bench: Bench) -> None:
    """Asked for together, all good ones come."""
    good = [*bench.rig.sell(2)]
    odd = [*bench.rig.sell(1, extra={"no_items": True}), *bench.rig.sell(1, extra={"no_address": True}),
           *bench.rig.sell(1, extra={"currency": CURRENCY})]  # fmt: skip
    outcome = bench.attempt(bench.connector().order_details, [good[0], *odd, good[1]])
    expect(not isinstance(outcome.error, PartnerError), "an answer", outcome)
    told = {one.external_id for one in outcome.value}
    expect(set(good) <= told, f"both good orders of {len(good) + len(odd)}", sorted(told))
