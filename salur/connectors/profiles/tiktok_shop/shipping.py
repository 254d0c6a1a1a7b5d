"""Handing a package over (contract sheet, "ship", "pickup slots", "packages")."""

from __future__ import annotations

from contextlib import suppress

from salur.connectors.base.errors import AlreadyExists, PartnerError, Rejected, Retryable, TooLate
from salur.connectors.base.reading import JsonObject, as_objects, flag, moment, text, whole
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import AwbResult, ConfirmResult, OrderStatus, ShippingOption

from . import mapping, orders
from .profile import Profile
from .statuses import AFTER_ARRANGING, order_status
from .wire import Wire

PICKUP, DROP_OFF, BY_SELLER = "pickup", "dropoff", "seller"
OF_ORDER = frozenset({"package_id"})
PACKAGES = "/fulfillment/202309/packages"


def options(wire: Wire, profile: Profile, external_id: str) -> list[ShippingOption]:
    """Ways of handing over, pickups first; orders that the seller sends need a number that only a person has."""
    order = orders.row(wire, profile, external_id)
    _refuse_unready(order)
    package = only_package(order)
    if text(order, "shipping_type") == mapping.SENT_BY_SELLER:
        blanks = {"package_id": package, "tracking_number": "", "shipping_provider_id": ""}
        return [ShippingOption(BY_SELLER, blanks, of_order=OF_ORDER)]
    data = wire.get(f"{PACKAGES}/{package}/handover_time_slots", subject=external_id)
    found = _pickups(data, package) if flag(data, "can_pickup") else []
    if flag(data, "can_drop_off"):
        found.append(ShippingOption(DROP_OFF, {"package_id": package}, of_order=OF_ORDER))
    return found


def _refuse_unready(order: JsonObject) -> None:
    raw = text(order, "status")
    status = order_status(raw)
    if status in AFTER_ARRANGING:
        raise AlreadyExists(raw, "the shipment was arranged before")
    if status is OrderStatus.CANCELLED:
        raise TooLate(raw, "the order is cancelled")
    if status is not OrderStatus.PAID:
        raise Rejected(raw, f"the order is {raw}")


def only_package(order: JsonObject) -> str:
    """The number of the order's package; several would have several AWB numbers, and an order of ours carries one."""
    numbers = mapping.package_ids(order)
    if len(numbers) > 1:
        raise Rejected("split_order", f"the order goes in {len(numbers)} packages: {', '.join(numbers)}")
    if not numbers:
        raise Retryable("no_package", "the store has not made the package yet")
    return numbers[0]


def _pickups(data: JsonObject, package: str) -> list[ShippingOption]:
    slots = as_objects(data.get("pickup_slots"), "pickup_slots")
    if not slots:
        return [ShippingOption(PICKUP, {"package_id": package}, of_order=OF_ORDER)]
    return [
        ShippingOption(
            PICKUP,
            {"package_id": package, "start_time": text(slot, "start_time"), "end_time": text(slot, "end_time")},
            of_order=OF_ORDER,
            begins=moment(slot, "start_time"),
            ends=moment(slot, "end_time"),
        )
        for slot in slots
        if flag(slot, "avaliable", True)  # spelled so by TikTok
    ]


def ship_request(option: ShippingOption) -> dict[str, object]:
    """The body of Ship Package."""
    fields = option.fields
    if option.kind == BY_SELLER:
        given = {name: fields.get(name, "") for name in ("tracking_number", "shipping_provider_id")}
        return {"self_shipment": given}
    if option.kind == DROP_OFF:
        return {"handover_method": "DROP_OFF"}
    slot = {name: whole(fields, name) for name in ("start_time", "end_time") if fields.get(name)}
    return {"handover_method": "PICKUP", **({"pickup_slot": slot} if slot else {})}


def arrange(wire: Wire, profile: Profile, external_id: str, option: ShippingOption) -> None:
    """Arrange the shipment. A package is arranged once, so repeating is safe; AlreadyExists tells of the first time."""
    package = option.fields.get("package_id") or only_package(orders.row(wire, profile, external_id))
    try:
        wire.post(f"{PACKAGES}/{package}/ship", ship_request(option), Effect.REPEATABLE, subject=external_id)
    except Rejected as refusal:
        known = _arranged_before(wire, profile, external_id, refusal)
        if known is None:
            raise
        raise known from refusal


def _arranged_before(wire: Wire, profile: Profile, external_id: str, refusal: Rejected) -> PartnerError | None:
    """TikTok has many words for "no", so after a refusal the order itself is asked."""
    found = orders.rows(wire, profile, [external_id])
    status = order_status(text(found[0], "status")) if found else OrderStatus.UNKNOWN
    if status in AFTER_ARRANGING:
        return AlreadyExists(refusal.code, refusal.message, exchange_id=refusal.exchange_id)
    if status is OrderStatus.CANCELLED:
        return TooLate(refusal.code, refusal.message, exchange_id=refusal.exchange_id)
    return None


def number_of(wire: Wire, profile: Profile, external_id: str) -> AwbResult:
    """The AWB number as order or package show it; the package knows it first."""
    order = orders.row(wire, profile, external_id)
    package = only_package(order)
    number, courier = mapping.tracking(order), mapping.courier(order)
    if not number:
        shown = wire.get(f"{PACKAGES}/{package}", subject=external_id)
        number = text(shown, "tracking_number").strip()
        courier = text(shown, "shipping_provider_name") or courier
    return AwbResult(number, package=package, courier=courier)


def confirm(wire: Wire, profile: Profile, external_id: str, tracking: str, courier: str) -> ConfirmResult:
    """Read back that the store shows our AWB number.

    Arranging was the confirmation for the platform's carriers. Only where the seller sends is the number told now.
    """
    found = orders.rows(wire, profile, [external_id])
    if not found:
        return ConfirmResult(False, "", detail="the store does not know the order")
    order = found[0]
    by_seller = text(order, "shipping_type") == mapping.SENT_BY_SELLER
    if by_seller and tracking and order_status(text(order, "status")) is OrderStatus.PAID:
        provider = _provider(wire, order, courier)
        fields = {"tracking_number": tracking, "shipping_provider_id": provider}
        body = ship_request(ShippingOption(BY_SELLER, fields))
        with suppress(AlreadyExists):  # told by an earlier try whose answer was lost; what the store shows decides
            wire.post(f"{PACKAGES}/{only_package(order)}/ship", body, Effect.REPEATABLE, subject=external_id)
        order = next(iter(orders.rows(wire, profile, [external_id])), order)
    raw, shown = text(order, "status"), mapping.tracking(order)
    confirmed = bool(tracking) and shown == tracking and order_status(raw) in AFTER_ARRANGING
    detail = "" if confirmed else f"the store shows {raw}" + (f", AWB {shown}" if shown else "")
    return ConfirmResult(confirmed, raw, shown, detail)


def _provider(wire: Wire, order: JsonObject, courier: str) -> str:
    """The carrier's number at TikTok Shop, by its name; the one of the order where none was named."""
    option = text(order, "delivery_option_id")
    wanted = courier.strip().lower()
    held, name = text(order, "shipping_provider_id"), text(order, "shipping_provider")
    if held and wanted in ("", name.strip().lower()):
        return held
    data = wire.get(f"/logistics/202309/delivery_options/{option}/shipping_providers")
    rows = as_objects(data.get("shipping_providers"), "shipping_providers")
    for row in rows:
        if text(row, "name").strip().lower() == wanted:
            return text(row, "id")
    names = ", ".join(text(row, "name") for row in rows)
    raise Rejected("unknown_carrier", f"the store knows these carriers for the order: {names}", field="courier")
