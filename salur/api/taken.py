"""Orders as an API call hands them over: the same fields, limits and messages as the order file's (R146).

Each order becomes the rows of Salur's own order file and is read by the same reader, so the two ways cannot differ.
What is wrong with one order sets that order aside; what is wrong with the call's form refuses the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.config import JsonDict

from salur.flows.ingest import Incoming, RunRow
from salur.orders.formats import ParsedOrder
from salur.orders.formats.cells import Cells
from salur.orders.formats.grouping import LINES_LIMIT, Reader
from salur.orders.formats.results import evidence
from salur.orders.formats.table import Table
from salur.orders.formats.template import Template

MOST = 1000


def _text(value: Any) -> Any:
    """Absent and null are the same; numbers that must stay exact may come as whole numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int) else value


def _plain(value: Any) -> Any:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_plain)]
Money = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "integer", "null"]})]
Pieces = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["integer", "string"]})]
YesNo = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["boolean", "string", "null"]})]

LINE_NEEDED: JsonDict = {"required": ["sku", "quantity"]}
ORDER_NEEDED: JsonDict = {"required": ["order_id", "recipient_name", "address1", "country", "lines"]}


class NewLine(Schema):
    """One line of a new order."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=LINE_NEEDED)

    line_id: Text = Field("", description="Unique within the order; without it the line's place counts.")
    sku: Text = Field("", description="The store's SKU.")
    item_name: Text = ""
    quantity: Pieces = Field("", description="Whole pieces, at least 1.")
    unit_price: Money = Field("", description="Text with a decimal point, like “120.00”.")


class NewOrder(Schema):
    """A new order, or a newer sight of one that is known; fields as in the order file."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=ORDER_NEEDED)

    order_id: Text = Field("", description="The order's number at its store; one number is one order.")
    status: Text = Field("", description="unpaid, paid, ready, shipped, completed or cancelled; without it: paid.")
    ordered_at: Text = Field("", description="RFC 3339; without an offset, in the merchant's time zone.")
    paid_at: Text = ""
    updated_at: Text = Field("", description="When the order last changed; an older sight never replaces a newer.")
    currency: Text = Field("", description="ISO 4217; without it the store's.")
    total: Money = ""
    cash_on_delivery: YesNo = ""
    courier: Text = ""
    buyer: Text = ""
    recipient_name: Text = ""
    recipient_phone: Text = ""
    recipient_email: Text = ""
    address1: Text = ""
    address2: Text = ""
    district: Text = ""
    city: Text = ""
    province: Text = ""
    postal_code: Text = ""
    country: Text = Field("", description="ISO 3166 alpha-2.")
    note: Text = ""
    lines: list[NewLine] = Field([], description=f"1 to {LINES_LIMIT} lines.")


class NewOrders(Schema):
    """A call's orders, all of one store."""

    model_config = ConfigDict(extra="forbid")

    store_id: int
    orders: list[NewOrder] = Field(min_length=1, max_length=MOST)


HEAD = [column.name for column in Template.head]
LINE = [column.name for column in Template.line]


def read_orders(orders: Sequence[NewOrder], *, zone: str, now: datetime) -> tuple[list[Incoming], list[RunRow]]:
    """The orders that are sound, and a row for each thing that is wrong with the others.

    A row's ``line`` is the order's place in the call, from 1, its ``column`` the path within the order.
    """
    cells = Cells(ZoneInfo(zone), now)
    sound: list[Incoming] = []
    refused: list[RunRow] = []
    seen: set[str] = set()
    for place, order in enumerate(orders, 1):
        key = order.order_id.strip()
        if key and key in seen:
            refused.append(_refused(place, key, "order_id", "order_twice", {"value": evidence(key)}))
            continue
        seen.add(key)
        if not order.lines:
            refused.append(_refused(place, key, "lines", "missing_value", {}))
            continue
        for item in _read(order, cells):
            if isinstance(item, RunRow):
                refused.append(_refused(place, item.external_id, item.column, item.code, item.detail or {}))
            else:
                sound.append(Incoming(item.order, place))
    return sound, refused


def _refused(place: int, key: str, column: str, code: str, detail: dict[str, str]) -> RunRow:
    return RunRow(evidence(key), "failed", place, column, code, detail)


def _read(order: NewOrder, cells: Cells) -> Iterator[ParsedOrder | RunRow]:
    head = [getattr(order, name) for name in HEAD]
    rows = [(at, [*head, *(getattr(line, name) for name in LINE)]) for at, line in enumerate(order.lines)]
    for item in Reader(Template(), Table([*HEAD, *LINE], iter(rows)), cells):
        if isinstance(item, ParsedOrder):
            yield item
        else:
            yield RunRow(item.external_id, "failed", None, _path(item.column, item.line), item.code, dict(item.detail))


def _path(column: str, line: int) -> str:
    if not column:
        return "lines"
    return f"lines/{line}/{column}" if column in LINE else column
