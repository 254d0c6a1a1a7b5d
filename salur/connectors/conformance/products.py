"""Registering products (R48 to R51)."""

from __future__ import annotations

from salur.connectors.base.errors import PartnerError, RateLimited, Rejected
from salur.connectors.base.types import ItemResult, ProductRequest

from . import samples
from .bench import Bench
from .checks import Book, Power, expect
from .ground import offer, product

BOOK = Book("Products", look="push_products(), mapping.py", kind="warehouse", abilities=("products",))
LONGEST = 3000


def _code(bench: Bench) -> str:
    return str(next(place for place in bench.connector().list_warehouses() if place.usable).code)


def _push(bench: Bench, *products: ProductRequest) -> list[ItemResult]:
    offer(bench, products[0].warehouse_code, [one.sku for one in products])
    results = list(bench.connector().push_products(list(products)))
    keys = [result.key for result in results]
    expect(keys == [one.sku for one in products], "one result for each product, in their order", keys)
    for result in results:
        told = isinstance(result.error, PartnerError) or (result.error is None and result.ref is not None)
        expect(told, "a reference or a partner error for each product", result)
        if isinstance(result.error, PartnerError):
            bench.said.append(f"{result.error} {result.error.message}")
    return results


@BOOK.check("products.repeat", "A product is created, and pushing it again is safe", "R48, R49")
def repeat(bench: Bench) -> None:
    """The same product three times, the last with another weight."""
    code = _code(bench)
    for weight in (250, 250, 300):
        (result,) = _push(bench, product("KIT-R", code, bench, weight_g=weight))
        expect(result.error is None, "taken each time", result.error)


@BOOK.check("products.batch", "In a batch, one bad product harms no other", "design 4 (batches never fail as one)")
def batch(bench: Bench) -> None:
    """One without weight and size stands in the middle."""
    code = _code(bench)
    bad = product("KIT-2", code, bench, weight_g=0, length_mm=0, width_mm=0, height_mm=0)
    size = bench.can.product_batch
    good = [product(f"KIT-{name}", code, bench) for name in ("1", "3")]
    results = _push(bench, good[0], bad, good[1]) if size >= 3 or size == 1 else _push(bench, *good[:size])
    expect(results[0].error is None and results[-1].error is None, "the good ones taken", results)


@BOOK.check("products.scripts", "Names in other scripts are taken, or refused in words", "issue: Unicode")
def scripts(bench: Bench) -> None:
    """Chinese, Thai, Vietnamese, emoji, right to left, and signs that break documents."""
    code = _code(bench)
    for number, (script, name) in enumerate(samples.SCRIPTS.items()):
        (result,) = _push(bench, product(f"KIT-S{number}", code, bench, name=name))
        _taken_or_refused(result, script)


@BOOK.check("products.long", "A name that is too long is taken or refused with the field, never a crash", "R51")
def long(bench: Bench) -> None:
    """Three thousand characters."""
    name = samples.long_text(LONGEST)
    (result,) = _push(bench, product("KIT-L", _code(bench), bench, name=name, name_en=name))
    _taken_or_refused(result, "long")


@BOOK.check("products.long_sku", "A SKU is never cut: taken whole or refused", "R48", look="mapping.py (limits)")
def long_sku(bench: Bench) -> None:
    """A SKU that is cut would be another article."""
    code = _code(bench)
    for length in (60, 200):
        sku = f"KIT-{samples.long_text(length).replace(' ', '-')}"
        bench.calls.clear()
        (result,) = _push(bench, product(sku, code, bench))
        _taken_or_refused(result, f"SKU of {len(sku)} characters")
        if result.error is None:
            sent = any(samples.TAIL.encode() in (call.content or b"") or samples.TAIL in str(call.params)
                       for call in bench.calls)  # fmt: skip
            expect(sent, "the whole SKU sent", f"taken, but the end of {len(sku)} characters was never sent")


def _taken_or_refused(result: ItemResult, what: str) -> None:
    if result.error is None:
        return
    error = result.error
    refused = isinstance(error, Rejected) and (error.field or error.message)
    expect(refused, f"{what}: taken, or Rejected with field or words", error)


@BOOK.check(
    "products.limit", "A slow-down during a batch reaches the hub as RateLimited", "design 9",
    Power.FAULTS, look="push_products(), errors.py",
)  # fmt: skip
def limited(bench: Bench) -> None:
    """The first call of the batch is refused with 429."""
    code = _code(bench)
    connector = bench.connector()
    offer(bench, code, ["KIT-Q"])
    bench.rig.fault("*", "rate_limit", retry_after=7)
    outcome = bench.attempt(lambda: connector.push_products([product("KIT-Q", code, bench)]))
    error = outcome.error or next((one.error for one in outcome.value if one.error), None)
    expect(isinstance(error, RateLimited), "RateLimited", error or outcome)
    assert isinstance(error, RateLimited)  # noqa: S101 - said above, for the type checker
    expect(error.retry_after >= 7, "retry_after of 7 or more, as the partner asked", error.retry_after)
