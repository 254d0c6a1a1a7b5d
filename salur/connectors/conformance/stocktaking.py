"""Stock figures: all pages, each product once, in pieces that can be sold (R122 to R130)."""

from __future__ import annotations

from .bench import Bench
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground, register

BOOK = Book("Stock", look="stock(), paging, mapping.py", kind="warehouse", abilities=("stock",))
MANY = 230  # more than two pages of a hundred
AT_ONCE = 50  # products in one question of the stock sync


def _stocked(bench: Bench, count: int) -> tuple[Ground, dict[str, int]]:
    """So many products, each with a figure of its own."""
    here = ground(bench)
    figures = {f"KIT-{number:04d}": number + 1 for number in range(count)}
    register(bench, here.place, tuple(figures))
    bench.rig.set_stock(figures, here.place.code)
    return here, figures


def _only(found: dict[str, int], figures: dict[str, int]) -> dict[str, int]:
    return {sku: units for sku, units in found.items() if sku in figures}


def _differing(found: dict[str, int], figures: dict[str, int]) -> str:
    wrong = [f"{sku}: {found.get(sku)} for {units}" for sku, units in figures.items() if found.get(sku) != units]
    return f"{len(wrong)} differ ({'; '.join(wrong[:3])})"


@BOOK.check("stock.pages", "The pages of a whole warehouse add up to its stock", "R122", Power.STOCK)
def pages(bench: Bench) -> None:
    """More products than fit on a page."""
    here, figures = _stocked(bench, MANY)
    found = _only(here.read_stock(None), figures)
    expect(found == figures, f"{len(figures)} products with their figures", _differing(found, figures))


@BOOK.check("stock.selection", "Of a selection, the figures come of these products only", "R123", Power.STOCK)
def selection(bench: Bench) -> None:
    """Three of twelve, one that nobody knows, and none at all."""
    if not bench.can.stock_by_sku:
        raise Bypass("only a whole warehouse can be asked for (stock_by_sku)")
    here, figures = _stocked(bench, 12)
    chosen = dict(list(figures.items())[2:5])
    found = here.read_stock([*chosen, "KIT-NEVER-SEEN"])
    expect(not found.get("KIT-NEVER-SEEN"), "no pieces of a product that nobody knows", found)
    known = {sku: units for sku, units in found.items() if sku != "KIT-NEVER-SEEN"}
    expect(known == chosen, f"figures {chosen}", known)
    expect(here.read_stock([]) == {}, "nothing of an empty selection", "something")


@BOOK.check("stock.large_selection", "A selection as large as the hub asks for is answered whole", "R123", Power.STOCK)
def large_selection(bench: Bench) -> None:
    """As many as the hub asks for at once."""
    if not bench.can.stock_by_sku:
        raise Bypass("only a whole warehouse can be asked for (stock_by_sku)")
    here, figures = _stocked(bench, AT_ONCE)
    found = here.read_stock(list(figures))
    expect(found == figures, f"{len(figures)} products with their figures", _differing(found, figures))


@BOOK.check("stock.empty", "A warehouse without stock is empty, not an error", "R122", Power.STOCK)
def empty(bench: Bench) -> None:
    """Also of products that are registered."""
    here = ground(bench)
    bench.rig.set_stock(dict.fromkeys(here.skus, 0), here.place.code)
    found = here.read_stock(None)
    expect(not any(found.values()), "no pieces", found)


@BOOK.check(
    "stock.changing", "What changes between pages neither ends the reading nor counts twice", "R122", Power.STOCK
)
def changing(bench: Bench) -> None:
    """After the first page a product in front is added and others change."""
    here, figures = _stocked(bench, MANY)
    totals: dict[str, int] = {}
    page = here.connector.stock(here.place.code, None, None)
    late = {"KIT-0000A": 5, f"KIT-{MANY - 1:04d}": 7}
    register(bench, here.place, ("KIT-0000A",))
    bench.rig.set_stock(late, here.place.code)
    for _ in range(MANY):
        for level in page.items:
            totals[level.sku] = totals.get(level.sku, 0) + level.sellable
        if page.cursor is None:
            break
        page = here.connector.stock(here.place.code, None, page.cursor)
    expect(page.cursor is None, "a last page", "no end")
    # A row that slid over a page's edge may be seen twice; the next sync puts it right. More than that may not happen.
    still = {sku: units for sku, units in figures.items() if sku not in late}
    wrong = [sku for sku, units in still.items() if totals.get(sku) not in (units, 2 * units)]
    expect(not wrong, "the figures of what did not change", _differing(totals, still))
    twice = [sku for sku, units in still.items() if totals.get(sku) != units]
    edges = MANY // 20
    expect(len(twice) <= edges, f"at most one product for each page's edge seen twice ({edges})", len(twice))


@BOOK.check("stock.batches", "Several rows of one product are one figure", "R122", Power.STOCK, Power.KNOBS)
def batches(bench: Bench) -> None:
    """Partners keep a row for each batch."""
    here, figures = _stocked(bench, 5)
    if not bench.rig.turn("inventory_batches", 3):
        raise Bypass(f"{bench.rig.name} keeps one row of each product")
    page = here.connector.stock(here.place.code, None, None)
    skus = [level.sku for level in page.items]
    expect(len(skus) == len(set(skus)), "each product once on a page", skus)
    found = _only(here.read_stock(None), figures)
    expect(found == figures, "the sums of all rows", _differing(found, figures))


@BOOK.check("stock.allocated", "Pieces of a pushed list count as allocated, not as sellable", "R125", Power.STOCK)
def allocated(bench: Bench) -> None:
    """Else a sync would invent what is under way."""
    here = ground(bench)
    before = here.read_stock(None)
    request = here.request(bench.reference())
    here.connector.push_outbound(request, here.label())
    after = here.read_stock(None)
    for line in request.lines:
        wanted = before[line.sku] - line.quantity
        expect(after[line.sku] == wanted, f"{line.sku}: {wanted} sellable", after[line.sku])


@BOOK.check("stock.nowhere", "An unknown warehouse is an error in words, or empty", "issue: bad input")
def nowhere(bench: Bench) -> None:
    """Never a crash, never another warehouse's figures."""
    here = ground(bench)
    outcome = bench.attempt(lambda: here.connector.stock("NOWHERE", None, None))
    expect(outcome.error is not None or not outcome.value.items, "a refusal, or no figures", outcome)
