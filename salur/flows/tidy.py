"""What nobody needs any more goes, once an hour: old answers, old exchanges, old messages (by time, in small bites)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import connection

from salur.foundation.clock import now
from salur.integrations.key_handover import forget_old_keys
from salur.tenancy import idempotency
from salur.tenancy.accounts import all_merchants
from salur.tenancy.scope import current_scope, merchant_scope

from .product_imports import forget_old_imports
from .stock_files import forget_old_stock_files
from .uploads import forget_old_uploads

log = structlog.get_logger(__name__)

KEEP_EXCHANGES = timedelta(days=90)
KEEP_MESSAGES = timedelta(days=30)
BITE = 5000

OLD_EXCHANGES = """
DELETE FROM integrations_exchangerecord WHERE merchant_id = %s AND id IN (
  SELECT id FROM integrations_exchangerecord WHERE merchant_id = %s AND started_at < %s ORDER BY id LIMIT %s)
"""
OLD_MESSAGES = """
DELETE FROM integrations_webhookdelivery WHERE merchant_id = %s AND id IN (
  SELECT id FROM integrations_webhookdelivery WHERE merchant_id = %s AND processed_at < %s ORDER BY id LIMIT %s)
"""


def tidy_up() -> int:
    """Remove what has had its time, merchant by merchant; answers how many rows went."""
    gone = 0
    for merchant_id in all_merchants():
        with merchant_scope(merchant_id, actor="worker", cause="tidy"):
            gone += idempotency.forget_old()
            gone += forget_old_uploads()
            gone += forget_old_imports()
            gone += forget_old_stock_files()
            gone += forget_old_keys()
        gone += _in_bites(merchant_id, OLD_EXCHANGES, now() - KEEP_EXCHANGES)
        gone += _in_bites(merchant_id, OLD_MESSAGES, now() - KEEP_MESSAGES)
    return gone


def _in_bites(merchant_id: int, statement: str, before: datetime) -> int:
    """A transaction for each bite, so that nothing waits for a long delete."""
    gone = 0
    while True:
        with merchant_scope(merchant_id, actor="worker", cause="tidy"), connection.cursor() as cursor:
            merchant = current_scope().merchant_id
            cursor.execute(statement, [merchant, merchant, before, BITE])
            bite = int(cursor.rowcount)
        gone += bite
        if bite < BITE:
            return gone
