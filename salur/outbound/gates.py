"""The push conditions of an outbound list, in the order in which they are named (R87 to R94).

Each gate is a pure function over one prefetched record: it answers None when it is open, else the code and the
evidence that the page's text names. What decides here is what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

Evidence = Mapping[str, Any]
Closed = tuple[str, Evidence]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A master product of which too little is free; pieces."""

    msku: str
    free: int
    needed: int


@dataclass(frozen=True, slots=True)
class Unpushed:
    """A master product that the warehouse does not know yet.

    ``state`` is absent, not_pushed, pushing, failed, or incomplete: not sent, because fields that it needs are empty.
    """

    msku: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a person holds the order; ``until`` is empty or a time (ISO 8601)."""

    reason: str
    note: str = ""
    until: str = ""


@dataclass(slots=True)
class GateRecord:
    """All that the gates ask of one outbound list, its order, store and warehouse."""

    order_status: str
    raw_status: str
    order_country: str
    channel: str
    channel_title: str
    store_name: str
    store_state: str
    gives_label: bool
    arranges: bool
    rule_pushes: bool
    rule_needs_awb: bool
    rule_reason: str
    warehouse_name: str
    warehouse_country: str
    warehouse_active: bool
    partner_title: str
    account_state: str
    countries: tuple[str, ...]
    unsupported_channels: frozenset[str]
    needs_awb: bool
    needs_label: bool
    reserved: bool
    awb: str
    has_label: bool
    shipment: str
    shipment_hint: str = ""
    shipment_error: str = ""
    unbound_skus: tuple[str, ...] = ()
    unpushed: tuple[Unpushed, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    third_party: bool = True
    keeps_stock: bool = True
    ships_abroad: bool = False
    awb_taken_by: str = ""
    wish_binds: bool = True
    hold: Hold | None = None
    same_parcel: str = ""
    address_gaps: tuple[str, ...] = ()
    address_needs: frozenset[str] = frozenset()


# What the state of a product at the warehouse means; any other state is on its way there.
UNPUSHED_CODES = {
    "absent": "product_not_in_warehouse",
    "failed": "product_push_failed",
    "incomplete": "product_incomplete",
}


def serves_country(country: str, own: str, countries: Collection[str], ships_abroad: bool) -> bool:
    """Whether a partner's warehouse standing in ``own`` sends to ``country`` (R75, R92).

    ``countries`` empty: to all. To a country that is not known nobody sends.
    """
    if not country or (countries and country not in countries):
        return False
    return ships_abroad or country == own


def standing(order_status: str, store_name: str, wish_binds: bool) -> Closed | None:
    """R93: not cancelled and nobody applies for cancellation. What frees it depends on whether the wish binds."""
    if order_status == "cancelled":
        return "order_cancelled", {"store": store_name}
    if order_status == "cancel_requested":
        return "cancel_requested" if wish_binds else "cancel_wish", {"store": store_name}
    return None


def order_stands(r: GateRecord) -> Closed | None:
    """See :func:`standing`."""
    return standing(r.order_status, r.store_name, r.wish_binds)


def not_shipped(r: GateRecord) -> Closed | None:
    """R90, R103: what has left already leaves nothing to do for the warehouse."""
    if r.order_status in ("shipped", "completed"):
        return "already_shipped", {"store": r.store_name, "status": r.raw_status}
    return None


def status_known(r: GateRecord) -> Closed | None:
    """A status of the store that we do not know moves nothing (design 5)."""
    return ("status_unknown", {"store": r.store_name, "status": r.raw_status}) if r.order_status == "unknown" else None


def not_held(r: GateRecord) -> Closed | None:
    """A person has put the order aside."""
    if r.hold is None:
        return None
    code = "order_held_until" if r.hold.until else "order_held"
    return code, {"held_for": r.hold.reason, "note": r.hold.note, "until": r.hold.until}


def channel_supported(r: GateRecord) -> Closed | None:
    """R91, R104: a channel without label cannot be served by a warehouse that needs one.

    A warehouse that books its own courier takes such orders (A27).
    """
    if not r.third_party:
        return None
    if r.channel in r.unsupported_channels or (r.needs_label and not r.gives_label):
        return "channel_gives_no_label", {"channel": r.channel_title, "partner": r.partner_title}
    return None


def items_linked(r: GateRecord) -> Closed | None:
    """R44, R76."""
    return ("items_unlinked", {"skus": ", ".join(r.unbound_skus)}) if r.unbound_skus else None


def warehouse_connected(r: GateRecord) -> Closed | None:
    """R87: the partner is authorised and the warehouse in use."""
    if not r.warehouse_active:
        return "warehouse_inactive", {"warehouse": r.warehouse_name}
    if r.third_party and r.account_state != "connected":
        return "account_not_connected", {"partner": r.partner_title, "warehouse": r.warehouse_name}
    return None


def country_served(r: GateRecord) -> Closed | None:
    """R75, R92."""
    if not r.third_party or serves_country(r.order_country, r.warehouse_country, r.countries, r.ships_abroad):
        return None
    return "country_not_served", {
        "country": r.order_country or "?",
        "warehouse": r.warehouse_name,
        "warehouse_country": ", ".join(r.countries) if r.ships_abroad and r.countries else r.warehouse_country,
    }


def address_complete(r: GateRecord) -> Closed | None:
    """What the warehouse or its courier must know of the address is there (see ``address``)."""
    lacks = [part for part in r.address_gaps if part in r.address_needs]
    if not lacks or r.order_status in ("shipped", "completed", "cancelled"):
        return None
    return "address_incomplete", {"lacks": " ".join(lacks), "warehouse": r.warehouse_name}


def products_pushed(r: GateRecord) -> Closed | None:
    """R76, R87: the warehouse knows every product."""
    if not r.third_party or not r.unpushed:
        return None
    first = r.unpushed[0]
    code = UNPUSHED_CODES.get(first.state, "product_push_waits")
    return code, {"msku": first.msku, "warehouse": r.warehouse_name, "reason": first.reason, "count": len(r.unpushed)}


def stock_reserved(r: GateRecord) -> Closed | None:
    """R78. Goods that are the partner's own are not ours to reserve."""
    if r.reserved or not r.keeps_stock:
        return None
    if not r.shortfalls:
        return "stock_not_reserved", {"warehouse": r.warehouse_name}
    first = r.shortfalls[0]
    return "not_enough_stock", {
        "msku": first.msku,
        "free": first.free,
        "needed": first.needed,
        "warehouse": r.warehouse_name,
        "count": len(r.shortfalls),
    }


