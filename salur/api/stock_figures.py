"""Schemas of what explains a stock row, and how rows become them (R133)."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field, Schema

from salur.flows.stock_list import rows_of
from salur.inbound.models import InboundLine
from salur.outbound.models import Outbound
from salur.outbound.states import PushState
from salur.stock.history import disputing_line
from salur.stock.messages import explain
from salur.stock.models import Balance
from salur.stock.models import StockSettings as SettingsRow

from . import presenting, shown
from .paging import Page


class Dispute(Schema):
    """Why pieces of a row are disputed."""

    stock_sync_id: int
    explanation: list[str]


class StockDetail(shown.Balance):
    """A stock row with why pieces of it are disputed."""

    dispute: Dispute | None = Field(description="Null where nothing is disputed.")


class Reservation(Schema):
    """An outbound list that holds pieces of a row."""

    outbound_id: int
    reference: str
    order_id: int
    order_number: str
    pieces: int
    push: PushState
    created_at: datetime


class ReservationPage(Page[Reservation]):
    """One page of reservations."""


class Arrival(Schema):
    """A line of an inbound list whose pieces are awaited."""

    inbound_id: int
    reference: str
    pieces: int
    expected_on: date | None


class ArrivalPage(Page[Arrival]):
    """One page of what is incoming."""


class Adjusted(Schema):
    """By how many pieces each line changed its figure, in the order of the lines."""

    changes: list[int]


class LevelsSet(Schema):
    """How many stock rows have the level now; products that are not in a warehouse have no row there."""

    count: int


class StockSettings(Schema):
    """Settings of all stock."""

    low_at: int | None = Field(description="Default low-stock level; null: none.")
    cover_weeks: int = Field(description="Weeks of sales that the days of cover are reckoned from.")


def detail(balance: Balance) -> StockDetail:
    """A stock row in full."""
    line = disputing_line(balance)
    dispute = Dispute(stock_sync_id=line.run_id, explanation=explain(line)) if line else None
    return StockDetail(**presenting.stock_row(rows_of([balance])[0]).model_dump(), dispute=dispute)


def reservation(row: Outbound) -> Reservation:
    """A list that holds pieces."""
    return Reservation(
        outbound_id=row.pk,
        reference=row.reference,
        order_id=row.order_id,
        order_number=row.order.shown,
        pieces=row.pieces,  # type: ignore[attr-defined]  # annotated by the query
        push=PushState(row.push),
        created_at=row.created_at,
    )


def arrival(line: InboundLine) -> Arrival:
    """A line that is awaited."""
    return Arrival(
        inbound_id=line.inbound_id,
        reference=line.inbound.reference,
        pieces=line.expected,
        expected_on=line.inbound.expected_on,
    )


def settings(row: SettingsRow) -> StockSettings:
    """The settings."""
    return StockSettings(low_at=row.low_at, cover_weeks=row.cover_weeks)
