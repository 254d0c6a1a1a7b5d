"""Schemas of what the API shows: stores, warehouses, orders, outbound lists, stock, runs.

Money is text with its decimals, times are RFC 3339 in UTC, countries ISO 3166 alpha-2, quantities whole pieces.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from salur.integrations.models import ConnectionState
from salur.orders.models import OrderSource
from salur.orders.states import OrderState, RunState
from salur.outbound.states import CancellationState, ConfirmationState, PushState, ShipmentState, TaskState
from salur.stock.models import MovementCause

from .paging import Page
from .race_shown import CutOff, Race


class StoreRef(Schema):
    """A store in brief."""

    id: int
    name: str
    channel: str


class Store(StoreRef):
    """A store connection."""

    country: str
    currency: str
    state: ConnectionState
    pause_reason: str
    automatic_sync: bool
    synced_until: datetime | None


class StoreList(Schema):
    """All stores of the merchant."""

    items: list[Store]


class WarehouseRef(Schema):
    """A warehouse in brief."""

    id: int
    code: str
    name: str


class Warehouse(WarehouseRef):
    """A warehouse: the merchant's own (no partner), or one of a partner's account."""

    country: str
    time_zone: str
    active: bool
    partner: str | None
    account_id: int | None
    account_state: ConnectionState | None
    return_address: str = Field(description="Of an own warehouse; printed on packing slips.")
    daily_sync: bool = Field(description="Its stock is synchronised every day at 02:00 by its clocks.")
    next_sync_at: datetime | None
    ask_above: int | None = Field(
        description="A stock sync asks before it enters an unexplained difference of more pieces; null: never."
    )
    ask_above_percent: int = Field(description="… and of more than that per cent of the figure.")


class WarehouseList(Schema):
    """All warehouses of the merchant."""

    items: list[Warehouse]


class Line(Schema):
    """An order line as the store wrote it; `bound` tells whether its SKU is linked to master products."""

    id: int
    key: str
    sku: str
    name: str
    quantity: int
    unit_price: str
    bound: bool


class OpenProblem(Schema):
    """What keeps an order from going on."""

    cause: str
    title: str
    since: datetime
    evidence: dict[str, Any]


class ListRef(Schema):
    """An outbound list in brief."""

    id: int
    reference: str
    warehouse_id: int
    push: PushState
    task: TaskState
    blocked_by: str = Field(description="Code of the first push condition that does not hold; empty: none.")


class Order(Schema):
    """An order as its store shows it, with its lists and open problems."""

    id: int
    external_id: str
    number: str = Field(description="What people call it by (`#1001`), where that is not `external_id`.")
    store: StoreRef
    source: OrderSource
    status: OrderState
    raw_status: str
    ordered_at: datetime
    paid_at: datetime | None
    ship_by: datetime | None
    currency: str
    total: str
    cash_on_delivery: bool
    courier: str
    buyer: str
    country: str
    first_seen_at: datetime
    changed_at: datetime
    wish_overruled_at: datetime | None = Field(
        description="Since when it is shipped although its buyer asks to cancel."
    )
    lines: list[Line]
    outbound: list[ListRef]
    problems: list[OpenProblem]


class OrderPage(Page[Order]):
    """One page of orders."""


class Recipient(Schema):
    """Where the parcel goes. Empty: not known."""

    name: str
    phone: str
    email: str
    lines: list[str]
    district: str
    city: str
    province: str
    postal_code: str
    country: str


class Gate(Schema):
    """One push condition. Where it is closed, the other fields say why, since when, and who has to do what."""

    gate: str
    name: str
    open: bool
    since: datetime | None = None
    code: str = ""
    title: str = ""
    cause: str = ""
    next_action: str = ""
    who: str = Field(default="", description="nobody (it mends itself), operator, owner, developer or partner")
    evidence: dict[str, Any] = {}


class OutboundLine(Schema):
    """Pieces of one master product for one order line."""

    order_line_id: int
    msku: str
    quantity: int


class Outbound(Schema):
    """What one warehouse is asked to send for one order."""

    id: int
    reference: str
    order_id: int
    external_id: str = Field(description="The order's number at its store.")
    store: StoreRef
    warehouse: WarehouseRef
    reserved: bool
    push: PushState
    push_attempts: int
    push_error_code: str
    push_error_message: str
    pushed_at: datetime | None
    look: str = Field(
        description="What came of asking the store just before the push: `stands`, `fresh` (not asked), `gone`,"
        " `silent` (it waits for an answer), `waived`, or empty."
    )
    looked_at: datetime | None
    partner_number: str
    task: TaskState
    task_raw: str
    task_reason: str
    completed_at: datetime | None
    shipment: ShipmentState
    shipment_error_message: str
    awb: str = Field(description="Upper case, without spaces.")
    awb_given: str = Field(description="The AWB number as the store or a person wrote it, where that differs.")
    courier: str
    has_label: bool
    push_warning: str = Field(description="What the warehouse did not take of a list that it has, in its words.")
    warning_settled_at: datetime | None
    cancellation: CancellationState
    cancellation_reason: str
    settled_at: datetime | None = Field(description="A person has settled with the warehouse what it refused.")
    settled_note: str
    confirmation: ConfirmationState
    confirmed_at: datetime | None
    blocked_by: str
    blocked_since: datetime | None
    created_at: datetime


class OutboundPage(Page[Outbound]):
    """One page of outbound lists."""


class OutboundDetail(Outbound):
    """An outbound list with its lines and every push condition."""

    lines: list[OutboundLine]
    why: list[Gate]
    cut_off: CutOff | None = Field(description="Null where the warehouse cannot be asked to stop it.")
    race: Race | None = Field(description="Null unless a partner's warehouse has it, or sent it all the same.")
    return_expected: bool = Field(description="It left although its order is cancelled, and has not come back.")


class Event(Schema):
    """One line of an order's history, as its page tells it."""

    at: datetime
    kind: str = Field(
        description="A move of order, push, task, shipment, cancellation or confirmation; or seen, made (an outbound"
        " list), attempt, look (at the store before the push), call, message, note, or act (what somebody did)."
    )
    side: str = Field(description="Who it came from: store, hub, warehouse or person.")
    title: str = Field(description="What happened, in words.")
    detail: str = ""
    outbound_id: int | None
    origin: str = ""
    target: str = Field(description="The state moved to, how an attempt, look or call ended, or which note or act.")
    actor: str = ""
    by: str = Field("", description="The name of who did it; empty where nobody did.")
    cause: str = ""
    message: str = Field("", description="The partner's own words to an attempt.")
    exchange_id: int | None = Field(None, description="A call: its number under /exchanges.")
    message_id: int | None = None
    run_id: int | None = Field(None, description="The sync or import run it came with.")


