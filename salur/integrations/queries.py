"""What pages read of stores, accounts and their calls to partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from salur.foundation.clock import now

from .models import (
    ConnectionState,
    Credential,
    ExchangeRecord,
    RateBudget,
    StoreConnection,
    WarehouseAccount,
    WebhookDelivery,
)

EXPIRES_SOON = timedelta(days=7)


def stores() -> list[StoreConnection]:
    """Stores of the merchant by name; those disconnected come last."""
    rows = StoreConnection.objects.order_by("name", "id")
    return sorted(rows, key=lambda s: s.state == ConnectionState.DISCONNECTED)


def accounts() -> list[WarehouseAccount]:
    """Warehouse accounts of the merchant by name; those disconnected come last."""
    rows = WarehouseAccount.objects.order_by("name", "id")
    return sorted(rows, key=lambda a: a.state == ConnectionState.DISCONNECTED)


def find_store(store_id: int) -> StoreConnection | None:
    """One store of the scope's merchant."""
    return StoreConnection.objects.filter(pk=store_id).first()


def find_account(account_id: int) -> WarehouseAccount | None:
    """One warehouse account of the scope's merchant."""
    return WarehouseAccount.objects.filter(pk=account_id).first()


@dataclass(frozen=True)
class Budget:
    """Calls that may be made now, as the token bucket stands."""

    free: int
    burst: int
    per_second: float
    blocked_until: datetime | None
    full_in: timedelta = timedelta()

    @property
    def used_up(self) -> bool:
        """Whether nothing may be called at this moment."""
        return self.free < 1 or self.blocked_until is not None

    @property
    def kept(self) -> int:
        """Calls that only what cannot wait may take (see ``budgets.take``)."""
        return self.burst // 4


def budget_of(*, store_id: int | None = None, account_id: int | None = None) -> Budget | None:
    """The rate budget of a store or an account; None before its first call."""
    row = RateBudget.objects.filter(store_id=store_id, account_id=account_id).first()
    if row is None:
        return None
    at = now()
    saved = row.tokens + (at - row.counted_at).total_seconds() * row.per_second
    blocked = row.blocked_until if row.blocked_until and row.blocked_until > at else None
    left = max(0.0, min(saved, row.burst))
    return Budget(int(left), row.burst, row.per_second, blocked, timedelta(seconds=(row.burst - left) / row.per_second))


@dataclass(frozen=True)
class Unwell:
    """A connection that needs somebody: paused, or its access ends soon."""

    kind: str
    id: int
    name: str
    reason: str
    ends_at: datetime | None = None


def unwell() -> list[Unwell]:
    """Connections that need their owner."""
    found = [Unwell("store", s.pk, s.name, s.pause_reason) for s in stores() if s.state == ConnectionState.PAUSED]
    found += [Unwell("account", a.pk, a.name, a.pause_reason) for a in accounts() if a.state == ConnectionState.PAUSED]
    ending = Credential.objects.filter(refresh_expires_at__lt=now() + EXPIRES_SOON).select_related("store", "account")
    for credential in ending:
        owner = credential.store or credential.account
        if owner is not None and owner.state == ConnectionState.CONNECTED:
            kind = "store" if credential.store else "account"
            found.append(Unwell(kind, owner.pk, owner.name, "", credential.refresh_expires_at))
    return found


def exchanges_about(subjects: Sequence[str], limit: int = 200) -> list[ExchangeRecord]:
    """Calls to partners about an order or list, oldest first; bodies were redacted when they were written."""
    wanted = [s for s in subjects if s]
    return list(ExchangeRecord.objects.filter(subject__in=wanted).order_by("-id")[:limit])[::-1] if wanted else []


def messages_about(subjects: Sequence[str], limit: int = 100) -> list[WebhookDelivery]:
    """Messages that partners sent about an order or list, oldest first."""
    wanted = [s for s in subjects if s]
    rows = WebhookDelivery.objects.filter(subject__in=wanted).select_related("store", "account")
    return list(rows.order_by("-id")[:limit])[::-1] if wanted else []


def last_exchanges(*, store_id: int | None = None, account_id: int | None = None) -> list[ExchangeRecord]:
    """The latest calls of one connection that did not go well."""
    owner = Q(store_id=store_id) if store_id else Q(account_id=account_id)
    return list(ExchangeRecord.objects.filter(owner).exclude(outcome="ok").order_by("-id")[:10])
