"""Our values to ECCANG's JSON and back: pure functions, no calls (contract sheet, A.3)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, as_objects, local_moment, needed_text, text, whole
from salur.connectors.base.types import (
    Document,
    LineReport,
    OutboundReport,
    OutboundRequest,
    PartnerRef,
    PartnerWarehouse,
    ProductRequest,
    StockLevel,
)

from .statuses import REPORTED_CANCEL, WAREHOUSE, WarehouseState, outbound_task

PARTNER_ZONE = timezone(timedelta(hours=8))  # their times name no zone; China Standard Time is assumed

PLATFORMS: Mapping[str, str] = {"aliexpress": "ALIEXPRESS", "amazon": "AMAZON", "ebay": "EBAY"}
OTHER_PLATFORM = "OTHER"

LABEL_TYPES: Mapping[str, str] = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/gif": "gif",
    "image/jpeg": "jpg",
}
LABEL_SIZE = "100x150"  # millimetres; the size of thermal marketplace labels

# Longest values of createOrder. What tells the way to the buyer is refused when it is too long, never cut.
LIMITS: Mapping[str, int] = {
    "reference_no": 64,
    "warehouse_code": 20,
    "address1": 500,
    "zipcode": 32,
    "name": 128,
    "phone": 64,
    "province": 128,
    "city": 128,
    "district": 64,
    "tracking_no": 50,
}
MANDATORY = ("reference_no", "shipping_method", "warehouse_code", "country_code", "address1", "name", "phone")
NO_POSTAL_CODE_NEEDED = frozenset({"PH"})

# Words for the warehouse's eyes only: cut, because a long remark must not hold up an order.
CUT: Mapping[str, int] = {"email": 64, "platform_shop": 128, "order_desc": 512}

DECLARED_NAME_LIMIT = 50

# When a list was last changed: the field's name is in no source, so the likely ones are tried in turn.
CHANGED_AT = ("modify_date", "date_modify", "date_modified", "modification_time", "update_time", "order_modify_time")


def order_params(request: OutboundRequest, label: Document | None, default_method: str) -> dict[str, object]:
    """The parameters of createOrder, approved at once (verify=1). :class:`Rejected` names a field that cannot go."""
    address = request.address
    lines = [line for line in address.lines if line.strip()]
    fields: dict[str, object] = {
        "reference_no": request.reference,
        "platform": PLATFORMS.get(request.channel.lower(), OTHER_PLATFORM),
        "shipping_method": request.shipping_method or default_method,
        "warehouse_code": request.warehouse_code,
        "country_code": address.country,
        "province": address.province,
        "city": address.city,
        "district": address.district,
        "address1": lines[0] if lines else "",
        "address2": lines[1] if len(lines) > 1 else "",
        "address3": ", ".join(lines[2:]),
        "zipcode": address.postal_code,
        "name": address.name,
        "phone": address.phone,
        "email": address.email,
        "platform_shop": request.store_name,
        "order_desc": request.note,
        "tracking_no": request.awb,
    }
    check_fields(fields)
    params = {key: value for key, value in fields.items() if value != ""}
    params["items"] = item_params(request)
    params["verify"] = 1
    if request.currency:
        params.update(order_sale_amount=number(request.total), order_sale_currency=request.currency)
    if request.cash_on_delivery:
        params.update(is_order_cod=1, order_cod_price=number(request.total), order_cod_currency=request.currency)
    if label is not None:
        params["label"] = label_params(label)
    return params


def check_fields(fields: dict[str, object]) -> None:
    """Refuse, before anything is sent, what the warehouse would refuse; cut the remarks."""
    for key, longest in CUT.items():
        fields[key] = str(fields[key])[:longest]
    for key in MANDATORY:
        if not str(fields[key]).strip():
            raise Rejected("missing", f"{key} is empty", field=key)
    if fields["country_code"] not in NO_POSTAL_CODE_NEEDED and not fields["zipcode"]:
        raise Rejected("missing", "zipcode is empty", field="zipcode")
    for key, longest in LIMITS.items():
        if len(str(fields[key])) > longest:
            raise Rejected("too_long", f"{key} has more than {longest} characters", field=key)


def item_params(request: OutboundRequest) -> list[dict[str, object]]:
    """The lines; each SKU and quantity must be one the warehouse can pick."""
    if not request.lines:
        raise Rejected("missing", "the order has no lines", field="items")
    items: list[dict[str, object]] = []
    for line in request.lines:
        if not line.sku or line.quantity < 1:
            raise Rejected("missing", "a line has no SKU or no quantity", field="items")
        item: dict[str, object] = {"product_sku": line.sku, "quantity": line.quantity}
        if line.name:
            item["product_name"] = line.name
        items.append(item)
    return items


def label_params(label: Document) -> dict[str, object]:
    """The label as the warehouse prints it."""
    kind = LABEL_TYPES.get(label.media_type)
    if kind is None:
        raise Rejected("label_type", f"a label cannot be {label.media_type}", field="label")
    return {
        "file_type": kind,
        "file_data": b64encode(label.content).decode("ascii"),
        "file_size": LABEL_SIZE,
        "file_name": label.name,
    }


def number(value: Decimal) -> float | int:
    """A JSON number; whole amounts without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)


