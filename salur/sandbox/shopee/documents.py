"""Shipping documents: create, wait, download a real PDF (shopee.md, label 1 to 3)."""

from collections.abc import Callable
from typing import Any

from salur.sandbox.engine import labels
from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.shopee import params, pushes
from salur.sandbox.shopee.call import Call
from salur.sandbox.shopee.model import Document, Order, Shop

KINDS = (
    "NORMAL_AIR_WAYBILL", "THERMAL_AIR_WAYBILL", "NORMAL_JOB_AIR_WAYBILL", "THERMAL_JOB_AIR_WAYBILL",
    "THERMAL_UNPACKAGED_LABEL",
)  # fmt: skip
SELECTABLE = ("NORMAL_AIR_WAYBILL", "THERMAL_AIR_WAYBILL")
SUGGESTED = "THERMAL_AIR_WAYBILL"
PRINT_FIRST = "logistics.shipping_document_should_print_first"

Each = Callable[[Call, Order, dict[str, Any]], dict[str, Any]]


def _batch(call: Call, each: Each) -> dict[str, Any]:
    """Run ``each`` over order_list; entries fail one by one, the call only when all of them do."""
    results = []
    failed = 0
    for entry in params.objects(call.body, "order_list", 1, 50):
        row = {"order_sn": params.text(entry, "order_sn")}
        if "package_number" in entry:
            row["package_number"] = str(params.package_number(entry))
        try:
            row.update(each(call, _entry_order(call.shop, entry), entry))
        except Refusal as refusal:
            failed += 1
            row.update(fail_error=refusal.code, fail_message=refusal.reason)
        results.append(row)
    if failed == len(results):
        raise Refusal(
            "common.batch_api_all_failed",
            "Failed, please check result_list for more details.",
            extra={"response": {"result_list": results}},
        )
    return {"result_list": results}


def _entry_order(shop: Shop, entry: dict[str, Any]) -> Order:
    order_sn = str(entry["order_sn"])
    order = shop.orders.get(order_sn)
    if order is None:
        raise Refusal("logistics.order_not_exist", f"The order_sn {order_sn} is not exist.")
    number = entry.get("package_number")
    if number is not None and number != order.package_number:
        raise Refusal("logistics.package_number_not_found", f"The package_number {number} is not exist.")
    return order


def get_shipping_document_parameter(call: Call) -> dict[str, Any]:
    """Which document types there are."""

    def each(_call: Call, _order: Order, _entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "suggest_shipping_document_type": SUGGESTED,
            "selectable_shipping_document_type": list(SELECTABLE),
        }

    return _batch(call, each)


def _kind(entry: dict[str, Any]) -> str:
    kind = str(entry.get("shipping_document_type") or SUGGESTED)
    if kind not in KINDS:
        raise Refusal(
            "logistics.shipping_document_type_invalid",
            "The shipping_document_type is not invalid. Please check the shipping_document_type.",
        )
    if kind not in SELECTABLE:
        raise Refusal("logistics.package_can_not_print", "The package can not print now.")
    return kind


def create_shipping_document(call: Call) -> dict[str, Any]:
    """Start making the documents. Asking again for the same one changes nothing."""
    return _batch(call, _create)


def _create(call: Call, order: Order, entry: dict[str, Any]) -> dict[str, Any]:
    kind = _kind(entry)
    if order.status not in ("READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"):
        raise Refusal("logistics.order_status_error", "Order status does not support awb printing.")
    if not order.channel.preprint or order.tracking_number:
        if not order.tracking_number:
            raise Refusal("logistics.package_can_not_print", "The package can not print now.")
        if str(entry.get("tracking_number", "")) != order.tracking_number:
            raise Refusal(
                "logistics.tracking_number_invalid",
                "The tracking number is invalid. Please check the tracking number.",
            )
    if kind in order.documents:
        return {}
    core = call.store.core
    document = Document(kind, core.clock.now() + call.store.settings.document_seconds)
    order.documents[kind] = document
    store, shop = call.store, call.shop

    def announce() -> None:
        if not document.announced:
            document.announced = True
            pushes.document(store, shop, order, "READY")

    core.timers.at(document.ready_at, announce)
    return {}


def _document(order: Order, entry: dict[str, Any]) -> Document:
    document = order.documents.get(_kind(entry))
    if document is None:
        words = "The package can not print now, please create shipping document first."
        raise Refusal(PRINT_FIRST, f"{words}Detail: order_sn")
    return document


def get_shipping_document_result(call: Call) -> dict[str, Any]:
    """PROCESSING, then READY."""

    def each(inner: Call, order: Order, entry: dict[str, Any]) -> dict[str, Any]:
        ready = _document(order, entry).ready_at <= inner.store.core.clock.now()
        return {"status": "READY" if ready else "PROCESSING"}

    return _batch(call, each)


def download_shipping_document(call: Call) -> Outcome:
    """The PDF, one page per order. Any order that cannot be printed fails the whole file."""
    kind = str(call.body.get("shipping_document_type") or SUGGESTED)
    pages, empty = [], False
    for entry in params.objects(call.body, "order_list", 1, 50):
        params.text(entry, "order_sn")
        params.package_number(entry)
        order = _entry_order(call.shop, entry)
        document = _document(order, {"shipping_document_type": entry.get("shipping_document_type") or kind})
        if document.ready_at > call.store.core.clock.now():
            raise Refusal("logistics.download_later", "The document is being made. Please download it later.")
        pages.append((document.kind, label(call.shop, order)))
        order.label_asked += 1
        empty = empty or order.label_asked <= call.store.settings.label_empty_times
    if len({page_kind for page_kind, _ in pages}) > 1:
        raise Refusal("logistics.packages_can_not_download_together", "These packages can not be downloaded together.")
    at_least = call.store.settings.label_bytes_at_least
    return Outcome(payload=None, file=b"" if empty else labels.draw([page for _, page in pages], at_least))


def label(shop: Shop, order: Order) -> labels.Label:
    """What is printed for an order."""
    person = order.person
    return labels.Label(
        tracking_number=order.tracking_number or f"PRE{order.order_sn}",
        carrier=order.channel.name,
        order_sn=order.order_sn,
        recipient=person.latin_name,
        phone=person.phone,
        address=(person.latin_street, person.latin_area, person.region),
        sender=f"{shop.name} ({shop.region})",
        items=tuple((f"{line.model.sku} {_ascii(line.item.name)}", line.quantity) for line in order.lines),
        cash_on_delivery=f"{order.total:.2f} {order.currency}" if order.cod else "",
    )


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "ignore").decode().split())
