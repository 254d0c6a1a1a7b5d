"""AWB numbers in one form, and whether another order's parcel has the same one (R108)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection

from salur.foundation.clock import now
from salur.tenancy.scope import current_scope

REUSED_AFTER = timedelta(days=90)  # couriers give a number out again one day; by then the earlier parcel is history


def clean_awb(given: str) -> str:
    """The number as couriers print it: upper case, without spaces or marks that cannot be seen.

    Full-width letters and digits, which come with copying from Chinese pages, become ordinary ones.
    """
    if given.isascii() and given.isalnum() and given == given.upper():
        return given
    plain = unicodedata.normalize("NFKC", given)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc")).upper()


def other_form(given: str) -> str:
    """What the store or person gave, where it is not the number in our form; else empty."""
    told = given.replace("\x00", "").strip()  # no database keeps a NUL
    return "" if told == clean_awb(told) else told


IN_USE = """
SELECT o.account_id, o.awb, o.order_id, coalesce(nullif(r.number, ''), r.external_id)
FROM outbound_outbound o JOIN orders_order r ON r.merchant_id = o.merchant_id AND r.id = o.order_id
WHERE o.merchant_id = %s AND o.awb <> '' AND o.awb = ANY(%s) AND o.account_id IS NOT NULL AND o.push <> 'void'
  AND o.created_at > %s
ORDER BY o.id
"""


def awbs_in_use(awbs: Iterable[str]) -> dict[tuple[int, str], tuple[int, str]]:
    """Which of the numbers stand on a list in force: order id and number of the first, by account and AWB number."""
    wanted = sorted({awb for awb in awbs if awb})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(IN_USE, [current_scope().merchant_id, wanted, now() - REUSED_AFTER])
        found: dict[tuple[int, str], tuple[int, str]] = {}
        for account, awb, order, number in cursor.fetchall():
            found.setdefault((account, awb), (order, number))
        return found
