"""Packages: slots, arranging, labels (tiktok-shop.md, Operations; codes of the examples)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import parcels_of
from salur.sandbox.tiktok.call import Call, business, following, invalid, offset_of
from salur.sandbox.tiktok.markets import COUNTER_ONLY, MARKETS
from salur.sandbox.tiktok.rows import delivery_option, package_row, package_status
from salur.sandbox.tiktok.store import PENDING, TiktokStore

DOCUMENTS = ("SHIPPING_LABEL", "PACKING_SLIP", "SHIPPING_LABEL_AND_PACKING_SLIP", "SHIPPING_LABEL_PICTURE")
_NUMBER = re.compile(r"[A-Za-z0-9-]{6,40}")
#: Local hours of the slots, on the day itself and the one after.
_HOURS = ((9, 13), (14, 18))


def slots(call: Call) -> dict[str, Any]:
    """How the parcel may be handed over. ``avaliable`` is spelled so."""
    order, _ = call.parcel(call.path["package_id"])
    counter = order.courier.name in COUNTER_ONLY
    return {
        "can_pickup": not counter,
        "can_drop_off": not order.courier.instant,
        "can_van_collection": False,
        "drop_off_point_url": "",
        "pickup_slots": _slots(call.store, order),
    }


def _slots(store: TiktokStore, order: Order) -> list[dict[str, Any]]:
    if order.courier.name in COUNTER_ONLY or order.courier.instant:
        return []
    now = store.core.clock.now()
    hours = timedelta(hours=MARKETS[order.region].hours)
    midnight = (datetime.fromtimestamp(now, UTC) + hours).replace(hour=0, minute=0, second=0, microsecond=0) - hours
    made = []
    for day in (0, 1):
        for first, last in _HOURS:
            start = int((midnight + timedelta(days=day, hours=first)).timestamp())
            end = int((midnight + timedelta(days=day, hours=last)).timestamp())
            made.append({"start_time": start, "end_time": end, "avaliable": start > now})
    return made


def ship(call: Call) -> dict[str, Any]:
    """Arrange one package."""
    _ship(call, call.path["package_id"], call.body)
    return {}


def ship_many(call: Call) -> dict[str, Any]:
    """Arrange up to 50; each succeeds or fails for itself."""
    errors = []
    for entry in call.objects("packages", 50):
        number = str(entry.get("id", ""))
        try:
            _ship(call, number, entry)
        except Refusal as refusal:
            detail = {"package_id": number}
            errors.append({"code": int(refusal.code), "message": refusal.reason, "detail": detail})
    return {"errors": errors}


def _ship(call: Call, package_id: str, given: dict[str, Any]) -> None:
    order, parcel = call.parcel(package_id)
    if not parcel.live:
        raise business(21011041, "Cannot complete the operation when order is cancelled. ")
    waiting = call.store.asked(order)
    if waiting is not None and waiting.status == PENDING:
        words = "Package item has after-sale request, please process the after-sale request first."
        raise business(21008044, words)
    if parcel.live[0].step != "paid":
        raise business(21008099, "Package has been shipped. Please not ship the package again.")
    if order.extra["shipping_type"] == "SELLER":
        tracking, courier = _own(call, order, given)
        call.store.ship_by_seller(call.shop, order, parcel, tracking, courier)
        return
    call.store.ship(call.shop, order, parcel, _handover(call.store, order, given))


def _handover(store: TiktokStore, order: Order, given: dict[str, Any]) -> dict[str, Any]:
    """The platform chooses where nothing is said (assumed)."""
    counter, instant = order.courier.name in COUNTER_ONLY, order.courier.instant
    method = given.get("handover_method") or ("DROP_OFF" if counter else "PICKUP")
    if method not in ("PICKUP", "DROP_OFF"):
        raise invalid("Invalid handover_method.")
    if (method == "PICKUP" and counter) or (method == "DROP_OFF" and instant):
        words = "No available shipping services for this request. Please choose another handover method."
        raise business(11021009, words)
    offered = _slots(store, order)
    if method == "DROP_OFF" or not offered:
        return {"handover_method": method}
    slot = given.get("pickup_slot")
    if not given.get("handover_method"):
        slot = next(one for one in offered if one["avaliable"])
    wanted = (slot.get("start_time"), slot.get("end_time")) if isinstance(slot, dict) else None
    if wanted not in [(one["start_time"], one["end_time"]) for one in offered if one["avaliable"]]:
        words = "Fail to ship package because the shipment time is outside of the pick-up time slot."
        raise business(21011053, words)
    return {"handover_method": method, "pickup_slot": {"start_time": wanted[0], "end_time": wanted[1]}}


def _own(call: Call, order: Order, given: dict[str, Any]) -> tuple[str, str]:
    own = given.get("self_shipment")
    if not isinstance(own, dict):
        raise invalid("Missing self_shipment.")
    number, provider = str(own.get("tracking_number", "")), str(own.get("shipping_provider_id", ""))
    name = next((one.name for one in call.store.couriers[order.region] if one.code == provider), None)
    if name is None or not _NUMBER.fullmatch(number):
        words = (
            "This tracking number cannot be matched to any carrier, please check the tracking number and upload again."
        )
        raise business(11028006, words)
    return number, name


def detail(call: Call) -> dict[str, Any]:
    """One package."""
    return package_row(*call.parcel(call.path["package_id"]))


def search(call: Call) -> dict[str, Any]:
    """Packages by their last change, newest first."""
    size, start = call.page_size(50), offset_of(call.query.get("page_token", ""))
    since, until, status = (
        call.integer("update_time_ge"),
        call.integer("update_time_lt"),
        call.body.get("package_status"),
    )
    rows = [
        package_row(order, parcel)
        for order in call.shop.orders.values()
        for parcel in parcels_of(order)
        if status in (None, "", package_status((parcel.live or parcel.pieces)[0]))
    ]
    rows = [row for row in rows if (since or 0) <= row["update_time"] < (until or 2**60)]
    rows.sort(key=lambda row: (row["update_time"], row["package_id"]), reverse=True)
    token = following(start, size, len(rows))
    return {"next_page_token": token, "total_count": len(rows), "packages": rows[start : start + size]}


def providers(call: Call) -> dict[str, Any]:
    """Couriers that a seller may name for a delivery option."""
    known = {delivery_option(order)[1] for order in call.shop.orders.values()}
    if call.path["delivery_option_id"] not in known:
        raise invalid("Invalid delivery_option_id.")
    couriers = call.store.couriers[call.shop.region]
    return {"shipping_providers": [{"id": one.code, "name": one.name} for one in couriers]}


def documents(call: Call) -> dict[str, Any]:
    """The label's address, good for a day; it may be empty, and it takes its time."""
    order, parcel = call.parcel(call.path["package_id"])
    if call.query.get("document_type") not in DOCUMENTS:
        raise invalid("Invalid document_type.")
    if call.query.get("document_format", "PDF") != "PDF":
        raise invalid("Invalid document_format.")
    if order.extra["shipping_type"] == "SELLER":
        words = "This API is only applicable to TikTok Shipping orders. For seller shipping, use a label of your own."
        raise business(21008017, words)
    if not parcel.live:
        raise business(21011041, "Cannot complete the operation when order is cancelled. ")
    if parcel.live[0].gone:
        raise business(21042102, "Documents couldn't be printed after the package has been pickup.")
    if parcel.live[0].step != "ready":
        raise business(21023035, "Please arrange shipment before retrieving the shipping document.")
    state = call.store.label_state(parcel) if parcel.tracking else "waiting"
    if state == "waiting":
        words = "The shipping document is still being generated by the logistics provider, please try again later."
        raise business(11034037, words)
    if state == "empty":
        return {"doc_url": "", "tracking_number": ""}
    return {"doc_url": f"{call.base}/labels/{call.store.link(parcel)}.pdf", "tracking_number": parcel.tracking}


def label(store: TiktokStore, name: str) -> Outcome:
    """What stands at the address; it asks for neither signature nor token, but only for a day."""
    found = store.linked(name.removesuffix(".pdf"))
    if found is None:
        raise Refusal("404", "Not Found", status=404)
    if not found[1]:
        raise Refusal("403", "The address has expired", status=403)
    return Outcome(None, file=store.draw_labels([found[0]]))
