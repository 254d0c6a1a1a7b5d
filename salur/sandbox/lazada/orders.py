"""Reading orders (lazada.md, Operations; error codes of the reference of GetOrders)."""

import json
import re
from datetime import datetime
from typing import Any

from salur.sandbox.lazada.call import Call, isv
from salur.sandbox.lazada.rows import item_row, order_row
from salur.sandbox.lazada.store import STATUSES
from salur.sandbox.storefront.model import Order
from salur.sandbox.storefront.parcels import pieces_of

FILTERS = (*STATUSES, "shipping")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
_LONG_AGO, _FAR_AHEAD = 0.0, 2.0**40


def moment(call: Call, name: str, default: float) -> float:
    """A point in time with its offset; raises 17."""
    value = call.given.get(name, "")
    if not value:
        return default
    refusal = isv("17", f'E017: "{value}" Invalid Date Format')
    if not _TIME.fullmatch(value):
        raise refusal
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError as problem:
        raise refusal from problem


def orders_get(call: Call) -> dict[str, Any]:
    """A page by offset; orders that change meanwhile leave their place."""
    given = call.given
    if not given.get("update_after") and not given.get("created_after"):
        raise isv("18", "E018: Either CreatedAfter or UpdatedAfter is mandatory")
    offset = call.number("offset", 0, 5000, isv("14", f'E014: "{given.get("offset")}" Invalid Offset'))
    limit = call.number("limit", 100, 100, isv("19", f'E019: "{given.get("limit")}" Invalid Limit'))
    if limit == 0:
        raise isv("19", 'E019: "0" Invalid Limit')
    found = _sorted(call, _matching(call))
    page = found[offset : offset + limit]
    rows = [order_row(call.store.settings, order) for order in page]
    return {"data": {"count": len(page), "countTotal": len(found), "orders": rows}}


def _matching(call: Call) -> list[Order]:
    status = call.given.get("status", "")
    if status and status not in FILTERS:
        raise isv("6", "Invalid status filter")
    since, until = moment(call, "update_after", _LONG_AGO), moment(call, "update_before", _FAR_AHEAD)
    born, unborn = moment(call, "created_after", _LONG_AGO), moment(call, "created_before", _FAR_AHEAD)
    wanted = "shipped" if status == "shipping" else status
    return [
        order
        for order in call.store.changed_between(call.shop, since, until)
        if born <= order.created <= unborn and (not wanted or any(piece.status == wanted for piece in pieces_of(order)))
    ]


def _sorted(call: Call, found: list[Order]) -> list[Order]:
    """By creation, newest first, where nothing else is asked for (assumed)."""
    field = call.given.get("sort_by") or "created_at"
    direction = (call.given.get("sort_direction") or "DESC").upper()
    if field not in ("created_at", "updated_at"):
        raise isv("75", "E075: Invalid sort filter.")
    if direction not in ("ASC", "DESC"):
        raise isv("74", "E074: Invalid sort direction.")
    if field == "created_at":
        found = sorted(found, key=lambda order: (order.created, order.id))
    return found if direction == "ASC" else found[::-1]


def order_get(call: Call) -> dict[str, Any]:
    """One order without its items."""
    return {"data": order_row(call.store.settings, call.order(call.text("order_id")))}


def order_items_get(call: Call) -> dict[str, Any]:
    """The pieces of one order."""
    return {"data": _items(call, call.order(call.text("order_id")))}


def orders_items_get(call: Call) -> dict[str, Any]:
    """The pieces of up to 50 orders."""
    form = isv("56", "E056: Invalid OrdersIdList format. Must use array format [1,2]")
    wanted = ids(call.json("order_ids", form))
    if wanted is None:
        raise form
    if len(wanted) > 50:
        raise isv("38", "E038: Too many orders were requested")
    orders = [call.store.find_id(call.shop, one) for one in wanted]
    known = [order for order in orders if order is not None]
    if not known:
        raise isv("39", "E039: No orders were found")
    if len(known) < len(orders):
        raise isv("37", "E037: One or more order id in the list are incorrect")
    return {
        "data": [
            {"order_id": order.id, "order_number": order.id, "order_items": _items(call, order)} for order in known
        ]
    }


def _items(call: Call, order: Order) -> list[dict[str, Any]]:
    pieces = [] if order.extra.get("no_items") else pieces_of(order)
    return [item_row(call.store.settings, order, piece) for piece in pieces]


def ids(value: Any) -> list[str] | None:
    """A JSON list of whole numbers, which may be written as texts; None when it is something else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, list) or not value:
        return None
    texts = [str(one) for one in value if not isinstance(one, bool | float | dict | list)]
    return texts if len(texts) == len(value) and all(text.isdigit() for text in texts) else None
