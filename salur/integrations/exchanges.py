"""The black box: every call to a partner, redacted, written in one statement per batch."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from salur.connectors.base.transport import Exchange
from salur.foundation.staging import int_array, text_array
from salur.tenancy.scope import current_scope

from .connections import Kind

_INSERT = """
INSERT INTO integrations_exchangerecord
  (merchant_id, {column}, exchange_id, operation, effect, subject, method, url, request_body, status, response_body,
   outcome, started_at, duration_ms)
SELECT %s, %s, x.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::smallint[], %s::text[], %s::text[], %s::timestamptz[], %s::integer[]) AS x
"""


def _storable(text: str) -> str:
    """PostgreSQL's text holds no NUL; a partner's garbage may."""
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


def save_exchanges(kind: Kind, connection_id: int, exchanges: Sequence[Exchange]) -> None:
    """Write the exchanges of one connection (inside a scope)."""
    if not exchanges:
        return
    # As arrays in text: adapting lists item by item took a third of a push's time, for the quotes in the bodies.
    columns = [
        text_array([e.id for e in exchanges]),
        text_array([e.operation for e in exchanges]),
        text_array([e.effect for e in exchanges]),
        text_array([_storable(e.subject) for e in exchanges]),
        text_array([e.method for e in exchanges]),
        text_array([_storable(e.url) for e in exchanges]),
        text_array([_storable(e.request_body) for e in exchanges]),
        int_array([e.status for e in exchanges]),
        text_array([_storable(e.response_body) for e in exchanges]),
        text_array([e.outcome for e in exchanges]),
        text_array([e.started_at.isoformat() for e in exchanges]),
        int_array([max(0, e.duration_ms) for e in exchanges]),
    ]
    sql = _INSERT.format(column="store_id" if kind == "store" else "account_id")
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_scope().merchant_id, connection_id, *columns])
