"""Refused lists sent once more (R82): after their cause was mended, by a person or the API."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from salur.foundation.locks import lock_ids
from salur.outbound.flagged import flag_lists
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .wakeups import lists_changed

AGAIN = """
UPDATE outbound_outbound SET push = 'waiting', push_next_at = NULL, push_attempts = 0, push_error_code = '',
  push_error_message = ''
WHERE merchant_id = %s AND id = ANY(%s) AND push = 'rejected'
RETURNING id
"""


def push_again(outbound_ids: Iterable[int]) -> list[int]:
    """Put refused lists back to waiting and judge them (inside a scope); answers which they were.

    Those whose gates are all open are ready at once, and their pusher is woken; others say what they wait for. The
    reference stays, so the warehouse still gets each list once only.
    """
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, set(outbound_ids))
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [merchant, held])
        again = sorted(row[0] for row in cursor.fetchall())
    audit.record_each("outbound.push_again", "outbound", again)
    flag_lists(again)
    lists_changed(again)
    return again
