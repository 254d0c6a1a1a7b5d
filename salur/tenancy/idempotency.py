"""API writes that may be repeated: one key, one request, one answer (design 9).

:func:`begin` and :func:`finish` belong into the transaction that does the work: then a key exists exactly when its
work was done, and a second request with the key waits for the first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.problems import Refusal

from .models import IdempotencyKey
from .scope import current_scope

LONGEST_KEY = 200
KEPT = timedelta(days=7)


class KeyConflict(Refusal):
    """The key was used for another request."""

    code = "idempotency_conflict"


class StillRunning(Refusal):
    """The key's first request has begun and not ended."""

    code = "idempotency_running"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the first request was answered."""

    status: int
    answer: Any


def digest_of(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\n".join((method.upper().encode(), path.encode(), body))).hexdigest()


def begin(key: str, digest: str) -> StoredAnswer | None:
    """None: do the work, then :func:`finish`. Otherwise the answer that was given.

    Raises :class:`KeyConflict` for other content, :class:`StillRunning` if the work was begun elsewhere without an
    answer, and ValueError for a key that is empty or too long.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"an idempotency key has 1 to {LONGEST_KEY} characters")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenancy_idempotencykey (merchant_id, key, digest, created_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (merchant_id, key) DO NOTHING",
            [current_scope().merchant_id, key, digest, now()],
        )
        if cursor.rowcount:
            return None
    return _stored(IdempotencyKey.objects.get(key=key), digest)


def look(key: str, digest: str) -> StoredAnswer | None:
    """The answer that was given, if any; nothing is begun. Raises as :func:`begin` does."""
    row = IdempotencyKey.objects.filter(key=key).first()
    return None if row is None else _stored(row, digest)


def _stored(row: IdempotencyKey, digest: str) -> StoredAnswer:
    key = row.key
    if row.digest != digest:
        raise KeyConflict(key=key)
    if row.status is None:
        raise StillRunning(key=key)
    return StoredAnswer(row.status, row.answer)


def finish(key: str, status: int, answer: Any) -> None:
    """Keep the answer. ``answer`` must be JSON."""
    IdempotencyKey.objects.filter(key=key).update(status=status, answer=answer)


def forget_old() -> int:
    """Delete keys older than :data:`KEPT` of the scope's merchant; answers how many."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=now() - KEPT).delete()
    return deleted
