"""Partners that throttle, lose answers, end tokens and mix up their messages: every order still ends shipped once."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from tests.harness.database import Database

from .operator import Operator, until

READ_STORY = """nodes => nodes.map((one) =>
  [one.className, one.querySelector(":scope > svg use").getAttribute("href").split("#")[1], one.innerText])"""
Story = list[tuple[str, str, str]]


def story_of(operator: Operator, number: str) -> Story:
    """An order's timeline: each line's tone, drawing and words."""
    operator.open_order(number)
    return [tuple(line) for line in operator.main("ol.timeline > li").evaluate_all(READ_STORY)]


def tells_of_the_lookup(story: Story) -> bool:
    """Sent, the answer lost, looked up by reference, found: in this order."""
    from salur.flows.told import outcome_words

    words = outcome_words("UnknownOutcome")
    lost = [i for i, (_tone, drawing, text) in enumerate(story) if drawing == "up" and words in text]
    found = [i for i, (tone, drawing, _text) in enumerate(story) if (tone, drawing) == ("tone-good", "search")]
    return bool(lost and found) and lost[0] < found[-1]


def fault(operator: Operator, partner: str, operation: str, kind: str, **more: Any) -> None:
    """Switch a fault of a partner on."""
    operator.sandbox.control("faults", {"partner": partner, "operation": operation, "kind": kind, **more})


@pytest.mark.usefixtures("worker")
def test_throttling_lost_answers_and_ended_tokens_stop_nothing(operator: Operator) -> None:
    operator.open_shop({"TEA": 50})
    numbers = operator.sell(("TEA", 1), count=6)
    fault(operator, "shopee", "*", "rate_limit", every=6, times=3, retry_after=1)
    fault(operator, "eccang", "createOrder", "rate_limit", every=3, times=2, retry_after=1)
    fault(operator, "eccang", "createOrder", "cut_after", times=2)
    operator.sync_orders()
    operator.sandbox.control("shopee/tokens", {"expire": "access"})
    until(lambda: len(operator.at_warehouse()) >= 2, "the first lists are at the warehouse")
    operator.sandbox.control("shopee/tokens", {"expire": "access"})
    operator.see_through(numbers)

    assert {order["status"] for order in operator.at_shop(numbers)} == {"SHIPPED"}
    assert {order["times_arranged"] for order in operator.at_shop(numbers)} == {1}
    there = operator.at_warehouse()
    assert len(there) == len(numbers)
    assert {(one["status"], one["times_created"]) for one in there} == {("D", 1)}
    assert operator.stock() == {"TEA": (44, 0)}
    stories = [story_of(operator, number) for number in numbers]
    assert sum(map(tells_of_the_lookup, stories)) == 2
    assert operator.sandbox.look("faults")["faults"] == []  # every fault has struck as often as it was told to


def listen(operator: Operator) -> str:
    """Both partners send their messages: the warehouse by subscription, the store to the address in its console.

    Answers the store's address.
    """
    operator.go(f"/integrations/accounts/{operator.account}/")
    operator.press("action", "subscribe")
    assert {one["kind"] for one in operator.sandbox.look("eccang/subscriptions")["subscriptions"]} >= {
        "order",
        "stock",
    }
    operator.go(f"/integrations/stores/{operator.store}/")
    address = operator.main("textarea[readonly]").input_value()
    operator.sandbox.control("settings", {"shopee": {"callback_url": address}})
    return address


def tell_late(operator: Operator, address: str, number: str) -> None:
    """A message of the store that was long under way: the order is ready to be sent. Signed as the store signs."""
    known = operator.sandbox.look("credentials")["shopee"]
    news = {"ordersn": number, "status": "READY_TO_SHIP", "update_time": 1_700_000_000}
    body = json.dumps({"code": 3, "shop_id": known["shop_id"], "timestamp": 1_700_000_000, "data": news})
    signed = hmac.new(str(known["push_key"]).encode(), f"{address}|{body}".encode(), hashlib.sha256).hexdigest()
    answer = httpx.post(address, content=body, headers={"Authorization": signed, "Content-Type": "application/json"})
    assert answer.status_code == 204, answer.text


def messages_are_worked_off(operator: Operator, db: Database) -> bool:
    """Whether nothing is on its way at the partners, and nothing that came waits here."""
    waiting = operator.sandbox.look("callbacks")["waiting"]
    return not waiting and db.rows("SELECT count(*) FROM integrations_webhookdelivery WHERE processed_at IS NULL") == [
        (0,)
    ]


@pytest.mark.usefixtures("worker")
def test_messages_older_than_the_state_change_nothing(operator: Operator, db: Database) -> None:
    operator.open_shop({"TEA": 50})
    address = listen(operator)
    for partner in ("shopee", "eccang"):
        for kind in ("reorder", "duplicate"):
            fault(operator, partner, "callback", kind)
    numbers = operator.sell(("TEA", 1), count=4)
    operator.sync_orders()
    operator.see_through(numbers)
    tell_late(operator, address, numbers[0])
    until(lambda: messages_are_worked_off(operator, db), "all messages are worked off")

    counts = operator.sandbox.look("counts")["callbacks"]
    assert all(counts[name]["delivered"] > 0 and counts[name]["lost"] == 0 for name in ("shopee", "eccang")), counts
    assert db.rows("SELECT DISTINCT status FROM orders_order") == [("shipped",)]
    assert db.rows("SELECT DISTINCT push, task, confirmation FROM outbound_outbound") == [
        ("pushed", "completed", "confirmed")
    ]
    ends = "(('outbound_task', 'completed'), ('orders_order', 'shipped'))"
    assert db.rows(f"SELECT count(*) FROM tenancy_transition WHERE (machine, origin) IN {ends}") == [(0,)]
    assert operator.stock() == {"TEA": (46, 0)}
    assert {one["times_created"] for one in operator.at_warehouse()} == {1}
