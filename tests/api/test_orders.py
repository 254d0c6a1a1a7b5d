"""Orders over the API: taken in part, the same rules as the file's, and why they stand still (R88, R136, R146)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from salur.connectors.base.types import OrderStatus
from salur.flows.arrange import attach_label
from salur.flows.follow_up import refreshed_now
from salur.flows.replay import judge_message_again
from salur.flows.timeline import timeline
from salur.foundation.clock import now
from salur.integrations.models import ExchangeRecord, WebhookDelivery
from salur.orders.formats.cells import QUANTITY_LIMIT
from salur.orders.models import Order
from salur.outbound.gates import GATES
from salur.outbound.models import Outbound
from salur.tenancy import audit
from tests.flows.pdf import pdf
from tests.world import World, store_order

from .conftest import Caller, new_order


def test_an_order_is_created_planned_and_readable(api: Caller, world: World) -> None:
    answer = api.create(world.store_id, new_order("A-1"))
    assert (answer["created"], answer["updated"], answer["unchanged"], answer["failed"]) == (1, 0, 0, 0)
    taken = answer["orders"][0]
    assert (taken["index"], taken["order_id"], taken["outcome"], taken["errors"]) == (0, "A-1", "created", [])
    order = api.get(f"/orders/{taken['id']}")
    assert (order["external_id"], order["source"], order["status"], order["total"]) == ("A-1", "api", "paid", "480.00")
    assert order["ordered_at"] == "2026-05-01T02:59:00Z"
    assert order["recipient"]["name"] == "Somchai Jaidee"
    assert [(line["sku"], line["quantity"], line["unit_price"], line["bound"]) for line in order["lines"]] == [
        ("TEA", 2, "240.00", True)
    ]
    assert [one["warehouse"]["id"] for one in order["outbound"]] == [world.warehouse_id]
    assert world.balance("TEA") == (100, 2)


def test_bad_orders_are_set_aside_with_pointers_and_good_ones_taken(api: Caller, world: World) -> None:
    orders = [
        new_order("good-1"),
        new_order("bad-1", country="XX", lines=[{"sku": "", "quantity": 0}, {"sku": "TEA", "quantity": "two"}]),
        new_order("good-1", total="1"),
        new_order("", recipient_name=None),
        new_order("bad-2", lines=[]),
        new_order("bad-3", ordered_at=(now() + timedelta(days=2)).isoformat()),
        new_order("bad-4", recipient_name="=HYPERLINK(1)"),
        new_order("good-2", cash_on_delivery=True, total=150000, lines=[{"sku": "TEA", "quantity": QUANTITY_LIMIT}]),
    ]
    answer = api.create(world.store_id, *orders)
    outcomes = [one["outcome"] for one in answer["orders"]]
    assert outcomes == ["created", "failed", "failed", "failed", "failed", "failed", "failed", "created"]
    assert (answer["created"], answer["failed"]) == (2, 6)
    found = {(one["index"], e["pointer"], e["code"]) for one in answer["orders"] for e in one["errors"]}
    assert found == {
        (1, "/orders/1/country", "bad_country"),
        (1, "/orders/1/lines/0/sku", "missing_value"),
        (1, "/orders/1/lines/0/quantity", "bad_quantity"),
        (1, "/orders/1/lines/1/quantity", "bad_quantity"),
        (2, "/orders/2/order_id", "order_twice"),
        (3, "/orders/3/order_id", "missing_value"),
        (4, "/orders/4/lines", "missing_value"),
        (5, "/orders/5/ordered_at", "time_in_future"),
        (6, "/orders/6/recipient_name", "formula_cell"),
    }
    assert all(e["detail"] and "%(" not in e["detail"] for one in answer["orders"] for e in one["errors"])
    assert {one["external_id"] for one in api.get("/orders")["items"]} == {"good-1", "good-2"}
    assert api.get("/orders", external_id="good-1")["items"][0]["total"] == "480.00"
    big = api.get("/orders", external_id="good-2")["items"][0]
    assert (big["total"], big["cash_on_delivery"]) == ("150000.00", True)


def test_the_run_tells_the_same_as_the_answer(api: Caller, world: World) -> None:
    answer = api.create(world.store_id, new_order("A"), new_order("B", country=""))
    run = api.get(f"/runs/{answer['run_id']}")
    assert (run["source"], run["trigger"], run["state"], run["created"], run["failed"]) == ("api", "api", "done", 1, 1)
    rows = api.get(f"/runs/{answer['run_id']}/rows", outcome="failed")["items"]
    assert [(row["external_id"], row["line"], row["column"], row["code"]) for row in rows] == [
        ("B", 2, "country", "missing_value")
    ]
    assert rows[0]["reason"] == answer["orders"][1]["errors"][0]["detail"]


def test_the_same_order_again_is_one_order_and_only_a_newer_sight_changes_it(api: Caller, world: World) -> None:
    first = api.create(world.store_id, new_order("A"))["orders"][0]
    again = api.create(world.store_id, new_order("A", recipient_name="Other"))["orders"][0]
    assert (again["outcome"], again["id"]) == ("unchanged", first["id"])
    newer = api.create(world.store_id, new_order("A", city="Phuket", updated_at="2026-05-02T00:00:00Z"))["orders"][0]
    assert (newer["outcome"], newer["id"]) == ("updated", first["id"])
    order = api.get(f"/orders/{first['id']}")
    assert (order["recipient"]["name"], order["recipient"]["city"]) == ("Somchai Jaidee", "Phuket")
    assert len(api.get("/orders")["items"]) == 1


def test_a_thousand_orders_go_in_one_call(api: Caller, world: World) -> None:
    answer = api.create(world.store_id, *(new_order(f"K-{n}") for n in range(1000)))
    assert answer["created"] == 1000
    assert len({one["id"] for one in answer["orders"]}) == 1000


def test_why_lists_every_gate_with_reason_evidence_and_who_acts(api: Caller, world: World) -> None:
    world.add_product("CUP", pieces=2)
    world.ingest(store_order("W", ("CUP", 3), status=OrderStatus.PAID))
    order = api.get(f"/orders/{world.order('W').pk}")
    why = order["outbound"][0]["why"]
    assert [gate["gate"] for gate in why] == [name for name, _ in GATES]
    closed = {gate["gate"]: gate for gate in why if not gate["open"]}
    stock = closed["stock_reserved"]
    assert (stock["code"], stock["who"]) == ("not_enough_stock", "operator")
    assert (stock["evidence"]["msku"], stock["evidence"]["free"], stock["evidence"]["needed"]) == ("CUP", 2, 3)
    assert "CUP" in stock["cause"]
    assert stock["next_action"]
    assert stock["since"] <= now().isoformat().replace("+00:00", "Z")
    assert order["outbound"][0]["blocked_by"] == "not_enough_stock"
    assert [one["cause"] for one in order["problems"]] == ["no_stock"]
    assert api.get(f"/outbound/{order['outbound'][0]['id']}")["why"] == why
    world.add_stock("CUP", 1)
    with world.scope():
        from salur.flows.wakeups import stock_rose

        stock_rose([world.warehouse_id])
    gates = api.get(f"/outbound/{order['outbound'][0]['id']}")["why"]
    assert {gate["gate"]: gate["open"] for gate in gates}["stock_reserved"] is True


def test_the_timeline_holds_every_move_with_actor_and_cause(api: Caller, world: World) -> None:
    world.ingest(store_order("T", "TEA", status=OrderStatus.UNPAID))
    world.ingest(store_order("T", "TEA", status=OrderStatus.CANCELLED, version=1))
    events = api.get(f"/orders/{world.order('T').pk}")["timeline"]
    moves = [(one["kind"], one["origin"], one["target"], one["actor"]) for one in events]
    assert ("order", "unpaid", "cancelled", "test") in moves
    assert ("push", "waiting", "void", "test") in moves
    assert [one["at"] for one in events] == sorted(one["at"] for one in events)


def test_the_timeline_tells_who_did_what_beside_moves_calls_and_messages(api: Caller, world: World) -> None:
    world.ingest(store_order("T", "TEA"))
    order, made = world.order("T").pk, world.the_list("T")
    for act in ({"action": "hold", "reason": "stock"}, {"action": "release"}, {"action": "tag", "add": ["gift"]}):
        assert api.post("/order-desk", {"ids": [order], **act}).json()["done"] == 1
    with world.scope():
        refreshed_now([made.pk])  # not at the warehouse: nothing is asked, so nothing is told
        attach_label(made.pk, "TH1", pdf())
        told = ExchangeRecord(exchange_id="e1", account_id=world.account_id, operation="createOrder", effect="create")
        told.subject, told.method, told.url, told.outcome, told.started_at = made.reference, "POST", "u", "ok", now()
        told.duration_ms = 12
        told.save()
        message = WebhookDelivery(account_id=world.account_id, delivery_id="m1", kind="outbound", received_at=now())
        message.subject = made.reference
        message.save()
        judge_message_again(message.pk)
    events = api.get(f"/orders/{order}")["timeline"]
    told_by = {(one["kind"], one["target"]): one for one in events}
    assert {key: told_by[key]["side"] for key in told_by if key[0] in ("note", "act", "call", "message", "seen")} == {
        ("seen", "ready"): "store",
        ("note", "held"): "person",
        ("note", "released"): "person",
        ("note", "tagged"): "person",
        ("act", "outbound.label"): "hub",  # "test" is no person
        ("act", "message.judged_again"): "hub",
        ("call", "ok"): "hub",
        ("message", "outbound"): "warehouse",
    }
    assert told_by["note", "held"]["by"].startswith("API token ")
    assert told_by["act", "outbound.label"]["detail"] == "TH1"
    assert told_by["act", "outbound.label"]["outbound_id"] == made.pk
    assert told_by["call", "ok"]["exchange_id"] == told.pk
    with world.scope():
        row = Order.objects.select_related("store").get(pk=order)
        lists = list(Outbound.objects.filter(order=row).select_related("warehouse"))
        with CaptureQueriesContext(connection) as few:
            page = timeline(row, lists)
        assert [(event.title, event.detail) for event in page] == [(one["title"], one["detail"]) for one in events]
        for _ in range(5):
            audit.record_each("outbound.refresh_asked", "outbound", [made.pk])
        with CaptureQueriesContext(connection) as many:
            assert len(timeline(row, lists)) == len(page) + 5
    assert len(many) == len(few)


def test_orders_are_filtered(api: Caller, world: World) -> None:
    world.add_product("CUP")
    world.ingest(
        store_order("ok", "TEA"),
        store_order("short", "CUP"),
        store_order("unlinked", "NOPE"),
        store_order("unpaid", "TEA", status=OrderStatus.UNPAID),
    )

    def numbers(**query: Any) -> set[str]:
        return {one["external_id"] for one in api.get("/orders", **query)["items"]}

    assert numbers() == {"ok", "short", "unlinked", "unpaid"}
    assert numbers(status="unpaid") == {"unpaid"}
    assert numbers(external_id="ok") == {"ok"}
    assert numbers(external_id="o") == set()
    assert numbers(problem="unmapped_sku") == {"unlinked"}
    assert numbers(blocked_by="not_enough_stock") == {"short"}
    assert numbers(store=world.store_id, problem="no_stock") == {"short"}
    assert numbers(store=world.store_id + 1000) == set()


def test_what_changed_since_comes_in_the_order_of_change(api: Caller, world: World) -> None:
    world.ingest(store_order("A", "TEA"), store_order("B", "TEA"))
    time.sleep(0.002)
    since = now()
    world.ingest(store_order("C", "TEA"))
    world.ingest(store_order("A", "TEA", version=1, status=OrderStatus.SHIPPED))
    listed = api.get("/orders", changed_since=since.isoformat())["items"]
    assert [one["external_id"] for one in listed] == ["C", "A"]
    first = api.get("/orders", changed_since=since.isoformat(), limit=1)
    second = api.get("/orders", changed_since=since.isoformat(), limit=1, cursor=first["next"])
    assert [one["external_id"] for one in first["items"] + second["items"]] == ["C", "A"]
    assert second["next"] is None


def test_a_fixed_number_of_statements_reads_a_page_of_any_size(world: World) -> None:

    from salur.api.orders import OrderQuery, _filtered, _summaries

    world.ingest(*(store_order(f"N{n}", "TEA") for n in range(30)))
    counts = []
    query = OrderQuery.model_validate({})
    with world.scope():
        for size in (2, 30):
            with CaptureQueriesContext(
                connection,
            ) as statements:
                _summaries(_filtered(query).order_by("-id")[:size])
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 5


def test_an_address_is_corrected_and_left_to_the_store_again(api: Caller, world: World) -> None:
    world.ingest(store_order("ADDR", "TEA"))
    order = world.order("ADDR").pk
    given = {"name": "Nok", "phone": "+66 2", "lines": ["1 Rama IV"], "city": "Bangkok", "country": "TH"}
    answer = api.call("PUT", f"/orders/{order}/address", json=given)
    assert (answer.status_code, answer.json()["name"], answer.json()["postal_code"]) == (200, "Nok", "")
    shown = api.get(f"/orders/{order}")
    assert shown["address_corrected_at"] and shown["address_at_store"]["postal_code"] == "10110"
    assert api.call("PUT", f"/orders/{order}/address", json={**given, "country": "Thailand"}).status_code == 422
    assert api.call("DELETE", f"/orders/{order}/address").json()["postal_code"] == "10110"
    assert api.call("DELETE", f"/orders/{order}/address").json()["code"] == "address_not_corrected"