class OrderDetail(Order):
    """An order in full, with its history."""

    note: str
    cancel_reason: str
    recipient: Recipient
    address_corrected_at: datetime | None = Field(description="Since when a person's address counts.")
    address_at_store: dict[str, Any] | None = Field(description="What the store shows beside a person's address.")
    outbound: list[OutboundDetail]  # type: ignore[assignment]  # in full here, in brief in lists
    timeline: list[Event]


class Balance(Schema):
    """Figures of one product in one warehouse, in pieces; `free` may still be promised."""

    id: int
    warehouse: WarehouseRef
    msku: str
    name: str
    on_hand: int
    reserved: int
    free: int
    incoming: int
    disputed: int
    low_at: int | None = Field(description="So many free pieces, or fewer, are too few; null: no level.")
    low: bool = Field(description="Whether it is at or below that level.")
    days_of_cover: int | None = Field(
        description="Days for which `free` will do if sales go on; null: nothing was sold in the weeks looked at."
    )
    push: str | None = Field(
        description="Whether the partner's warehouse knows the product; null: own warehouse, or never added."
    )
    push_reason: str = Field(description="Why it does not, in words.")


class BalancePage(Page[Balance]):
    """One page of balances."""


class Movement(Schema):
    """One line of the stock ledger: what one cause changed, in pieces."""

    id: int
    at: datetime
    cause: MovementCause
    cause_id: int
    on_hand: int
    reserved: int
    incoming: int
    disputed: int
    on_hand_after: int = Field(description="Pieces on hand when this had happened.")
    reserved_after: int
    incoming_after: int
    disputed_after: int
    actor: str
    reason: str = Field(description="Why a person did it; empty where nobody was asked.")
    note: str


class MovementPage(Page[Movement]):
    """One page of movements."""


class Run(Schema):
    """One run that brought orders in: a sync, a file, an API call."""

    id: int
    store: StoreRef
    source: OrderSource
    trigger: str
    state: RunState
    window_since: datetime | None
    window_until: datetime | None
    file_name: str
    file_format: str
    found: int
    created: int
    updated: int
    unchanged: int
    failed: int
    error_code: str
    error_message: str
    next_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    orders_per_second: float | None = Field(description="From start to end; empty while the run has not ended.")


class RunPage(Page[Run]):
    """One page of runs."""


class RunRow(Schema):
    """What became of one order, or of one bad row, in a run."""

    external_id: str
    outcome: str = Field(description="created, updated, unchanged or failed")
    line: int | None = Field(description="In a file as a spreadsheet counts; in an API call the order's place, from 1.")
    column: str
    code: str
    reason: str


class RunRowPage(Page[RunRow]):
    """One page of a run's rows."""


class Refused(Schema):
    """Why an order of a call was not taken."""

    pointer: str = Field(description="JSON pointer to the value in the request.")
    code: str
    detail: str


class TakenOrder(Schema):
    """What became of one order of a call."""

    index: int
    order_id: str
    outcome: str = Field(description="created, updated, unchanged or failed")
    id: int | None = Field(description="The order's number here; null if it was not taken.")
    errors: list[Refused]


class Taken(Schema):
    """What became of a call's orders, in the call's order."""

    run_id: int
    created: int
    updated: int
    unchanged: int
    failed: int
    orders: list[TakenOrder]
