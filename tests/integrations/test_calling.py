"""Calls to partners: outside scopes, side by side, results as values, each on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from django.db import transaction

from salur.connectors.base.errors import ContractBroken, RateLimited, Rejected, Retryable
from salur.foundation.clock import now
from salur.integrations import budgets, speaking
from salur.integrations.calling import Job, PartnerLine, ScopeOpen, call, call_many, record, store_line
from salur.integrations.connect import Acting
from salur.integrations.connections import NotConnected
from salur.integrations.models import ExchangeRecord, RateBudget

from .conftest import Desk


@pytest.fixture
def line(acting: Acting, desk: Desk) -> PartnerLine:
    """The line of a connected shop."""
    store_id = desk.connect_shop(acting)
    with acting.scope("look"):
        return store_line(store_id)


def test_a_partner_is_never_called_inside_a_scope_or_transaction(acting: Acting, line: PartnerLine) -> None:
    with acting.scope("too early"), pytest.raises(ScopeOpen):
        call(line, lambda shop: shop.verify())
    with transaction.atomic(), pytest.raises(ScopeOpen):
        call(line, lambda shop: shop.verify())


def test_results_come_in_the_order_of_the_jobs_whoever_ends_first(line: PartnerLine) -> None:
    """Each even job waits for the odd one after it, which only works side by side."""
    done = [threading.Event() for _ in range(10)]

    def job(number: int) -> Callable[[Any], int]:
        def work(_: Any) -> int:
            if number % 2 == 0:
                assert done[number + 1].wait(20)
            done[number].set()
            return number

        return work

    results = call_many(line, [Job(f"k{number}", job(number)) for number in range(10)], width=10)
    assert [(result.key, result.value) for result in results] == [(f"k{number}", number) for number in range(10)]


def test_never_more_at_once_than_the_width(line: PartnerLine) -> None:
    lock, state = threading.Lock(), {"now": 0, "most": 0}
    two = threading.Barrier(2)

    def work(_: Any) -> None:
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        two.wait(20)
        with lock:
            state["now"] -= 1

    results = call_many(line, [Job(number, work) for number in range(20)], width=2)
    assert [result.error for result in results] == [None] * 20
    assert state["most"] == 2


def test_one_jobs_failure_is_its_own(line: PartnerLine) -> None:
    def refused(_: Any) -> str:
        raise Rejected("E1", "no")

    def buggy(_: Any) -> str:
        raise ZeroDivisionError("a connector's own fault")

    results = call_many(line, [Job(1, lambda _: "fine"), Job(2, refused), Job(3, buggy)])
    assert results[0].answer() == "fine"
    assert isinstance(results[1].error, Rejected)
    assert isinstance(results[2].error, ContractBroken)
    assert results[2].error.message == "ZeroDivisionError"
    with pytest.raises(Rejected):
        results[1].answer()


def test_a_connectors_own_fault_is_logged_with_its_place(line: PartnerLine, caplog: pytest.LogCaptureFixture) -> None:
    call(line, lambda shop: shop.no_such_method())
    assert "no_such_method" in caplog.text
    assert "Traceback" in caplog.text


def test_no_jobs_are_no_work(line: PartnerLine) -> None:
    assert call_many(line, []) == []


def test_every_exchange_is_on_record_with_outcome_and_subject(acting: Acting, desk: Desk, line: PartnerLine) -> None:
    desk.fault("shopee", "order/get_order_detail", "garbage", times=1)
    results = call_many(
        line,
        [Job("a", lambda shop: shop.verify()), Job("b", lambda shop: shop.order_details(["2401UNKNOWN"]))],
        width=1,
    )
    with acting.scope("record"):
        record(line, results)
        kept = {row.operation: row for row in ExchangeRecord.objects.filter(subject__in=["", "2401UNKNOWN"])}
    detail = kept["order/get_order_detail"]
    assert (detail.store_id, detail.subject, detail.effect, detail.method) == (line.id, "2401UNKNOWN", "read", "GET")
    assert detail.status == 200
    assert "order_sn_list=2401UNKNOWN" in detail.request_body
    assert "sign=***" in detail.request_body
    assert line.credentials["access_token"] not in detail.request_body
    assert isinstance(results[1].error, ContractBroken)
    assert results[1].error.exchange_id == detail.exchange_id
    assert kept["shop/get_shop_info"].outcome == "ok"


def test_bytes_that_no_text_can_hold_are_recorded_all_the_same(acting: Acting, line: PartnerLine) -> None:
    result = call(line, lambda shop: shop.verify())
    result.exchanges[0].response_body = "before\x00after"
    with acting.scope("record"):
        record(line, [result])
        assert ExchangeRecord.objects.latest("id").response_body == "before\ufffdafter"


def test_a_request_to_slow_down_blocks_the_budget(acting: Acting, desk: Desk, line: PartnerLine) -> None:
    desk.fault("shopee", "shop/get_shop_info", "rate_limit", times=1, retry_after=30)
    result = call(line, lambda shop: shop.verify())
    assert isinstance(result.error, RateLimited)
    with acting.scope("record"):
        assert budgets.take("store", line.id, 1) == 1
        record(line, [result])
        assert budgets.take("store", line.id, 1) == 0
        until = RateBudget.objects.get().blocked_until
        assert until is not None
        assert timedelta(seconds=20) < until - now() <= timedelta(seconds=30)
        assert budgets.free_at("store", line.id) == until


def test_a_partner_out_of_reach_is_certainly_not_done(acting: Acting, line: PartnerLine) -> None:
    from dataclasses import replace

    away = replace(line, credentials=line.credentials.replaced(base_url="http://127.0.0.1:9"))
    result = call(away, lambda shop: shop.verify())
    assert isinstance(result.error, Retryable)
    assert result.error.code == "not_sent"
    with acting.scope("record"):
        record(away, [result])
        assert ExchangeRecord.objects.latest("id").outcome == "Retryable"


def test_another_merchants_store_has_no_line(
    acting: Acting, line: PartnerLine, new_acting: Callable[[str], Acting]
) -> None:
    with new_acting("other").scope("look"), pytest.raises(NotConnected):
        store_line(line.id)


class _Baker(BaseHTTPRequestHandler):
    """Sets a cookie at every call and says which one it was sent."""

    def do_GET(self) -> None:
        body = self.headers.get("Cookie", "none").encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "session=merchant-one; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_a_partners_cookie_is_not_carried_to_the_next_merchant() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Baker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        answers = [speaking.client().get(address).text for _ in range(2)]
        with httpx.Client() as ordinary:
            carried = [ordinary.get(address).text for _ in range(2)]
        server.shutdown()
    assert carried == ["none", "session=merchant-one"]
    assert answers == ["none", "none"]
