"""Writing new outbound lists in sets: one COPY and one INSERT for the lists, one for their lines."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.staging import stage
from salur.tenancy.scope import current_scope

from .gates import Closed


def new_references(count: int) -> list[str]:
    """Short random references (SL and ten base-32 letters): ours alone even where two hubs share an account."""
    raw = os.urandom(7 * count)
    return ["SL" + base64.b32encode(raw[i * 7 : i * 7 + 7]).decode()[:10] for i in range(count)]


class NewOutbound(NamedTuple):
    """An outbound list as planned; closed gates by name decide whether it begins waiting or ready."""

    id: int
    order_id: int
    store_id: int
    warehouse_id: int
    account_id: int | None
    priority: int
    reserved: bool
    shipment: str
    awb: str
    package: str
    courier: str
    closed: Mapping[str, Closed]
    awb_given: str = ""


class NewLine(NamedTuple):
    """Pieces of a master product for an order line of a list, in the order of ``LINE_COLUMNS``."""

    outbound_id: int
    order_line_id: int
    product_id: int
    quantity: int


COLUMNS = (
    ("id", "bigint"),
    ("reference", "text"),
    ("order_id", "bigint"),
    ("store_id", "bigint"),
    ("warehouse_id", "bigint"),
    ("account_id", "bigint"),
    ("priority", "smallint"),
    ("reserved", "bool"),
    ("push", "text"),
    ("shipment", "text"),
    ("awb", "text"),
    ("awb_given", "text"),
    ("package", "text"),
    ("courier", "text"),
    ("closed_gates", "jsonb"),
    ("blocked_by", "text"),
    ("blocked_since", "timestamptz"),
)
NAMES = ", ".join(c for c, _ in COLUMNS)
INSERT = f"""
INSERT INTO outbound_outbound ({NAMES}, merchant_id, created_at,
  push_attempts, push_epoch, push_digest, push_error_code, push_error_message, partner_number,
  task, task_raw, task_reason,
  shipment_attempts, shipment_epoch, shipment_error_code, shipment_error_message, shipment_hint,
  cancellation, cancellation_attempts, cancellation_epoch, cancellation_reason,
  confirmation, confirmation_attempts, confirmation_epoch, confirmation_error_code, confirmation_error_message)
SELECT {NAMES}, %(merchant)s, %(at)s, 0, 0, '', '', '', '', 'none', '', '', 0, 0, '', '', '', 'none', 0, 0, '',
  'none', 0, 0, '', ''
FROM salur_in_outbound
"""
LINE_COLUMNS = (
    ("outbound_id", "bigint"),
    ("order_line_id", "bigint"),
    ("product_id", "bigint"),
    ("quantity", "int"),
)
INSERT_LINES = """
INSERT INTO outbound_outboundline (merchant_id, outbound_id, order_line_id, product_id, quantity)
SELECT %(merchant)s, outbound_id, order_line_id, product_id, quantity FROM salur_in_outbound_line
"""


def stored_gates(
    closed: Mapping[str, Closed], at: datetime, before: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, dict[str, Any]]:
    """Closed gates as the row keeps them; a gate that was closed for the same reason keeps its time."""
    moment = at.isoformat()
    stored = {}
    for name, (code, evidence) in closed.items():
        old = (before or {}).get(name)
        since = old["since"] if old and old["code"] == code else moment
        stored[name] = {"code": code, "evidence": dict(evidence), "since": since}
    return stored


def blocked_by(stored: Mapping[str, Mapping[str, Any]]) -> str:
    """The reason shown: the code of the first closed gate, '' when all are open."""
    return str(next(iter(stored.values()))["code"]) if stored else ""


def insert_outbounds(lists: Sequence[NewOutbound], lines: Sequence[NewLine]) -> None:
    """Write the lists with their lines."""
    if not lists:
        return
    at = now()
    rows = []
    written: dict[int, tuple[str, str]] = {}  # by the identity of the gates, which most lists of a batch share
    for new, reference in zip(lists, new_references(len(lists)), strict=True):
        if id(new.closed) not in written:
            stored = stored_gates(new.closed, at)
            written[id(new.closed)] = json.dumps(stored), blocked_by(stored)
        gates, reason = written[id(new.closed)]
        rows.append(
            (
                new.id,
                reference,
                new.order_id,
                new.store_id,
                new.warehouse_id,
                new.account_id,
                new.priority,
                new.reserved,
                "waiting" if reason else "ready",
                new.shipment,
                new.awb,
                new.awb_given,
                new.package,
                new.courier,
                gates,
                reason,
                at if reason else None,
            )
        )
    stage("salur_in_outbound", COLUMNS, rows)
    stage("salur_in_outbound_line", LINE_COLUMNS, lines)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"merchant": current_scope().merchant_id, "at": at}
        cursor.execute(INSERT, values)
        cursor.execute(INSERT_LINES, values)
