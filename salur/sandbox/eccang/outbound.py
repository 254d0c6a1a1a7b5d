"""Services for outbound lists (eccang.md, A.3 Outbound list and A.4)."""

import base64
import binascii
import hashlib
from typing import Any

from salur.sandbox.eccang import fields
from salur.sandbox.eccang.call import Call
from salur.sandbox.eccang.fields import DUPLICATE, FIELD, LABEL, NOT_FOUND, STATE, STOCK, moment
from salur.sandbox.eccang.model import ORDER_STATUSES, Account, Method, ShipOrder
from salur.sandbox.engine.exchange import Refusal

PLATFORMS = ("ALIEXPRESS", "AMAZON", "B2C", "EBAY", "OTHER")
_MANDATORY = {
    "reference_no": 64, "shipping_method": 50, "warehouse_code": 20, "country_code": 2, "address1": 500,
    "name": 128, "phone": 64,
}  # fmt: skip
_OPTIONAL = {
    "province": 128, "city": 128, "district": 64, "address2": 500, "address3": 500, "doorplate": 64,
    "company": 128, "cell_phone": 64, "email": 64, "platform_shop": 128, "order_desc": 512, "remark": 512,
    "tracking_no": 50, "zipcode": 32,
}  # fmt: skip
FILE_TYPES = ("pdf", "png", "gif", "jpg", "jpeg", "cainiao", "html", "url")
_MAGIC = {"png": b"\x89PNG", "gif": b"GIF8", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}


def create_order(call: Call) -> dict[str, Any]:
    """Take an outbound list; one reference is one list."""
    account, now = call.account, call.operator.core.clock.seconds()
    reference = fields.text(call.params, "reference_no", 64)
    repeats = account.by_reference.get(reference)
    if repeats and not call.operator.settings.allow_duplicate_reference:
        account.orders[repeats[-1]].refused_repeats += 1
        raise Refusal(DUPLICATE, f"reference_no {reference} already exists")
    order = ShipOrder("", reference, {}, [], "H", now, now)
    _fill(account, order, call.params)
    verify = fields.whole(call.params, "verify", 0, 1, 0)
    if verify:
        _refuse_shortage(call, order)
    order.code = call.operator.number("SO-", account)
    call.operator.add_order(account, order)
    if verify:
        call.operator.approve(account, order)
    return _taken(order)


def modify_order(call: Call) -> dict[str, Any]:
    """Change a list that is not approved yet; verify=1 approves it."""
    order = _find(call)
    if order.status not in ("H", "C", "N"):
        raise Refusal(STATE, f"order {order.code} has been approved and can not be modified")
    if call.params.get("reference_no") not in (None, "", order.reference):
        raise Refusal(FIELD, "reference_no can not be changed")
    _fill(call.account, order, {**call.params, "reference_no": order.reference})
    order.changed = call.operator.core.clock.seconds()
    if fields.whole(call.params, "verify", 0, 1, 0):
        _refuse_shortage(call, order)
        call.operator.approve(call.account, order)
    return _taken(order)


def _taken(order: ShipOrder) -> dict[str, Any]:
    verdict = "Success" if order.label_sha256 else ""
    return {"order_code": order.code, "tracking_no": order.tracking_no, "f_ask": verdict}


def _refuse_shortage(call: Call, order: ShipOrder) -> None:
    short = call.operator.missing(call.account, order)
    if short and not fields.whole(call.params, "forceVerify", 0, 1, 0):
        sku, wanted, sellable = short[0]
        raise Refusal(STOCK, f"product_sku {sku} is short in {order.warehouse}: {sellable} sellable, {wanted} needed")


def _fill(account: Account, order: ShipOrder, params: dict[str, Any]) -> None:
    for name, longest in _MANDATORY.items():
        fields.text(params, name, longest)
    for name, longest in _OPTIONAL.items():
        fields.text(params, name, longest, required=False)
    country = str(params["country_code"]).upper()
    if country != "PH":  # the Philippines need no post code (eccang.md)
        fields.text(params, "zipcode", 32)
    if str(params.get("platform") or "OTHER").upper() not in PLATFORMS:
        raise Refusal(FIELD, f"platform must be one of {', '.join(PLATFORMS)}")
    method = _method(account, params)
    lines = _lines(account, params)
    tracking_no = str(params.get("tracking_no") or "").strip()
    digest, pages = _label(params.get("label"))
    if method.own_label and not (tracking_no and digest):
        raise Refusal(LABEL, f"shipping_method {method.code} needs tracking_no and label")
    order.fields = {name: value for name, value in params.items() if name != "label"}
    order.lines, order.tracking_no = lines, tracking_no
    order.label_sha256, order.label_pages = digest, pages


