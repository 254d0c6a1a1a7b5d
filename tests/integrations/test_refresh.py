"""Renewing access: once only, ahead of its end, with nothing lost when it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from salur.connectors.base.errors import AuthRejected, Retryable
from salur.foundation.clock import now
from salur.integrations import credentials
from salur.integrations.calling import ConnectionPaused, Job, PartnerLine, call, call_many, record, store_line
from salur.integrations.connect import Acting
from salur.integrations.models import Credential, ExchangeRecord, StoreConnection
from salur.tenancy.models import AuditEntry

from .conftest import Desk

REFRESH = "auth/access_token/get"


@pytest.fixture
def line(acting: Acting, desk: Desk) -> PartnerLine:
    """The line of a connected shop."""
    store_id = desk.connect_shop(acting)
    with acting.scope("look"):
        return store_line(store_id)


def fresh(acting: Acting, line: PartnerLine) -> PartnerLine:
    with acting.scope("look"):
        return store_line(line.id)


def test_access_that_ran_out_in_the_middle_is_renewed_once_for_all_jobs(
    acting: Acting, desk: Desk, line: PartnerLine
) -> None:
    desk.sandbox.control("shopee/tokens", {"expire": "access"})
    results = call_many(line, [Job(number, lambda shop: shop.verify()) for number in range(12)], width=6)
    assert [result.key for result in results] == list(range(12))
    assert {result.answer().key for result in results} == {str(desk.known["shopee"]["shop_id"])}
    assert desk.calls("shopee", REFRESH) == 1
    assert [exchange.outcome for exchange in results[0].exchanges] == ["ok", "ok"]
    renewed = fresh(acting, line)
    assert renewed.credential_version == 2
    assert renewed.credentials["partner_key"] == line.credentials["partner_key"]


def test_eight_workers_who_notice_at_once_refresh_once(
    acting: Acting, desk: Desk, line: PartnerLine, together: Callable[..., list[Any]]
) -> None:
    desk.sandbox.control("shopee/tokens", {"expire": "access"})
    desk.fault("shopee", REFRESH, "latency", seconds=0.5)
    outcomes = together(lambda _: call(line, lambda shop: shop.verify()).answer().key, 8)
    assert outcomes == [str(desk.known["shopee"]["shop_id"])] * 8
    assert desk.calls("shopee", REFRESH) == 1
    assert fresh(acting, line).credential_version == 2


def test_a_line_read_before_a_refresh_uses_what_was_saved(acting: Acting, desk: Desk, line: PartnerLine) -> None:
    assert credentials.refreshed(line).credential_version == 2
    desk.sandbox.control("settings", {"shopee": {"old_token_grace": 0}})
    assert call(line, lambda shop: shop.verify()).error is None
    assert desk.calls("shopee", REFRESH) == 1


def test_access_is_renewed_ahead_of_its_end(acting: Acting, desk: Desk, line: PartnerLine) -> None:
    with acting.scope("time passes"):
        Credential.objects.update(
            access_expires_at=now() + timedelta(seconds=60), updated_at=now() - timedelta(hours=4)
        )
    due = fresh(acting, line)
    assert call(due, lambda shop: shop.verify()).error is None
    assert desk.calls("shopee", REFRESH) == 1
    assert call(fresh(acting, line), lambda shop: shop.verify()).error is None
    assert desk.calls("shopee", REFRESH) == 1


def test_short_lived_access_is_not_renewed_at_every_call(acting: Acting, desk: Desk) -> None:
    desk.sandbox.control("settings", {"shopee": {"access_token_seconds": 120}})
    store_id = desk.connect_shop(acting)
    for _ in range(3):
        with acting.scope("look"):
            line = store_line(store_id)
        assert call(line, lambda shop: shop.verify()).error is None
    assert desk.calls("shopee", REFRESH) == 0


def test_a_refused_refresh_pauses_the_connection_with_the_partners_words(
    acting: Acting, desk: Desk, line: PartnerLine, together: Callable[..., list[Any]]
) -> None:
    for what in ("access", "refresh"):
        desk.sandbox.control("shopee/tokens", {"expire": what})
    outcomes = together(lambda _: call(line, lambda shop: shop.verify()), 4)
    assert all(isinstance(result.error, AuthRejected) for result in outcomes), outcomes
    assert desk.calls("shopee", REFRESH) == 1
    with acting.scope("look"):
        store = StoreConnection.objects.get()
        assert store.state == "paused"
        assert "Invalid refresh_token" in store.pause_reason
        assert AuditEntry.objects.filter(action="store.paused").count() == 1
        with pytest.raises(ConnectionPaused) as refusal:
            store_line(line.id)
        assert "Invalid refresh_token" in refusal.value.text().cause


def test_a_refresh_that_could_not_be_asked_loses_nothing(acting: Acting, desk: Desk, line: PartnerLine) -> None:
    desk.sandbox.control("shopee/tokens", {"expire": "access"})
    desk.fault("shopee", REFRESH, "rate_limit", times=1)
    result = call(line, lambda shop: shop.verify())
    assert isinstance(result.error, Retryable)
    with acting.scope("look"):
        assert StoreConnection.objects.get().state == "connected"
        Credential.objects.update(refresh_lease_until=None)
    assert call(fresh(acting, line), lambda shop: shop.verify()).error is None
    assert desk.calls("shopee", REFRESH) == 2


def test_a_worker_that_died_while_refreshing_holds_nobody_up(acting: Acting, desk: Desk, line: PartnerLine) -> None:
    desk.sandbox.control("shopee/tokens", {"expire": "access"})
    with acting.scope("another worker"):
        Credential.objects.update(refresh_lease_until=now() - timedelta(seconds=1))
    assert call(line, lambda shop: shop.verify()).error is None


def test_whoever_waits_too_long_gives_up_without_asking(
    acting: Acting, desk: Desk, line: PartnerLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sandbox.control("shopee/tokens", {"expire": "access"})
    with acting.scope("another worker"):
        Credential.objects.update(refresh_lease_until=now() + timedelta(seconds=60))
    monkeypatch.setattr(credentials, "LONGEST_WAIT", 0.2)
    result = call(line, lambda shop: shop.verify())
    assert isinstance(result.error, Retryable)
    assert desk.calls("shopee", REFRESH) == 0


def test_each_refresh_is_in_the_exchange_log_without_its_tokens(acting: Acting, line: PartnerLine) -> None:
    renewed = credentials.refreshed(line)
    with acting.scope("look"):
        entry = ExchangeRecord.objects.get(operation=REFRESH)
    secrets = [
        of.credentials[key] for of in (line, renewed) for key in ("access_token", "refresh_token", "partner_key")
    ]
    assert entry.store_id == line.id
    assert "expire_in" in entry.response_body
    assert not [secret for secret in secrets if secret in entry.request_body + entry.response_body + entry.url]


def test_a_refusal_of_outdated_credentials_does_not_pause_the_connection(
    acting: Acting, desk: Desk, line: PartnerLine
) -> None:
    desk.sandbox.control("shopee/app", {"partner_key": "new key"})
    result = call(line, lambda shop: shop.verify())
    assert isinstance(result.error, AuthRejected)
    desk.sandbox.control("shopee/app", {"partner_key": line.credentials["partner_key"]})
    desk.connect_shop(acting)  # the owner authorises again before the old result is recorded
    with acting.scope("record"):
        record(line, [result])
        assert StoreConnection.objects.get().state == "connected"
    desk.sandbox.control("shopee/app", {"partner_key": "new key"})
    current = fresh(acting, line)
    result = call(current, lambda shop: shop.verify())
    with acting.scope("record"):
        record(current, [result])
        assert StoreConnection.objects.get().state == "paused"
