"""Frozen values of inbound lists (ASN) that cross the seam. Quantities are whole pieces, times are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from .types import PartnerRef, Unmapped


class InboundTask(StrEnum):
    """The warehouse's view of an inbound list (canonical, design 7)."""

    NONE = "none"
    ARRIVING = "arriving"
    RECEIVING = "receiving"
    COMPLETED = "completed"
    EXCEPTION = "exception"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class InboundLine:
    """What is to arrive: the partner's SKU (our MSKU) and pieces.

    ``partner_number`` is the partner's own number of the product, ``unit_cost`` stands in the request's currency.
    """

    sku: str
    quantity: int
    name: str = ""
    unit_cost: Decimal | None = None
    partner_number: str = ""
    batch: str = ""
    expires_on: date | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """An inbound list as a warehouse needs it. ``reference`` is ours and never changes with a re-push (R62, R63)."""

    reference: str
    warehouse_code: str
    lines: tuple[InboundLine, ...]
    currency: str = ""
    expected_on: date | None = None
    carrier: str = ""
    tracking: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class InboundLineReport:
    """What has arrived of one product, in total so far; pieces.

    Totals, never increments: a report that comes twice or late says nothing new. ``received`` counts good pieces that
    can be sold, ``damaged`` those that cannot. Several rows of one SKU are batches and add up.
    """

    sku: str
    received: int
    damaged: int = 0
    batch: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class InboundReport:
    """The warehouse's word on one inbound list; ``version`` orders two reports of the same list.

    ``lines`` None means that the partner says nothing of quantities (an empty tuple: nothing has arrived).
    """

    ref: PartnerRef
    reference: str
    status: InboundTask | Unmapped
    raw_status: str
    version: datetime | None
    lines: tuple[InboundLineReport, ...] | None = None
    reason: str = ""
