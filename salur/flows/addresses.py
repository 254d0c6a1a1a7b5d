"""A recipient's address corrected by a person, or left to the store again (inside a scope; R113, R114).

As long as a correction counts, no later sight of the order changes the address; what the store shows meanwhile is kept
beside it, so that the order's page and the API can say that the two differ.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.types import Address
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Problem, Refusal
from salur.orders.formats.countries import CODES
from salur.orders.merge import ADDRESS
from salur.orders.models import Order
from salur.outbound.models import Outbound
from salur.outbound.queries import IN_FORCE
from salur.outbound.states import PushState
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .wakeups import lists_changed

LONGEST = 255  # of one part, and of one street line
MOST_LINES = 5
OVER = ("shipped", "completed", "cancelled")

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "address_too_late",
        _("The warehouse has the old address"),
        _("The outbound list %(reference)s is at the warehouse, or the order has left."),
        _("Stop the outbound list at the warehouse first, or tell the warehouse or the courier the right address."),
        "operator",
    ),
    Problem(
        "address_refused",
        _("The address cannot be kept"),
        _(
            "A part is longer than %(longest)s characters, there are more than %(lines)s lines, or the country is no"
            " code."
        ),
        _("Shorten it, and write the country as two letters, for example TH, ID or MY."),
        "operator",
    ),
    Problem(
        "address_not_corrected",
        _("Nobody has corrected this address"),
        _("The order %(order)s has the address that its store shows."),
        _("Nothing to do."),
        "nobody",
    ),
)


def correct_address(order_id: int, address: Address) -> Order:
    """Let this address count from now on; the order goes on by itself. Raises Refusal: too late, or not usable."""
    order, waiting = _open_order(order_id)
    parts = _parts(address)
    if order.address_corrected_at is None:
        order.address_at_store = {name: getattr(order, name) for name in ADDRESS}
    changed = sorted(name for name in ADDRESS if getattr(order, name) != parts[name])
    _write(order, parts)
    order.address_corrected_at = now()
    order.save(update_fields=[*ADDRESS, "address_corrected_at", "address_at_store", "changed_at"])
    audit.record("order.address_corrected", f"order:{order.pk}", parts=changed)
    lists_changed(waiting)
    return order


def leave_address_to_store(order_id: int) -> Order:
    """Take the store's own address again, as it was seen last, and follow it. Raises Refusal."""
    order, waiting = _open_order(order_id)
    if order.address_corrected_at is None or order.address_at_store is None:
        raise Refusal("address_not_corrected", order=order.shown)
    _write(order, order.address_at_store)
    order.address_corrected_at, order.address_at_store = None, None
    order.save(update_fields=[*ADDRESS, "address_corrected_at", "address_at_store", "changed_at"])
    audit.record("order.address_of_store", f"order:{order.pk}")
    lists_changed(waiting)
    return order


def differing(order: Order) -> dict[str, Any]:
    """Where the store shows another address than the person's correction: its parts; empty where it does not."""
    shown = order.address_at_store or {}
    return shown if any(shown[name] != getattr(order, name) for name in shown) else {}


def _open_order(order_id: int) -> tuple[Order, list[int]]:
    """The order, locked, and its lists that no warehouse has."""
    lock_ids("orders_order", current_scope().merchant_id, [order_id])
    order = Order.objects.select_related("store").get(pk=order_id)
    ids = Outbound.objects.filter(IN_FORCE, order=order).values_list("pk", flat=True)
    held = lock_ids("outbound_outbound", current_scope().merchant_id, ids)  # a push that begins now has the old one
    lists = list(Outbound.objects.filter(IN_FORCE, pk__in=held).order_by("pk"))
    gone = [one for one in lists if one.push in (PushState.PUSHED, PushState.PUSHING, PushState.UNKNOWN)]
    if gone or order.status in OVER:
        raise Refusal("address_too_late", reference=gone[0].reference if gone else "–")
    return order, [one.pk for one in lists]


def _parts(address: Address) -> dict[str, Any]:
    """As the order keeps it, without what no table takes."""
    plain = {name: _plain(value) for name, value in asdict(address).items() if name != "lines"}
    lines = [line for line in map(_plain, address.lines) if line]
    too_long = any(len(part) > LONGEST for part in (*plain.values(), *lines)) or len(lines) > MOST_LINES
    if too_long or plain["country"] not in (*CODES, ""):
        raise Refusal("address_refused", longest=LONGEST, lines=MOST_LINES)
    return {
        "recipient_name": plain["name"],
        "recipient_phone": plain["phone"],
        "recipient_email": plain["email"],
        "address_lines": lines,
        **{name: plain[name] for name in ("district", "city", "province", "postal_code", "country")},
    }


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _write(order: Order, parts: dict[str, Any]) -> None:
    order.changed_at = now()
    for name in ADDRESS:
        setattr(order, name, parts[name])
