"""The core of a store: its orders, all of them, each once, as they are (R40 to R47)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from salur.connectors.base.capabilities import StoreCapabilities
from salur.connectors.base.errors import ContractBroken, PartnerError, RateLimited, Retryable
from salur.connectors.base.types import OrderStatus, StoreOrder, TimeWindow

from .bench import Bench
from .checks import Book, Power, expect
from .lost import WAIT

BOOK = Book("Orders", look="orders(), order_details(), mapping.py", kind="store")
MOST_PAGES = 200
THREADS = 32


def window(hours: float = 24) -> TimeWindow:
    """The last hours, and a little ahead."""
    now = datetime.now(UTC)
    return TimeWindow(now - timedelta(hours=hours), now + timedelta(minutes=5))


def heads(connector: Any, asked: TimeWindow) -> list[str]:
    """Order numbers of all pages."""
    found: list[str] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = connector.orders(asked, cursor)
        found += [head.external_id for head in page.items]
        cursor = page.cursor
        if cursor is None:
            return found
    expect(False, "a last page, whose cursor is None", f"{MOST_PAGES} pages and no end")
    return found


@BOOK.check("orders.pages", "Every order of a window is listed, over all pages", "R41", Power.ORDERS)
def pages(bench: Bench) -> None:
    """More than two pages; an order may be named twice, none may be left out."""
    can = bench.plugin.capabilities
    assert isinstance(can, StoreCapabilities)  # noqa: S101 - a store's check
    made = bench.rig.sell(can.page_size * 2 + 10)
    missing = set(made) - set(heads(bench.connector(), window()))
    expect(not missing, f"{len(made)} orders", f"{len(missing)} missing")


@BOOK.check("orders.window", "A window without orders is empty", "R41", Power.ORDERS)
def empty(bench: Bench) -> None:
    """Nothing of before or after."""
    bench.rig.sell(2)
    then = datetime.now(UTC) - timedelta(days=3)
    found = heads(bench.connector(), TimeWindow(then, then + timedelta(hours=1)))
    expect(not found, "no orders", found)


@BOOK.check("orders.details", "Details are whole, and unknown orders are left out", "R42", Power.ORDERS)
def details(bench: Bench) -> None:
    """Numbers, amounts, times and lines."""
    made = list(bench.rig.sell(3))
    orders = bench.connector().order_details([*made, made[0][:-3] + "ZZZ"])
    expect(sorted(one.external_id for one in orders) == sorted(made), "the three that exist", orders)
    for order in orders:
        _whole(order)


def _whole(order: StoreOrder) -> None:
    expect(order.lines, "lines in an order", order.external_id)
    keys = [line.key for line in order.lines]
    expect(len(set(keys)) == len(keys), "a key of its own for each line", keys)
    expect(all(line.quantity > 0 and line.sku for line in order.lines), "a SKU and pieces in each line", order.lines)
    expect(isinstance(order.total, Decimal) and len(order.currency) == 3, "a total and its currency", order.currency)
    times = [order.version, order.ordered_at]
    expect(all(time.tzinfo is not None for time in times), "aware times", times)
    expect(
        isinstance(order.status, OrderStatus) and order.raw_status, "a status and the store's word", order.raw_status
    )
    expect(order.status is not OrderStatus.UNKNOWN, "a status that has a meaning", order.raw_status)


@BOOK.check("orders.batch", "A batch of detail_batch orders is answered whole", "R42", Power.ORDERS)
def batch(bench: Bench) -> None:
    """As many as declared."""
    can = bench.plugin.capabilities
    assert isinstance(can, StoreCapabilities)  # noqa: S101 - a store's check
    made = list(bench.rig.sell(can.detail_batch))
    found = {order.external_id for order in bench.connector().order_details(made)}
    expect(found == set(made), f"{len(made)} orders", len(found))
    expect(not bench.connector().order_details([]), "nothing of nothing", "something")


@BOOK.check("orders.threads", "Many threads at one connector each get their own order", "design 4", Power.ORDERS)
def threads(bench: Bench) -> None:
    """One order each."""
    made = list(bench.rig.sell(THREADS))
    connector = bench.connector()
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda number: [one.external_id for one in connector.order_details([number])], made))
    mixed = [asked for asked, found in zip(made, answers, strict=True) if found != [asked]]
    expect(not mixed, "for each the order that it asked for", mixed[:3])


KINDS: dict[str, tuple[type[PartnerError], ...]] = {
    "rate_limit": (RateLimited,),
    "error_before": (Retryable,),
    "cut_after": (Retryable,),
    "garbage": (ContractBroken, Retryable),
    "html": (ContractBroken, Retryable),
}


@BOOK.check("orders.failing", "A store that fails while it is read may be asked again", "design 4",
            Power.ORDERS, Power.FAULTS)  # fmt: skip
def failing(bench: Bench) -> None:
    """429, 500, a cut connection, half an answer, an HTML page."""
    made = list(bench.rig.sell(1))
    for kind, allowed in KINDS.items():
        for name in ("orders", "order_details"):
            connector = bench.connector()
            bench.rig.fault("*", kind, retry_after=WAIT)
            if name == "orders":
                outcome = bench.attempt(connector.orders, window(), None)
            else:
                outcome = bench.attempt(connector.order_details, made)
            bench.rig.forgive()
            wanted = " or ".join(one.__name__ for one in allowed)
            expect(isinstance(outcome.error, allowed), f"{name} after {kind}: {wanted}", outcome)
    expect(len(bench.connector().order_details(made)) == 1, "the order, afterwards", "not there")