def _method(account: Account, params: dict[str, Any]) -> Method:
    warehouse = account.warehouses.get(str(params["warehouse_code"]))
    if warehouse is None:
        raise Refusal(NOT_FOUND, f"warehouse_code {params['warehouse_code']} does not exist")
    if warehouse.status != 1:
        raise Refusal(STATE, f"warehouse_code {warehouse.code} is not available")
    for method in warehouse.methods:
        if method.code == params["shipping_method"]:
            return method
    raise Refusal(NOT_FOUND, f"shipping_method {params['shipping_method']} does not exist in {warehouse.code}")


def _lines(account: Account, params: dict[str, Any]) -> list[tuple[str, int]]:
    lines = []
    for row in fields.items(params):
        sku = fields.text(row, "product_sku", 80)
        quantity = fields.whole(row, "quantity", 1, 10**6)
        if sku not in account.products:
            raise Refusal(NOT_FOUND, f"product_sku {sku} does not exist")
        lines.append((sku, quantity))
    return lines


def _label(label: Any) -> tuple[str, int]:
    """SHA-256 of the label file(s) and how many there are; raises Refusal when they are no such files."""
    if label in (None, "", {}, []):
        return "", 0
    if not isinstance(label, dict):
        raise Refusal(LABEL, "label must be an object")
    kind = str(label.get("file_type", "")).lower()
    if kind not in FILE_TYPES:
        raise Refusal(LABEL, f"label.file_type must be one of {', '.join(FILE_TYPES)}")
    data = label.get("file_data")
    files: list[Any] = data if isinstance(data, list) else [data]
    if not files or not all(isinstance(one, str) and one for one in files):
        raise Refusal(LABEL, "label.file_data is required")
    digest = hashlib.sha256()
    for one in files:
        digest.update(_file(kind, str(one)))
    return digest.hexdigest(), len(files)


def _file(kind: str, data: str) -> bytes:
    if kind in ("url", "html", "cainiao"):
        if kind == "url" and not data.startswith(("http://", "https://")):
            raise Refusal(LABEL, "label.file_data is not an address")
        return data.encode()
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Refusal(LABEL, "label.file_data is not base64") from problem
    if kind == "pdf" and not (raw.startswith(b"%PDF-") and b"%%EOF" in raw[-1024:]):
        raise Refusal(LABEL, "label.file_data is not a PDF file")
    if kind in _MAGIC and not raw.startswith(_MAGIC[kind]):
        raise Refusal(LABEL, f"label.file_data is not a {kind} file")
    return raw


def cancel_order(call: Call) -> dict[str, Any]:
    """Ask to stop an order. Success of the call only means that the request was taken."""
    order = _find(call)
    reason = fields.text(call.params, "reason", 512, required=False)
    if order.status == "D":
        raise Refusal(STATE, f"order {order.code} has been shipped and can not be cancelled")
    if order.status != "X" and order.cancel_status != 1:
        call.operator.intercept(call.account, order, reason)
    return {"order_code": order.code, "cancel_status": order.cancel_status}


def _find(call: Call) -> ShipOrder:
    code = fields.text(call.params, "order_code", 64)
    order = call.account.orders.get(code)
    if order is None:
        raise Refusal(NOT_FOUND, f"order_code {code} does not exist")
    return order


def get_order_by_code(call: Call) -> dict[str, Any]:
    """One list in full."""
    return {"data": row(_find(call))}


