"""Once an hour, what has had its time goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from salur.flows.jobs import tidy
from salur.flows.tidy import KEEP_EXCHANGES, KEEP_MESSAGES
from salur.foundation.clock import now
from salur.integrations.models import ExchangeRecord, WebhookDelivery
from tests.world import World, make_world


def exchange(world: World, name: str, age: timedelta) -> None:
    with world.scope():
        ExchangeRecord(
            exchange_id=name,
            account_id=world.account_id,
            operation="getOrderList",
            effect="read",
            method="POST",
            url="http://partner.example",
            outcome="ok",
            started_at=now() - age,
            duration_ms=1,
        ).save()


def message(world: World, name: str, age: timedelta, *, processed: bool) -> None:
    at = now() - age
    with world.scope():
        WebhookDelivery(
            account_id=world.account_id,
            delivery_id=name,
            kind="outbound",
            subject="X",
            received_at=at,
            processed_at=at if processed else None,
        ).save()


def test_old_exchanges_and_messages_go_young_and_unread_ones_stay(db: Any) -> None:
    first, second = make_world(), make_world()
    for world in (first, second):
        exchange(world, "old", KEEP_EXCHANGES + timedelta(days=1))
        exchange(world, "young", KEEP_EXCHANGES - timedelta(days=1))
        message(world, "old", KEEP_MESSAGES + timedelta(days=1), processed=True)
        message(world, "unread", KEEP_MESSAGES + timedelta(days=1), processed=False)
    tidy(timestamp=0)
    for world in (first, second):
        with world.scope():
            assert list(ExchangeRecord.objects.values_list("exchange_id", flat=True)) == ["young"]
            assert list(WebhookDelivery.objects.values_list("delivery_id", flat=True)) == ["unread"]
