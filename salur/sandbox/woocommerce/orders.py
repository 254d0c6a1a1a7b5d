"""Orders: list, detail, change, notes, and the shipment tracking extension."""

from datetime import date
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.answer import Answer
from salur.sandbox.storefront.model import Order, Shipment
from salur.sandbox.woocommerce.call import Call, error, invalid, missing, no_route, unknown
from salur.sandbox.woocommerce.rows import gmt, order_row
from salur.sandbox.woocommerce.site import SETTABLE, STEPS

BATCH = 100
#: What status=any leaves out.
_HIDDEN = ("trash", "checkout-draft")
_SORTS = ("date", "id", "include", "title", "slug", "modified")
#: The meta keys by which a site's plugin shows a parcel (assumed, facts.md).
_NUMBER, _PROVIDER = "_tracking_number", "_tracking_provider"


def list_orders(call: Call) -> Answer:
    """GET orders."""
    rows, headers = call.paged(_wanted(call))
    return Answer([order_row(call.sites, call.shop, order) for order in rows], headers=headers)


def _wanted(call: Call) -> list[Order]:
    bounds = {name: call.moment(name) for name in ("modified_after", "modified_before", "after", "before")}
    statuses = call.several("status") or ["any"]
    known = {"any", *STEPS, *(order.status for order in call.shop.orders.values())}
    for status in statuses:
        if status not in known:
            raise invalid("status", f"status[0] is not one of any, {', '.join(STEPS)}.")
    ids = call.several("include")
    if not all(text.isdigit() for text in ids):
        raise invalid("include", "include[0] is not of type integer.")
    named = {int(text) for text in ids}

    def fits(order: Order) -> bool:
        shown = order.status not in _HIDDEN if "any" in statuses else order.status in statuses
        return (
            shown
            and (not named or order.id in named)
            and _within(order.updated, bounds["modified_after"], bounds["modified_before"])
            and _within(order.created, bounds["after"], bounds["before"])
        )

    return _sorted(call, [order for order in call.shop.orders.values() if fits(order)])


def _sorted(call: Call, found: list[Order]) -> list[Order]:
    by, order = call.one_of("orderby", "date", _SORTS), call.one_of("order", "desc", ("asc", "desc"))
    keys: dict[str, Any] = {
        "date": lambda one: (one.created, one.id),
        "modified": lambda one: (one.updated, one.id),
    }
    return sorted(found, key=keys.get(by, lambda one: one.id), reverse=order == "desc")


def _within(unix: float, after: float | None, before: float | None) -> bool:
    """Both ends are outside."""
    return (after is None or unix > after) and (before is None or unix < before)


def find(call: Call, order_id: int) -> Order:
    """An order by its id; raises Refusal."""
    order = call.shop.orders.get(str(order_id))
    if order is None:
        order = next((one for one in call.shop.orders.values() if one.id == order_id), None)
    if order is None:
        raise unknown("shop_order")
    return order


def get_order(call: Call) -> Answer:
    """GET orders/{id}."""
    return Answer(order_row(call.sites, call.shop, find(call, call.number())))


def update_order(call: Call) -> Answer:
    """PUT orders/{id}."""
    return Answer(_update(call, call.number(), call.body))


def batch_orders(call: Call) -> Answer:
    """POST orders/batch {update}: each answer in its place."""
    return Answer({"update": run_batch(call, _update)})


def run_batch(call: Call, change: Any) -> list[dict[str, Any]]:
    """``change(call, id, fields)`` for each entry of ``update``; a refused one answers {id, error}."""
    entries = call.body.get("update", [])
    if not isinstance(entries, list):
        raise invalid("update", "update is not of type array.")
    if len(entries) > BATCH:
        words = f"Unable to accept more than {BATCH} items for this request."
        raise Refusal("woocommerce_rest_request_entity_too_large", words, status=413)
    answers = []
    for entry in entries:
        number = entry.get("id") if isinstance(entry, dict) else None
        try:
            if not isinstance(number, int):
                raise missing("id")
            answers.append(change(call, number, entry))
        except Refusal as refusal:
            told = error(refusal)
            if refusal.status == 404:
                told["data"]["status"] = 400
            answers.append({"id": number or 0, "error": told})
    return answers