def get_order_by_ref_code(call: Call) -> dict[str, Any]:
    """By reference; a list of references answers with a list."""
    wanted = call.params.get("reference_no")
    if isinstance(wanted, list):
        found = [order for one in wanted for order in _by_reference(call, str(one))]
        return {"data": [row(order) for order in found]}
    reference = fields.text(call.params, "reference_no", 64)
    orders = _by_reference(call, reference)
    if not orders:
        raise Refusal(NOT_FOUND, f"reference_no {reference} does not exist")
    return {"data": row(orders[-1])}


def _by_reference(call: Call, reference: str) -> list[ShipOrder]:
    """Orders old enough to be found: a new one may be missed for a while (setting lookup_delay)."""
    latest = call.operator.core.clock.now() - call.operator.settings.lookup_delay
    orders = [call.account.orders[code] for code in call.account.by_reference.get(reference, [])]
    return [order for order in orders if order.created <= latest]


def get_order_status_by_code(call: Call) -> dict[str, Any]:
    """Only the status."""
    order = _find(call)
    return {"data": {"order_code": order.code, "order_status": order.status, "cancel_status": order.cancel_status}}


def get_order_list(call: Call) -> dict[str, Any]:
    """Lists by code, or by status, method and times."""
    page = fields.page(call.params, 100)
    codes = fields.listed(call.params, "order_code", "order_code_arr")
    orders = list(call.account.orders.values())
    if codes:
        return fields.paged([row(order) for order in orders if order.code in set(codes)], page)
    status = str(call.params.get("order_status") or "")
    if status and status not in ORDER_STATUSES:
        raise Refusal(FIELD, f"order_status must be one of {', '.join(ORDER_STATUSES)}")
    method = call.params.get("shipping_method")
    spans = {name: fields.span(call.params, name) for name in ("create_date", "modify_date", "ship_date")}
    orders = [
        order
        for order in orders
        if (not status or order.status == status)
        and (not method or order.fields.get("shipping_method") == method)
        and _within(spans["create_date"], order.created)
        and _within(spans["modify_date"], order.changed)
        and _within(spans["ship_date"], order.shipped)
    ]
    return fields.paged([row(order) for order in orders], page)


def _within(span: tuple[int, int] | None, when: int) -> bool:
    return span is None or span[0] <= when <= span[1]


def get_order_tracking(call: Call) -> dict[str, Any]:
    """Up to 20 order codes or references, joined by comma."""
    numbers = [one.strip() for one in fields.text(call.params, "order_numbers", 2000).split(",") if one.strip()]
    if len(numbers) > 20:
        raise Refusal(FIELD, "order_numbers holds more than 20")
    data = []
    for number in numbers:
        codes = [number] if number in call.account.orders else call.account.by_reference.get(number, [])
        for code in codes:
            order = call.account.orders[code]
            data.append(
                {
                    "order_code": code,
                    "reference_no": order.reference,
                    "tracking_no": order.tracking_no,
                    "order_status": order.status,
                    "date_shipping": moment(order.shipped),
                }
            )
    return {"data": data}


def row(order: ShipOrder) -> dict[str, Any]:
    """A list as the operator reads it back."""
    given = order.fields
    return {
        "order_code": order.code,
        "reference_no": order.reference,
        "order_status": order.status,
        "sub_status": "",
        "platform": given.get("platform") or "OTHER",
        "shipping_method": given.get("shipping_method"),
        "tracking_no": order.tracking_no,
        "carrier_name": given.get("carrier_name") or "",
        "warehouse_code": order.warehouse,
        "order_weight": "0.500" if order.shipped else "0.000",
        "abnormal_reason": order.abnormal_reason,
        "cancel_status": order.cancel_status,
        "date_create": moment(order.created),
        "date_release": moment(next((when for when, status in order.history if status == "W"), 0)),
        "date_shipping": moment(order.shipped),
        "date_modify": moment(order.changed),
        "consignee_name": given.get("name"),
        "consignee_country_code": given.get("country_code"),
        "consignee_zipcode": given.get("zipcode") or "",
        "fee_details": {"totalFee": "18.00", "SHIPPING": "0.00", "OPF": "18.00"} if order.shipped else {},
        "fee_items": [{"ft_code": "OPF", "amount": "18.00", "currency_code": "THB"}] if order.shipped else [],
        "items": [{"product_sku": sku, "quantity": str(quantity)} for sku, quantity in order.lines],
    }