def product_params(product: ProductRequest) -> dict[str, object]:
    """The parameters of createProduct and modifyProduct: kilograms and centimetres there, grams and mm here."""
    english = product.name_en or product.name
    return {
        "product_sku": product.sku,
        "reference_no": product.barcode or product.sku,
        "product_title": product.name,
        "product_title_en": english,
        "product_weight": product.weight_g / 1000,
        "product_length": product.length_mm / 10,
        "product_width": product.width_mm / 10,
        "product_height": product.height_mm / 10,
        "product_declared_name": english[:DECLARED_NAME_LIMIT],
        "product_declared_name_zh": product.name[:DECLARED_NAME_LIMIT],
        "contain_battery": 0,
        "cat_lang": "en",
        "verify": 1,
        **({"product_declared_value": number(product.declared_value)} if product.declared_value else {}),
    }


def identity_key(app_token: str, app_key: str) -> str:
    """What one merchant may claim (R36): a digest, so that the claim shows no secret. The length keeps pairs apart."""
    return hashlib.sha256(f"{len(app_token)}:{app_token}:{app_key}".encode("utf-8", "replace")).hexdigest()


def warehouse(row: JsonObject, customer_code: str, methods: Sequence[str] = ()) -> PartnerWarehouse:
    """A warehouse, named by R35. ``methods`` are the shipping methods it offers, for the account's settings."""
    code = needed_text(row, "warehouse_code")
    state = text(row, "warehouse_status")
    return PartnerWarehouse(
        code=code,
        name=f"{code} + {customer_code}",
        country=text(row, "country_code").upper(),
        usable=state == "" or WAREHOUSE.get(state) is WarehouseState.AVAILABLE,
        details={
            "name": text(row, "warehouse_name"),
            "status": state,
            "id": text(row, "warehouse_id"),
            "shipping_methods": ",".join(methods),
        },
    )


def when(source: JsonObject, key: str) -> datetime | None:
    """A time of theirs ("YYYY-MM-DD HH:MM:SS") in UTC; empty and "0000-00-00 00:00:00" mean none."""
    return local_moment(source, key, PARTNER_ZONE)


def outbound_report(row: JsonObject) -> OutboundReport:
    """The warehouse's word on one list."""
    code, reference, raw = needed_text(row, "order_code"), text(row, "reference_no"), needed_text(row, "order_status")
    changed = next((moment for moment in (when(row, key) for key in CHANGED_AT) if moment is not None), None)
    return OutboundReport(
        ref=PartnerRef(code, reference),
        reference=reference,
        status=outbound_task(raw),
        raw_status=raw,
        version=changed,
        tracking=text(row, "tracking_no"),
        reason=text(row, "abnormal_reason"),
        lines=tuple(line_report(item) for item in as_objects(row.get("items"), "items")),
        cancellation=REPORTED_CANCEL.get(text(row, "cancel_status"), ""),
    )


def line_report(item: JsonObject) -> LineReport:
    """One line; ECCANG reports no picked figure of its own."""
    return LineReport(needed_text(item, "product_sku"), whole(item, "quantity"))


def stock_levels(rows: Sequence[JsonObject], warehouse_code: str) -> list[StockLevel]:
    """The figures of one warehouse; the rows of one SKU (batches) are added up."""
    levels: dict[str, StockLevel] = {}
    for row in rows:
        if text(row, "warehouse_code", warehouse_code) not in ("", warehouse_code):
            continue
        level = stock_level(row, warehouse_code)
        known = levels.get(level.sku)
        levels[level.sku] = level if known is None else added(known, level)
    return list(levels.values())


def stock_level(row: JsonObject, warehouse_code: str) -> StockLevel:
    """One row. On its way and waiting to be put away are both incoming: neither can be picked yet."""
    return StockLevel(
        sku=needed_text(row, "product_sku"),
        warehouse_code=warehouse_code,
        sellable=whole(row, "sellable"),
        allocated=whole(row, "reserved"),
        damaged=whole(row, "unsellable"),
        incoming=whole(row, "onway") + whole(row, "pending"),
        as_of=when(row, "pi_update_time"),
    )


def added(one: StockLevel, other: StockLevel) -> StockLevel:
    """Two rows of one SKU as one; the older time holds for the sum."""
    times = [time for time in (one.as_of, other.as_of) if time is not None]
    return StockLevel(
        sku=one.sku,
        warehouse_code=one.warehouse_code,
        sellable=one.sellable + other.sellable,
        allocated=one.allocated + other.allocated,
        damaged=one.damaged + other.damaged,
        incoming=one.incoming + other.incoming,
        as_of=min(times) if times else None,
    )
