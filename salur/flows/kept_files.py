"""Files that are kept as rows and worked off by one worker at a time, under a lease.

Whoever holds a file writes of it only while it is theirs: the row's ``epoch`` goes up with every claim, so what a
worker that was thought lost still writes for it is rolled back with everything beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import connection

from salur.catalog.models import ProductImport
from salur.foundation.clock import now
from salur.stock.models import StockFile
from salur.tenancy.scope import Scope, current_scope, merchant_scope

LEASE = timedelta(seconds=300)
KEPT = timedelta(days=7)

KeptFile = TypeVar("KeptFile", ProductImport, StockFile)

CLAIM = """
UPDATE {table} SET epoch = epoch + 1, lease_until = %(lease)s
WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = ANY(%(states)s)
  AND (lease_until IS NULL OR lease_until < %(now)s)
RETURNING epoch
"""


class Lost(Exception):
    """Somebody else holds the file by now; what was just written for it is taken back."""


@dataclass(frozen=True, slots=True)
class Held(Generic[KeptFile]):
    """A file taken for one try; ``epoch`` fences off whoever held it before."""

    row: KeptFile
    epoch: int
    cause: str

    def note(self, **changes: Any) -> None:
        """Write to the file's row (inside a scope); raises :class:`Lost` where it is not ours any more."""
        if not type(self.row).objects.filter(pk=self.row.pk, epoch=self.epoch).update(**changes):
            raise Lost(self.row.pk)

    def go_on(self, **changes: Any) -> None:
        """The same, and keep the file for another lease."""
        self.note(lease_until=now() + LEASE, **changes)

    def scope(self) -> AbstractContextManager[Scope]:
        """A scope in which changes are those of the person who sent the file."""
        return merchant_scope(self.row.merchant_id, actor=self.row.created_by, cause=self.cause)


def claim(kind: type[KeptFile], file_id: int, states: Iterable[str], cause: str) -> Held[KeptFile] | None:
    """Take a file in one of these states if nobody is at it (inside a scope)."""
    values: dict[str, Any] = {"merchant": current_scope().merchant_id, "id": file_id, "states": list(states)}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(table=kind._meta.db_table), values | {"now": now(), "lease": now() + LEASE})
        claimed = cursor.fetchone()
    return None if claimed is None else Held(kind.objects.get(pk=file_id), int(claimed[0]), cause)
