"""A store's listings and the stock that it may sell (R45, R134 to R137)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from salur.connectors.base.errors import PartnerError, Rejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.types import ItemResult

from .bench import Bench
from .checks import Book, Power, expect
from .rig import Row
from .selling import can

LISTINGS = Book("Listings", look="listings()", kind="store", abilities=("listings",))
STOCK = Book("Stock", look="set_stock()", kind="store", abilities=("stock", "listings"))
MANY = 260  # more than a page of any store that we know
MOST_PAGES = 200


def listed(connector: Any) -> list[StoreListing]:
    """The listings of all pages."""
    found: list[StoreListing] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = connector.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    expect(False, "a last page, whose cursor is None", f"{MOST_PAGES} pages and no end")
    return found


@LISTINGS.check("store.listings.whole", "Every listing is told with its SKU, name and stock", "R45", Power.STOCK)
def whole(bench: Bench) -> None:
    """The usual range, variations among it."""
    bench.rig.put_on_sale(())
    found = listed(bench.connector())
    rows = names(found, bench.rig.on_sale())
    _the_same(found, list(rows))
    for one in found:
        expect(one.item_id and one.name, "an id and a name", one)
        expect(one.stock in (None, rows[one.sku]), f"stock {rows[one.sku]}, or none told", one)
    keys = [(one.item_id, one.model_id) for one in found]
    expect(len(set(keys)) == len(keys), "each variation under ids of its own", "some ids stand twice")


@LISTINGS.check("store.listings.pages", "Over all pages each variation is told once", "R45", Power.STOCK)
def pages(bench: Bench) -> None:
    """More than a page; none is left out, none doubled."""
    bench.rig.put_on_sale([f"KIT-{number:03d}" for number in range(MANY)])
    found = listed(bench.connector())
    _the_same(found, list(names(found, bench.rig.on_sale())))


def names(found: Sequence[StoreListing], rows: Sequence[Row]) -> dict[str, int]:
    """What is on sale, by the name that the store has for it: its SKU, or its number where the store keeps no SKUs."""
    told = {one.sku for one in found}
    key = next((one for one in ("model_id", "item_id") if told and told <= {row[one] for row in rows}), "sku")
    return {row[key]: row["stock"] for row in rows}


def _the_same(found: Sequence[StoreListing], wanted: Sequence[str]) -> None:
    told, there = Counter(one.sku for one in found), Counter(wanted)
    missing, more = sorted((there - told).elements()), sorted((told - there).elements())
    expect(not missing, f"all {len(wanted)} SKUs of the store", f"{len(missing)} missing: {missing[:5]}")
    expect(not more, "each once, and no other", f"too many: {more[:5]}")


@LISTINGS.check("store.listings.none", "A store without listings has none", "R45", Power.STOCK)
def none(bench: Bench) -> None:
    """An empty last page, not an error."""
    _the_same(listed(bench.connector()), [row["sku"] for row in bench.rig.on_sale()])


def targets(bench: Bench, connector: Any, count: int, quantity: int) -> list[StockTarget]:
    """What to set of so many listings; each another figure."""
    bench.rig.put_on_sale([f"KIT-{number:03d}" for number in range(count + 2)])  # two are left alone
    found = listed(connector)[:count]
    expect(len(found) == count, f"{count} listings", len(found))
    return [
        StockTarget(f"key-{place}", one.item_id, one.model_id, one.sku, quantity + place)
        for place, one in enumerate(found)
    ]


def shown(bench: Bench, batch: Sequence[StockTarget]) -> dict[str, int]:
    """What the store may sell of these."""
    rows = bench.rig.on_sale()
    skus = {one.sku for one in batch}
    for key in ("sku", "model_id", "item_id"):
        found = {row[key]: row["stock"] if row.get("live", True) else 0 for row in rows if row[key] in skus}
        if found:
            return found
    return {}


def _set(bench: Bench, connector: Any, batch: list[StockTarget]) -> dict[str, ItemResult]:
    outcome = bench.attempt(connector.set_stock, batch)
    expect(outcome.error is None, "a result for each listing", outcome)
    results = list(outcome.value)
    keys = sorted(one.key for one in results)
    expect(keys == sorted(one.key for one in batch), "one result for each key", keys)
    return {one.key: one for one in results}


def _all_set(bench: Bench, connector: Any, batch: list[StockTarget]) -> None:
    errors = [str(one.error) for one in _set(bench, connector, batch).values() if one.error is not None]
    expect(not errors, "each listing set", errors[:3])
    wanted = {one.sku: one.quantity for one in batch}
    now = shown(bench, batch)
    wrong = {sku: now.get(sku) for sku, units in wanted.items() if now.get(sku) != units}
    expect(not wrong, "the figures that were set, at the store", dict(list(wrong.items())[:5]))


@STOCK.check("store.stock.set", "A batch of stock_batch listings is set, each to its own figure", "R134", Power.STOCK)
def batch(bench: Bench) -> None:
    """Twice: it is absolute, so repeating is safe. Others are left alone."""
    connector = bench.connector()
    wanted = targets(bench, connector, can(bench).stock_batch, 30)
    before = _others(bench, wanted)
    _all_set(bench, connector, wanted)
    _all_set(bench, connector, wanted)
    after = _others(bench, wanted)
    moved = {number: units for number, units in after.items() if units != before[number]}
    expect(not moved, "other listings as they were", moved)


def _others(bench: Bench, batch: Sequence[StockTarget]) -> dict[tuple[str, str], int]:
    skus = {one.sku for one in batch}
    return {(row["item_id"], row["model_id"]): row["stock"] for row in bench.rig.on_sale()
            if skus.isdisjoint((row["sku"], row["item_id"], row["model_id"]))}  # fmt: skip


@STOCK.check("store.stock.unknown", "An unknown listing is an error of its own; the others are set", "R135",
             Power.STOCK)  # fmt: skip
def unknown(bench: Bench) -> None:
    """Where one goes at a time, it is the only one of its call."""
    connector = bench.connector()
    good = targets(bench, connector, max(1, min(3, can(bench).stock_batch - 1)), 40)
    bad = StockTarget("key-bad", _other(good[0].item_id), _other(good[0].model_id), "KIT-NEVER-SOLD", 5)
    calls = [[bad, *good]] if can(bench).stock_batch > len(good) else [[bad], good]
    results: dict[str, ItemResult] = {}
    for call in calls:
        results |= _set(bench, connector, call)
    error = results["key-bad"].error
    expect(isinstance(error, PartnerError), "an error of the unknown listing", results["key-bad"])
    lost = [key for key, result in results.items() if key != "key-bad" and result.error is not None]
    expect(not lost, "the others set", [str(results[key].error) for key in lost])
    now = shown(bench, good)
    expect(now == {one.sku: one.quantity for one in good}, "the others' figures at the store", now)


def _other(number: str) -> str:
    """An id of the same form that nothing has."""
    if not number.strip("0"):
        return number
    return "".join("7" if sign.isdigit() and place > 1 else sign for place, sign in enumerate(number))


@STOCK.check("store.stock.zero", "Nothing left is set as 0, or refused in words", "R134", Power.STOCK)
def zero(bench: Bench) -> None:
    """A listing that cannot be 0 must not go on selling without a word."""
    connector = bench.connector()
    (target,) = targets(bench, connector, 1, 0)
    result = _set(bench, connector, [target])[target.key]
    if result.error is None:
        expect(shown(bench, [target]) == {target.sku: 0}, "0 at the store", shown(bench, [target]))
        return
    told = isinstance(result.error, Rejected) and result.error.message
    expect(told, "Rejected with the store's words", result.error)


@STOCK.check("store.stock.nothing", "Nothing to set is nothing done", "design 4", Power.STOCK)
def nothing(bench: Bench) -> None:
    """An empty batch."""
    expect(not bench.connector().set_stock([]), "no result", "something")