def status_allows(r: GateRecord) -> Closed | None:
    """R95 to R104: the store's table says whether this status may be pushed at all."""
    if r.rule_pushes:
        return None
    if r.order_status == "unpaid":
        return "order_unpaid", {"store": r.store_name}
    return "status_not_pushed", {"store": r.store_name, "status": r.raw_status, "reason": r.rule_reason}


def awb_known(r: GateRecord) -> Closed | None:
    """R88, R89; waived for the couriers of R97 (A14). A number that another order's parcel has is no number.

    An own warehouse needs the number, and the label, of stores that give them: without, its parcel cannot leave.
    """
    if not r.needs_awb:
        return None
    if r.awb and r.awb_taken_by:
        return "awb_in_use", {"awb": r.awb, "other": r.awb_taken_by, "partner": r.partner_title}
    if r.awb or not r.rule_needs_awb:
        return None
    if not r.gives_label and not r.needs_label:  # R104, A15: a person who books the courier can still give the number
        return "channel_gives_no_awb", {"channel": r.channel_title, "partner": r.partner_title, "missing": "awb"}
    if r.shipment == "failed":
        return "arranging_failed", {"store": r.store_name, "reason": r.shipment_error}
    if r.shipment == "arranged":
        return "awb_not_issued", {"store": r.store_name, "hint": r.shipment_hint}
    if r.store_state != "connected":
        return "store_not_connected", {"store": r.store_name}
    if r.shipment == "due":
        return "awb_being_arranged", {"store": r.store_name}
    return "shipment_not_arranged", {"store": r.store_name}


def one_parcel(r: GateRecord) -> Closed | None:
    """R105: goods of different warehouses cannot leave in one parcel, and one AWB number is one parcel.

    A store that cannot split an order has one number for all of its lists.
    """
    if not r.awb or not r.same_parcel:
        return None
    return "mixed_warehouses", {"awb": r.awb, "warehouse": r.warehouse_name, "other": r.same_parcel}


def label_stored(r: GateRecord) -> Closed | None:
    """R88: the label PDF is there. While the AWB is missing, that is the reason named."""
    if not r.needs_label or not r.rule_needs_awb or r.has_label:
        return None
    if r.awb and r.shipment == "failed":
        return "label_failed", {"store": r.store_name, "reason": r.shipment_error}
    return "label_missing", {"store": r.store_name, "hint": r.shipment_hint}


GATES: tuple[tuple[str, Callable[[GateRecord], Closed | None]], ...] = (
    ("order_stands", order_stands),
    ("not_shipped", not_shipped),
    ("status_known", status_known),
    ("not_held", not_held),
    ("channel_supported", channel_supported),
    ("items_linked", items_linked),
    ("warehouse_connected", warehouse_connected),
    ("country_served", country_served),
    ("address_complete", address_complete),
    ("products_pushed", products_pushed),
    ("stock_reserved", stock_reserved),
    ("status_allows", status_allows),
    ("awb_known", awb_known),
    ("one_parcel", one_parcel),
    ("label_stored", label_stored),
)

# The store can still be asked for these: while nothing else is closed, arranging the shipment is what opens them.
ARRANGING_OPENS = frozenset({"awb_known", "label_stored"})


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate as the page lists it: ``code`` names the reason when it is closed."""

    gate: str
    open: bool
    code: str = ""
    evidence: Evidence | None = None


def judge(record: GateRecord) -> list[GateResult]:
    """Every gate with its result, in order."""
    results = []
    for name, gate in GATES:
        closed = gate(record)
        results.append(GateResult(name, closed is None, *(closed or ("", None))))
    return results


def closed_gates(record: GateRecord) -> dict[str, Closed]:
    """Only the closed gates, by name, in order (the hot path)."""
    closed: dict[str, Closed] = {}
    for name, gate in GATES:
        verdict = gate(record)
        if verdict is not None:
            closed[name] = verdict
    return closed


def may_arrange(record: GateRecord, closed: Mapping[str, Closed]) -> bool:
    """Whether nothing but AWB and label is missing, and the store can be asked for them."""
    return bool(closed) and record.arranges and record.shipment == "none" and ARRANGING_OPENS.issuperset(closed)
