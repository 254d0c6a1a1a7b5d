"""A store's order statuses: each as its meaning, an unknown one kept and moving nothing (design 7)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.types import OrderStatus

from .bench import Bench
from .checks import Book, Power, expect
from .selling import Sold, sold
from .statuses import UNKNOWN

BOOK = Book("Order statuses", look="statuses.py, mapping.py", kind="store")
POWERS = (Power.ORDERS, Power.STATUS)
UNKNOWN_NUMBER = "987"  # where the store's statuses are numbers


def meanings(bench: Bench) -> Mapping[str, OrderStatus]:
    """The machine whose codes are orders' states; empty where several statuses make one."""
    for table in bench.plugin.status_tables.values():
        if table and all(isinstance(state, OrderStatus) for state in table.values()):
            return {code: state for code, state in table.items() if isinstance(state, OrderStatus)}
    return {}


@BOOK.check("store.status.each", "Each status of an order is told as its meaning, with the store's word", "design 7",
            *POWERS)  # fmt: skip
def each(bench: Bench) -> None:
    """The store is put into each. Where several statuses make one, each is known, or kept."""
    table, driven, wrong = meanings(bench), 0, []
    if not table:
        _each_known(bench)
        return
    for code, meaning in table.items():
        unpaid = {"step": "unpaid"} if meaning is OrderStatus.UNPAID else {}
        order = sold(bench, **unpaid)
        if not (bench.rig.move_order(order.id, status=code) or bench.rig.move_order(order.id, status=code, raw=True)):
            wrong.append(f"{code}: {bench.rig.name} cannot be put into it")
            continue
        driven += 1
        found = list(order.connector.order_details([order.id]))
        if not found and meaning in (OrderStatus.UNPAID, OrderStatus.CANCELLED):
            continue  # some stores show nobody what is not an order yet, or no more
        told = found[0] if found else None
        if told is None or told.status is not meaning:
            wrong.append(f"{code} told as {told.status if told else 'nothing'} instead of {meaning}")
        elif code not in told.raw_status:
            wrong.append(f"{code} kept as {told.raw_status or 'nothing'}")
    expect(driven, "at least one status that the store can be put into", "none")
    expect(not wrong, "each as its meaning, beside the store's own word", "; ".join(wrong))


def _each_known(bench: Bench) -> None:
    driven, wrong = 0, list[str]()
    for machine, table in bench.plugin.status_tables.items():
        for code in table:
            order = sold(bench)
            if not bench.rig.move_order(order.id, status=code, raw=True, machine=machine):
                continue
            told = order.told()
            driven += 1
            if told.status is OrderStatus.UNKNOWN and code.casefold() not in told.raw_status.casefold():
                wrong.append(f"{machine} {code} is unknown and kept as {told.raw_status or 'nothing'}")
    expect(driven, "at least one status that the store can be put into", "none")
    expect(not wrong, "each status known, or kept as the store's word", "; ".join(wrong))


@BOOK.check("store.status.unknown", "An unknown status is unknown, and kept as the store's word", "design 7", *POWERS)
def unknown(bench: Bench) -> None:
    """Stores add states without telling; nothing must happen by guessing."""
    table = meanings(bench)
    word = UNKNOWN_NUMBER if table and all(code.isdigit() for code in table) else UNKNOWN
    order: Sold = sold(bench)
    order.move(status=word, raw=True)
    told = order.told()
    expect(told.status is OrderStatus.UNKNOWN, f"{OrderStatus.UNKNOWN} for {word}", told.status)
    expect(word in told.raw_status, f"{word} kept as raw_status", told.raw_status)


@BOOK.check("store.status.version", "A later sight of an order has a later version", "design 7", *POWERS, Power.CLOCK,
            look="mapping.py (version)")  # fmt: skip
def version(bench: Bench) -> None:
    """An older one never replaces a newer."""
    order = sold(bench)
    first = order.told()
    bench.rig.advance(60)
    order.move(step="shipped")
    last = order.told()
    expect(first.version.tzinfo is not None and last.version.tzinfo is not None, "aware times", first.version)
    expect(last.version > first.version, f"a version after {first.version}", last.version)
    expect(last.status in (OrderStatus.SHIPPED, OrderStatus.COMPLETED), "an order that is sent", last.status)
