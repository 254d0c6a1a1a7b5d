"""What a closed gate says to people: what happened, why, what to do next, who must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from salur.orders.models import HoldReason

from .address import NAMES as ADDRESS_PARTS


@dataclass(frozen=True, slots=True)
class GateText:
    """Texts of one reason; ``cause`` has named placeholders filled from the evidence."""

    title: Any
    cause: Any
    cure: Any
    who: str  # nobody | operator | owner | developer | partner


GATE_NAMES = {
    "order_stands": _("Order not cancelled"),
    "not_shipped": _("Not shipped yet"),
    "status_known": _("Store status known"),
    "not_held": _("Not held"),
    "channel_supported": _("Channel supported by the warehouse"),
    "items_linked": _("Items linked to master SKUs"),
    "warehouse_connected": _("Warehouse connected"),
    "country_served": _("Country served"),
    "address_complete": _("Address complete"),
    "products_pushed": _("Products known to the warehouse"),
    "stock_reserved": _("Stock reserved"),
    "status_allows": _("Order status allows pushing"),
    "awb_known": _("AWB number obtained"),
    "one_parcel": _("Its own parcel"),
    "label_stored": _("Label PDF stored"),
}

GATE_TEXTS: dict[str, GateText] = {
    "order_cancelled": GateText(
        _("Order cancelled"),
        _("The order was cancelled at %(store)s."),
        _("Nothing to do: the outbound list is void and its stock is free again."),
        "nobody",
    ),
    "cancel_requested": GateText(
        _("Buyer asks to cancel"),
        _("The buyer applied for cancellation at %(store)s."),
        _("Accept or reject the application. If it is rejected, the order goes on by itself."),
        "operator",
    ),
    "cancel_wish": GateText(
        _("Buyer asks to cancel"),
        _("The buyer asked to cancel. %(store)s leaves it to the seller: cancel the order, or ship it all the same."),
        _("Cancel it at the store, or choose “Ship anyway”: it goes on, and stops if the store cancels it later."),
        "operator",
    ),
    "already_shipped": GateText(
        _("Already shipped"),
        _("%(store)s shows this order as %(status)s: there is nothing left for the warehouse to do."),
        _("Ship through Salur and not in the store's own back office, so that the warehouse gets the order."),
        "nobody",
    ),
    "status_unknown": GateText(
        _("Unknown store status"),
        _("%(store)s reports the status %(status)s, which Salur does not know."),
        _("The order waits until the store reports another status. Tell the developer about this one."),
        "developer",
    ),
    "order_held": GateText(
        _("Held"),
        _("This order is held: %(held_for)s. %(note)s"),
        _("Release it on the order's page when it may go on. Its stock stays reserved meanwhile."),
        "operator",
    ),
    "order_held_until": GateText(
        _("Held until a time"),
        _("This order is held until %(until)s: %(held_for)s. %(note)s"),
        _("Nothing to do: it goes on by itself then. It can be released earlier on the order's page."),
        "nobody",
    ),
    "channel_gives_no_label": GateText(
        _("No label from this channel"),
        _("%(channel)s gives no shipping label, and %(partner)s needs one."),
        _("Send this order from your own warehouse, or from a warehouse that books its own courier."),
        "operator",
    ),
    "channel_gives_no_awb": GateText(
        _("No AWB number from this channel"),
        _("%(channel)s gives no AWB number, and %(partner)s sends no parcel without one."),
        _(
            "Book a courier yourself and enter its AWB number on the outbound list's page. The list then goes on by"
            " itself. Or send this order from a warehouse that books its own courier."
        ),
        "operator",
    ),
    "items_unlinked": GateText(
        _("SKU not linked"),
        _("These SKUs are not linked to a master SKU: %(skus)s."),
        _("Link them under Products > Channel products. The order then goes on by itself."),
        "operator",
    ),
    "warehouse_inactive": GateText(
        _("Warehouse not in use"),
        _("%(warehouse)s is switched off."),
        _("Switch it on, or choose another warehouse for the order."),
        "operator",
    ),
    "account_not_connected": GateText(
        _("Warehouse partner not connected"),
        _("The connection to %(partner)s for %(warehouse)s is paused or ended."),
        _("Authorise it again under Integration. The order then goes on by itself."),
        "owner",
    ),
    "country_not_served": GateText(
        _("Country not served"),
        _("The order goes to %(country)s; %(warehouse)s serves %(warehouse_country)s only."),
        _("Choose another warehouse for the order, or mend the delivery-warehouse rules."),
        "operator",
    ),
    "address_incomplete": GateText(
        _("The address is incomplete"),
        _("%(warehouse)s or its courier needs of the address what is missing or wrong here: %(lacks)s."),
        _("Correct the address on the order's page. The order then goes on by itself."),
        "operator",
    ),
    "product_not_in_warehouse": GateText(
        _("Master SKU not in the warehouse"),
        _("MSKU %(msku)s has not been added to %(warehouse)s."),
        _("Add the product to the warehouse. The order then goes on by itself."),
        "operator",
    ),
    "product_push_failed": GateText(
        _("Product push failed"),
        _("%(warehouse)s refused MSKU %(msku)s: %(reason)s"),
        _("Correct the product and push it again. The order then goes on by itself."),
        "operator",
    ),
    "product_incomplete": GateText(
        _("Product data missing"),
        _("%(warehouse)s takes MSKU %(msku)s only with these fields, which are empty: %(reason)s."),
        _("Fill them in on the product's page. The product is then pushed, and the order goes on, by themselves."),
        "operator",
    ),
    "product_push_waits": GateText(
        _("Product push under way"),
        _("MSKU %(msku)s is being pushed to %(warehouse)s."),
        _("Nothing to do: the order goes on by itself when the warehouse has accepted it."),
        "nobody",
    ),
    "not_enough_stock": GateText(
        _("Not enough stock"),
        _("MSKU %(msku)s has %(free)s free in %(warehouse)s, %(needed)s needed."),
        _("Bring stock in or synchronise the stock. The order then goes on by itself."),
        "operator",
    ),
    "stock_not_reserved": GateText(
        _("Stock not reserved yet"),
        _("The stock in %(warehouse)s has not been reserved for this order yet."),
        _("Nothing to do: it is reserved with the next check."),
        "nobody",
    ),
    "order_unpaid": GateText(
        _("Not paid"),
        _("%(store)s has not reported the payment yet."),
        _("Nothing to do: the order goes on by itself when it is paid."),
        "nobody",
    ),
    "status_not_pushed": GateText(
        _("Store status does not allow it yet"),
        _("Orders in the status %(status)s at %(store)s are not pushed to a warehouse."),
        _("Accept the order or arrange its shipment; it goes on by itself when the status changes."),
        "operator",
    ),
    "shipment_not_arranged": GateText(
        _("No AWB number yet: shipment not arranged"),
        _("The shipment has not been arranged at %(store)s."),
        _("Arrange the shipment, or switch on automatic arranging for the store."),
        "operator",
    ),
    "awb_being_arranged": GateText(
        _("No AWB number yet: being arranged"),
        _("Salur is arranging the shipment at %(store)s."),
        _("Nothing to do: the order goes on by itself."),
        "nobody",
    ),
    "awb_not_issued": GateText(
        _("No AWB number yet: the store has not issued one"),
        _("The shipment is arranged, but %(store)s has not issued the AWB number. %(hint)s"),
        _("Nothing to do: Salur asks again every few moments."),
        "partner",
    ),
    "awb_in_use": GateText(
        _("AWB number used by another order"),
        _("The AWB number %(awb)s stands on the outbound list of %(other)s too, and one number is one parcel."),
        _(
            "Look at the store which of the two orders the parcel is for, then enter the right AWB number and label"
            " on this list's page, or arrange its shipment again at the store."
        ),
        "operator",
    ),
    "arranging_failed": GateText(
        _("Arranging the shipment failed"),
        _("%(store)s refused: %(reason)s"),
        _("Correct the cause at the store, then arrange the shipment again."),
        "operator",
    ),
    "store_not_connected": GateText(
        _("Store not connected"),
        _("The AWB number cannot be fetched: the connection to %(store)s is paused or ended."),
        _("Authorise the store again under Integration."),
        "owner",
    ),
    "mixed_warehouses": GateText(
        _("Different warehouses in one parcel"),
        _(
            "%(warehouse)s and %(other)s would send this order under one AWB number, %(awb)s, and one number is one"
            " parcel."
        ),
        _("Send all of it from one warehouse, or give each outbound list an AWB number and a label of its own."),
        "operator",
    ),
    "label_missing": GateText(
        _("No label PDF yet"),
        _("%(store)s has not given the shipping label yet. %(hint)s"),
        _("Nothing to do: Salur asks again every few moments."),
        "partner",
    ),
    "label_failed": GateText(
        _("No label PDF: the store refused"),
        _("%(store)s gives no label: %(reason)s"),
        _("Correct the cause at the store, then arrange the shipment again."),
        "operator",
    ),
}

NOT_ARRANGED: dict[str, Any] = {
    "labelled": _("AWB and label are stored already"),
    "handed_over_otherwise": _("The store has been told how it is handed over; that cannot be changed here any more"),
}
"""Why nothing is arranged although no condition is closed."""


def gate_text(code: str, evidence: Mapping[str, Any] | None = None) -> GateText:
    """The texts of a reason with its evidence filled in, in the language of the moment."""
    known = GATE_TEXTS[code]
    return GateText(known.title, str(known.cause) % filled_in(evidence or {}), known.cure, known.who)


def filled_in(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Reasons of ours by their names, and times by the reader's clock."""
    shown = dict(evidence)
    if "held_for" in shown:
        shown["held_for"] = dict(HoldReason.choices).get(shown["held_for"], shown["held_for"])
    if "lacks" in shown:
        shown["lacks"] = ", ".join(str(ADDRESS_PARTS.get(part, part)) for part in shown["lacks"].split())
    if shown.get("until"):
        shown["until"] = date_format(localtime(datetime.fromisoformat(shown["until"])), "SHORT_DATETIME_FORMAT")
    return shown
