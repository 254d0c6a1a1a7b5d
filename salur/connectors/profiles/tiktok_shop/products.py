"""Products and their stock (contract sheet, "products", "stock")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salur.connectors.base.errors import PartnerError, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_object, as_objects, needed_text, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ItemResult, Page

from .profile import Profile
from .wire import Wire

SEARCH = "/product/202502/products/search"
PAGE = 100
TARGETS = 10  # as many SKUs as one search takes
GONE = frozenset({"DELETED", "DRAFT", "FAILED"})


def page(wire: Wire, profile: Profile, cursor: str | None) -> Page[StoreListing]:
    """Products that can be sold on this channel, one entry per SKU."""
    asked = {"page_size": str(PAGE), **({"page_token": cursor} if cursor else {})}
    data = wire.post(SEARCH, {"status": "ALL"}, Effect.READ, asked)
    rows = [row for row in as_objects(data.get("products"), "products") if text(row, "status") not in GONE]
    shown = [row for row in rows if profile.sells_on(_platforms(row))]
    return Page([entry for row in shown for entry in entries(row)], text(data, "next_page_token") or None)


def _platforms(row: JsonObject) -> list[str]:
    named = row.get("listing_platforms")
    return [str(one) for one in named] if isinstance(named, list) else []


def entries(product: JsonObject) -> list[StoreListing]:
    """The SKUs of a product. The list tells neither the names of variations nor sizes."""
    return [
        StoreListing(
            item_id=needed_text(product, "id"),
            model_id=needed_text(sku, "id"),
            sku=text(sku, "seller_sku").strip(),
            name=text(product, "title"),
            stock=sum(whole(row, "quantity") for row in _inventory(sku)) if sku.get("inventory") else None,
        )
        for sku in as_objects(product.get("skus"), "skus")
    ]


def _inventory(sku: JsonObject) -> Sequence[JsonObject]:
    return as_objects(sku.get("inventory"), "inventory")


def set_stock(wire: Wire, batch: Sequence[StockTarget]) -> list[ItemResult]:
    """Set what may be sold in all: one search for the warehouses of each SKU, then one call per product.

    TikTok wants every warehouse of a SKU named. Those that are not ours to set keep their figure, as long as the sum
    does not exceed what is free.
    """
    held = _warehouses(wire, batch)
    outcomes: dict[str, ItemResult] = {}
    by_product: dict[str, list[StockTarget]] = {}
    for target in batch:
        if target.model_id in held:
            by_product.setdefault(target.item_id, []).append(target)
        else:
            missing = Rejected("sku_not_found", "the store does not know this SKU", field="sku_id")
            outcomes[target.key] = ItemResult(target.key, error=missing)
    for product, targets in by_product.items():
        outcomes |= {one.key: one for one in _set_product(wire, product, targets, held)}
    return [outcomes[target.key] for target in batch]


def _warehouses(wire: Wire, batch: Sequence[StockTarget]) -> dict[str, dict[str, int]]:
    """Pieces by warehouse, of each SKU asked for."""
    wanted = list(dict.fromkeys(target.model_id for target in batch))
    body: dict[str, object] = {"sku_ids": wanted}
    data = wire.post(SEARCH, body, Effect.READ, {"page_size": str(PAGE)})
    skus = [sku for row in as_objects(data.get("products"), "products") for sku in as_objects(row.get("skus"), "skus")]
    return {
        text(sku, "id"): {text(row, "warehouse_id"): whole(row, "quantity") for row in _inventory(sku)}
        for sku in skus
        if text(sku, "id") in wanted
    }


def shares(held: dict[str, int], ours: str, quantity: int) -> dict[str, int]:
    """``quantity`` pieces over the warehouses of a SKU: ours takes what the others leave; they shrink if they must."""
    chosen = ours if ours in held else next(iter(held), "")
    left, shared = quantity, {}
    for warehouse, pieces in held.items():
        if warehouse != chosen:
            shared[warehouse] = min(pieces, left)
            left -= shared[warehouse]
    return {chosen: left, **shared}


def _set_product(
    wire: Wire, product: str, targets: Sequence[StockTarget], held: dict[str, dict[str, int]]
) -> Iterable[ItemResult]:
    ours = wire.credentials.get("warehouse_id")
    skus = [
        {"id": target.model_id, "inventory": _rows(shares(held[target.model_id], ours, target.quantity))}
        for target in targets
    ]
    path = f"/product/202309/products/{product}/inventory/update"
    try:
        data = wire.post(path, {"skus": skus}, Effect.REPEATABLE, subject=product)
    except (Rejected, TooLate) as refusal:
        if len(targets) == 1:
            return [ItemResult(targets[0].key, error=refusal)]
        # One bad SKU fails the call for all of the product: each goes alone.
        return [one for target in targets for one in _set_product(wire, product, [target], held)]
    failed = dict(map(_failure, as_objects(data.get("errors"), "errors")))
    return [ItemResult(target.key, error=failed.get(target.model_id) or failed.get("")) for target in targets]


def _rows(shared: dict[str, int]) -> list[dict[str, object]]:
    return [
        {**({"warehouse_id": warehouse} if warehouse else {}), "quantity": pieces}
        for warehouse, pieces in shared.items()
    ]


def _failure(row: JsonObject) -> tuple[str, PartnerError]:
    """The SKU that failed (empty: not told which) and why, the innermost words last."""
    detail = as_object(row.get("detail") or {}, "detail")
    more = [text(one, "message") for one in as_objects(detail.get("extra_errors"), "extra_errors")]
    words = ": ".join(part for part in (text(row, "message"), *more) if part)
    return text(detail, "sku_id"), Rejected(text(row, "code") or "stock_refused", words, field="quantity")