def _update(call: Call, order_id: int, fields: dict[str, Any]) -> dict[str, Any]:
    order = find(call, order_id)
    status, meta = fields.get("status"), fields.get("meta_data", [])
    if status is not None and status not in SETTABLE:
        raise invalid("status", f"status is not one of {', '.join(SETTABLE)}.")
    if not isinstance(meta, list) or not all(isinstance(one, dict) and ("key" in one or "id" in one) for one in meta):
        raise invalid("meta_data", "meta_data is not of type array.")
    for one in meta:
        _put_meta(call, order, one)
    if isinstance(fields.get("customer_note"), str):
        order.note = fields["customer_note"]
    if fields.get("set_paid") is True and order.step == "unpaid":
        status = status or "processing"
    _tell_parcel(call, order, meta)
    if status is None:
        call.sites.touch(call.shop, order)
        call.sites.news(call.shop, order, "order")
    elif STEPS[status] == "cancelled":
        call.sites.cancel(call.shop, order, "seller", "")
        if order.status != status:
            call.sites.set_step(call.shop, order, "cancelled", status)
    else:
        call.sites.set_step(call.shop, order, STEPS[status], status)
    return order_row(call.sites, call.shop, order)


def _put_meta(call: Call, order: Order, given: dict[str, Any]) -> None:
    rows = call.sites.meta(order)
    if "id" in given:
        held = next((row for row in rows if row["id"] == given["id"]), None)
        if held is None:
            raise invalid("meta_data", "meta_data[0][id] is unknown.")
        held.update({name: given[name] for name in ("key", "value") if name in given})
    else:
        rows.append({"id": 9000 + next(call.sites.ids), "key": str(given["key"]), "value": given.get("value", "")})


def _tell_parcel(call: Call, order: Order, meta: list[dict[str, Any]]) -> None:
    """The plugin that reads the tracking keys shows a parcel; the same number again is the same parcel."""
    told = {str(one.get("key")): str(one.get("value", "")) for one in meta}
    number = told.get(_NUMBER, "")
    if number and all(one.tracking != number for one in order.shipments):
        _add_parcel(call, order, number, told.get(_PROVIDER, ""))


def _add_parcel(call: Call, order: Order, number: str, courier: str) -> None:
    """Telling a number ships nothing: only the status does."""
    now, pieces = call.sites.core.clock.seconds(), call.sites.unshipped(order)
    order.shipments.append(Shipment(next(call.sites.ids), number, courier, now, pieces))
    order.tracking = order.tracking or number


def delete_order(call: Call) -> Answer:
    """DELETE orders/{id}: into the trash, or with ``force`` for good."""
    order = find(call, call.number())
    if call.query.get("force", "").lower() in ("true", "1"):
        row = order_row(call.sites, call.shop, order)
        call.sites.remove(call.shop, order)
        return Answer(row)
    if order.status == "trash":
        raise Refusal("woocommerce_rest_already_trashed", "The order has already been deleted.", status=410)
    call.sites.set_step(call.shop, order, "cancelled", "trash")
    return Answer(order_row(call.sites, call.shop, order))


def add_note(call: Call) -> Answer:
    """POST orders/{id}/notes."""
    order, text = find(call, call.number()), call.body.get("note")
    if not text:
        raise missing("note")
    now = call.sites.core.clock.seconds()
    note = {
        "id": 200 + next(call.sites.ids),
        "author": "WooCommerce",
        "date_created": gmt(now + call.sites.offset(call.shop)),
        "date_created_gmt": gmt(now),
        "note": str(text),
        "customer_note": call.body.get("customer_note") is True,
    }
    _notes(order).append(note)
    return Answer(note, 201)


def list_notes(call: Call) -> Answer:
    """GET orders/{id}/notes."""
    return Answer(_notes(find(call, call.number())))


def _notes(order: Order) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = order.extra.setdefault("notes", [])
    return found


def add_tracking(call: Call) -> Answer:
    """POST orders/{id}/shipment-trackings, where the extension is installed."""
    order = _tracked(call)
    number = str(call.body.get("tracking_number") or "")
    provider = str(call.body.get("custom_tracking_provider") or call.body.get("tracking_provider") or "")
    if not number:
        raise missing("tracking_number")
    shipped = str(call.body.get("date_shipped") or gmt(call.sites.core.clock.now())[:10])
    try:
        date.fromisoformat(shipped)
    except ValueError as problem:
        raise invalid("date_shipped", "Invalid date.") from problem
    row = {
        "tracking_id": f"{next(call.sites.ids):08x}",
        "tracking_provider": provider,
        "tracking_link": "",
        "tracking_number": number,
        "date_shipped": shipped,
    }
    _trackings(order).append(row)
    _add_parcel(call, order, number, provider)
    call.sites.touch(call.shop, order)
    call.sites.news(call.shop, order, "tracking")
    return Answer(row, 201)


def list_trackings(call: Call) -> Answer:
    """GET orders/{id}/shipment-trackings."""
    return Answer(_trackings(_tracked(call)))


def _tracked(call: Call) -> Order:
    if not call.sites.settings.shipment_tracking:
        raise no_route()
    return find(call, call.number())


def _trackings(order: Order) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = order.extra.setdefault("trackings", [])
    return found
