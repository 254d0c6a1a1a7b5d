"""Stores and accounts as connections: found by kind, paused, resumed (the kinds are ``store`` and ``account``)."""

from __future__ import annotations

from typing import Literal

from salur.foundation.problems import Refusal
from salur.tenancy import audit

from .models import ConnectionState, Credential, StoreConnection, WarehouseAccount

Kind = Literal["store", "account"]

LONGEST_REASON = 500


class NotConnected(Refusal):
    """There is no such connection, or it was disconnected, or its channel has no connector."""

    code = "not_connected"


class ConnectionPaused(Refusal):
    """The partner refused the credentials; ``evidence["reason"]`` tells why."""

    code = "connection_paused"


def find(kind: Kind, connection_id: int) -> StoreConnection | WarehouseAccount:
    """The scope's connection; raises :class:`NotConnected`."""
    model = StoreConnection if kind == "store" else WarehouseAccount
    row: StoreConnection | WarehouseAccount | None = model.objects.filter(pk=connection_id).first()
    if row is None:
        raise NotConnected(name=f"{kind} {connection_id}")
    return row


def find_credential(kind: Kind, connection_id: int) -> Credential | None:
    """The credential's row, if the connection has one."""
    return Credential.objects.filter(**{f"{kind}_id": connection_id}).first()


def pause(kind: Kind, connection_id: int, reason: str) -> bool:
    """Stop calling the partner until somebody authorises again; False if it was not connected any more.

    Rows that wait for the partner stay as they are (design 4).
    """
    model = StoreConnection if kind == "store" else WarehouseAccount
    reason = reason[:LONGEST_REASON]
    paused = model.objects.filter(pk=connection_id, state=ConnectionState.CONNECTED).update(
        state=ConnectionState.PAUSED, pause_reason=reason
    )
    if paused:
        audit.record(f"{kind}.paused", f"{kind}:{connection_id}", reason=reason)
    return bool(paused)
