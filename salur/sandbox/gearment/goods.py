"""Operations on the catalogue, and the price quote."""

from collections.abc import Callable
from typing import Any

from salur.sandbox.gearment import codes
from salur.sandbox.gearment.call import Call
from salur.sandbox.gearment.fields import Fields, invalid, not_found
from salur.sandbox.gearment.model import Variant
from salur.sandbox.gearment.prices import shipping_for

#: Short names that the quote takes beside the enumerations (D 1).
_SHORT_PLATFORMS = {name.removeprefix("MARKETPLACE_PLATFORM_").lower() for name in codes.PLATFORMS}
_SHORT_METHODS = {"standard", "economy", "stamp", "ground", "fastship"}
_SHORT_LOCATIONS = {"front", "back", "left_sleeve", "right_sleeve", "pocket", "whole"}


def list_catalog(call: Call) -> dict[str, Any]:
    """Products with their variants."""
    ids, words = call.query.texts("product_ids"), call.query.one("filter.search_text").lower()
    found = [
        product
        for product in call.studio.catalogue.products
        if (not ids or product.product_id in ids) and words in product.name.lower()
    ]
    rows, paging = call.paged(found)
    return call.ok([call.writer.product(one, variants=True) for one in rows], paging=paging)


def list_variants(call: Call) -> dict[str, Any]:
    """Variants; also the answer about stock, which has the same form."""
    query = call.query
    labels = query.codes("stock_labels", codes.STOCK_LABELS)
    wanted = {name: query.texts(name) for name in _FILTERS}
    words = query.one("filter.search_text").lower()
    found = [
        variant
        for variant in call.studio.catalogue.variants.values()
        if all(not values or _FILTERS[name](variant) in values for name, values in wanted.items())
        and (not labels or variant.stock_label in labels)
        and words in f"{variant.product.name} {variant.name} {variant.sku}".lower()
    ]
    rows, paging = call.paged(found)
    return call.ok([call.writer.variant(one) for one in rows], paging=paging)


#: filter.<name> and what of a variant it looks at
_FILTERS: dict[str, Callable[[Variant], str]] = {
    "variant_ids": lambda variant: variant.variant_id,
    "legacy_variant_ids": lambda variant: str(variant.legacy_id),
    "product_ids": lambda variant: variant.product.product_id,
    "skus": lambda variant: variant.sku,
    "colors": lambda variant: variant.color,
    "color_codes": lambda variant: variant.color.lower(),
    "sizes": lambda variant: variant.size,
    "size_codes": lambda variant: variant.size.lower(),
}


def quote(call: Call) -> dict[str, Any]:
    """What an order would cost. The body has no ``data``."""
    body = Fields(call.body, "", ("order_platform", "billing", "shipping", "line_items", "gift_messages"))
    _one_of(body, "order_platform", _SHORT_PLATFORMS, set(codes.PLATFORMS))
    own_label = _read_shipping(body)
    lines = [
        _quoted(call, row) for row in body.parts("line_items", ("variant_id", "quantity", "print_locations"), 1, 1000)
    ]
    goods = sum(variant.cents * quantity for variant, quantity in lines)
    fee = 0 if own_label else shipping_for(sum(quantity for _, quantity in lines))
    money = call.writer.money
    nothing = {name: money(0) for name in ("order_fee", "order_tax", "order_discount", "order_gift_message_fee")}
    return call.ok(
        {
            "order_shipping_fee": money(fee),
            "order_sub_total": money(goods),
            "order_total": money(goods + fee),
            **nothing,
            "order_handle_fee": money(0),
            "line_items": [_quote_row(call, number, *line) for number, line in enumerate(lines, start=1)],
            "fees": [],
        }
    )


def _one_of(fields: Fields, name: str, short: set[str], long: set[str], *, required: bool = False) -> None:
    value = fields.text(name, 100, required=required)
    if value and value not in short | long:
        raise invalid(fields.path(name), f"value must be one of {', '.join(sorted(short))}")


def _read_shipping(body: Fields) -> bool:
    """Whether the seller's own label is used."""
    shipping = body.part("shipping", ("address", "label"))
    if shipping.part("label", ("url",)).url("url", 1000):
        return True
    address = shipping.part("address", ("method", "state_code", "country_code", "street1", "street2"))
    address.text("country_code", 2, required=True, shortest=2)
    _one_of(address, "method", _SHORT_METHODS, set(codes.METHODS), required=True)
    return False


def _quoted(call: Call, row: Fields) -> tuple[Variant, int]:
    wanted = row.text("variant_id", 30, required=True)
    variant = call.studio.catalogue.find(wanted, 0)
    if variant is None:
        raise not_found("variant", wanted, row.path("variant_id"))
    for place in row.texts("print_locations", 0, 100):
        if place not in _SHORT_LOCATIONS and place not in codes.LOCATIONS:
            raise invalid(row.path("print_locations"), f"value must be one of {', '.join(sorted(_SHORT_LOCATIONS))}")
    return variant, row.whole("quantity", 1, 1000)


def _quote_row(call: Call, number: int, variant: Variant, quantity: int) -> dict[str, Any]:
    money = call.writer.money
    nothing = ("line_tax", "line_fee", "line_discount", "item_fee", "item_discount")
    return {
        "line_sub_total": money(variant.cents * quantity),
        **{name: money(0) for name in nothing},
        "line_total": money(variant.cents * quantity),
        "item_price": money(variant.cents),
        "unit_base_price": money(variant.cents),
        "item_quantity": quantity,
        "id": call.writer.wide(number),
    }
