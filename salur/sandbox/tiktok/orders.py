"""Reading orders (tiktok-shop.md, Operations)."""

from bisect import bisect_left, bisect_right
from typing import Any

from salur.sandbox.storefront.model import Order
from salur.sandbox.tiktok.call import Call, hidden, invalid, shown
from salur.sandbox.tiktok.rows import WAREHOUSE, order_row
from salur.sandbox.tiktok.store import STATUSES

_LAST = "\uffff"


def search(call: Call) -> dict[str, Any]:
    """A page. Its token is a position in time, so an order that changes meanwhile is met again at its new time."""
    size, field = call.page_size(100), call.query.get("sort_field") or "create_time"
    direction = call.query.get("sort_order") or "DESC"
    if field not in ("create_time", "update_time"):
        raise invalid("Invalid sort_field.")
    if direction not in ("ASC", "DESC"):
        raise invalid("Invalid sort_order.")
    index = _index(call, field)
    _check(call)
    found = [entry for entry in _window(call, index, field) if _wanted(call, call.shop.orders[entry[1]])]
    count = len(found)
    if call.query.get("page_token"):
        found = _after(found, _position(call.query["page_token"]), ascending=direction == "ASC")
    if direction == "DESC":
        found.reverse()
    page = found[:size]
    token = hidden(f"{page[-1][0]}:{page[-1][1]}") if len(found) > size else ""
    rows = [order_row(call.store, call.shop.orders[number]) for _, number in page]
    return {"next_page_token": token, "total_count": count, "orders": rows}


def _index(call: Call, field: str) -> list[tuple[int, str]]:
    if field == "update_time":
        return call.shop.by_update
    return sorted((order.created, order.number) for order in call.shop.orders.values())


def _position(page_token: str) -> tuple[int, str]:
    when, _, number = shown(page_token).partition(":")
    if not when.isdigit() or not number:
        raise invalid("Invalid page_token.")
    return int(when), number


def _after(found: list[tuple[int, str]], place: tuple[int, str], *, ascending: bool) -> list[tuple[int, str]]:
    return found[bisect_right(found, place) :] if ascending else found[: bisect_left(found, place)]


def _window(call: Call, index: list[tuple[int, str]], field: str) -> list[tuple[int, str]]:
    since, until = call.integer(f"{field}_ge"), call.integer(f"{field}_lt")
    first = 0 if since is None else bisect_left(index, (since, ""))
    last = len(index) if until is None else bisect_left(index, (until, ""))
    return index[first:last]


def _check(call: Call) -> None:
    for name in ("create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt"):
        call.integer(name)
    if call.body.get("order_status") not in (None, "", *STATUSES):
        raise invalid("Invalid order_status.")
    if call.body.get("shipping_type") not in (None, "", "TIKTOK", "SELLER"):
        raise invalid("Invalid shipping_type.")
    call.texts("warehouse_ids", 100)


def _wanted(call: Call, order: Order) -> bool:
    body = call.body
    asked, warehouses = body.get("is_buyer_request_cancel"), body.get("warehouse_ids")
    return (
        body.get("order_status") in (None, "", order.status)
        and body.get("shipping_type") in (None, "", order.extra["shipping_type"])
        and (asked is None or bool(asked) == bool(order.cancel_asked))
        and (not warehouses or WAREHOUSE in warehouses)
        and _within(call, "create_time", order.created)
        and _within(call, "update_time", order.updated)
    )


def _within(call: Call, field: str, when: int) -> bool:
    since, until = call.integer(f"{field}_ge"), call.integer(f"{field}_lt")
    return (since is None or when >= since) and (until is None or when < until)


def detail(call: Call) -> dict[str, Any]:
    """Up to 50 orders; unknown ones are left out."""
    wanted = [one for one in (call.query.get("ids") or "").split(",") if one]
    if not 1 <= len(wanted) <= 50:
        raise invalid("Invalid ids.")
    known = call.shop.orders
    return {"orders": [order_row(call.store, known[number]) for number in dict.fromkeys(wanted) if number in known]}
