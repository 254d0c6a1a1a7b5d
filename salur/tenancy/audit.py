"""The record of what people, tokens and workers did to settings, members and connections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from salur.foundation.clock import now

from .models import AuditEntry
from .scope import current_scope


def record(action: str, subject: str = "", **detail: Any) -> None:
    """Write that the scope's actor did ``action`` to ``subject`` (``store:12``). Never put secrets into ``detail``."""
    AuditEntry.objects.create(at=now(), actor=current_scope().actor, action=action, subject=subject, detail=detail)


def record_each(action: str, kind: str, ids: Iterable[int], *, by: str = "", **detail: Any) -> None:
    """:func:`record` for several subjects of one kind (``outbound``), in one statement; ``by``: who did it."""
    scope, at = current_scope(), now()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            merchant_id=scope.merchant_id,
            at=at,
            actor=by or scope.actor,
            action=action,
            subject=f"{kind}:{one}",
            detail=detail,
        )
        for one in ids
    )
