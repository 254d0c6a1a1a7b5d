"""Recorded exchanges: judged by today's code, done again without sending anything twice (idea 3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salur.catalog.models import MasterProduct
from salur.flows.cassettes import CassetteBroken, read
from salur.flows.judging import judge
from salur.flows.replay import ReplayRefused, do_again, judge_message_again
from salur.foundation.clock import now
from salur.integrations.lines import load_line
from salur.integrations.models import ExchangeRecord, WebhookDelivery
from salur.outbound.models import Outbound
from tests.config.test_cli_orders import salur
from tests.world import World, store_order

from .test_push import at_warehouse, fault, look_up, push, ready, world

__all__ = ["world"]


def create_call(world: World) -> ExchangeRecord:
    with world.scope():
        return ExchangeRecord.objects.get(operation="createOrder")


def again(world: World, number: int) -> str:
    with world.scope():
        return do_again(number)


def test_a_call_whose_answer_was_lost_is_looked_up_and_never_sent_twice(world: World, sandbox: Any) -> None:
    fault(sandbox, "cut_after", times=1)
    ready(world, "A1")
    push(world)
    assert world.the_list("A1").push == "unknown"
    call = create_call(world)
    assert again(world, call.pk) == "looked_up"
    look_up(world)
    assert world.the_list("A1").push == "pushed"
    assert list(at_warehouse(sandbox).values()) == [1]
    with pytest.raises(ReplayRefused) as refused:
        again(world, call.pk)
    assert refused.value.code == "replay_there_already"
    assert list(at_warehouse(sandbox).values()) == [1]


def test_a_refused_list_goes_again_under_its_reference_unless_it_has_changed(world: World, sandbox: Any) -> None:
    with world.scope():
        MasterProduct.objects.update(msku="GONE")
    ready_order = "A1"
    world.ingest(*_orders(ready_order, "GONE"))
    push(world)
    refused_list = world.the_list(ready_order)
    assert refused_list.push == "rejected", refused_list.push_error_message
    with world.scope():
        call = ExchangeRecord.objects.filter(operation="createOrder").latest("id")
        MasterProduct.objects.update(name="Another name")
    with pytest.raises(ReplayRefused) as changed:
        again(world, call.pk)
    assert changed.value.code == "replay_changed"
    with world.scope():
        MasterProduct.objects.update(name="Product TEA")
    assert again(world, call.pk) == "pushed"
    after = world.the_list(ready_order)
    assert (after.reference, after.push) == (refused_list.reference, "ready")


def _orders(number: str, sku: str) -> list[Any]:
    from salur.connectors.base.types import OrderStatus
    from tests.world import INSTANT, store_order

    return [store_order(number, sku, status=OrderStatus.PAID, courier=INSTANT)]


def test_a_recorded_answer_is_judged_without_calling_anybody(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    push(world)
    calls = sandbox.look("counts")["eccang"]["createOrder"]["calls"]
    call = create_call(world)
    with world.scope():
        told = judge(call.pk)
        assert (told.operation, told.then, told.today) == ("createOrder", "ok", "ok")
        assert world.the_list("A1").partner_number in told.detail
        ExchangeRecord.objects.filter(pk=call.pk).update(response_body="<html>garbage", status=200)
        assert judge(call.pk).today in ("ContractBroken", "UnknownOutcome")
        ExchangeRecord.objects.filter(pk=call.pk).update(status=503)
        assert judge(call.pk).today == "UnknownOutcome", "a lost answer to a creation is never taken for a failure"
        ExchangeRecord.objects.filter(pk=call.pk).update(operation="somethingElse")
        with pytest.raises(ReplayRefused):
            judge(call.pk)
        assert Outbound.objects.get().push == "pushed"
    assert sandbox.look("counts")["eccang"]["createOrder"]["calls"] == calls


def test_the_command_tells_whether_todays_code_agrees(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    push(world)
    number = str(create_call(world).pk)
    same = salur("exchange", "replay", number)
    assert (same.returncode, same.stdout.split(" ")[:5]) == (0, ["createOrder:", "then", "ok,", "today", "ok"])
    with world.scope():
        ExchangeRecord.objects.update(status=500)
    assert salur("exchange", "replay", number).returncode == 1
    assert salur("exchange", "replay", "999999").returncode == 2


def test_an_exchange_becomes_a_test_case_with_one_command(world: World, sandbox: Any, tmp_path: Path) -> None:
    ready(world, "A1")
    push(world)
    made = salur("exchange", "keep", str(create_call(world).pk), "--to", str(tmp_path))
    assert made.returncode == 0, made.stderr
    (file,) = tmp_path.iterdir()
    text = file.read_text(encoding="utf-8")
    address = store_order("A1").address
    with world.scope():
        keys = load_line("account", world.account_id).credentials
    for private in (address.name, address.phone, *address.lines, keys["app_token"], keys["app_key"]):
        assert private not in text, private
    same = salur("exchange", "check", str(file))
    assert (same.returncode, same.stdout[:2]) == (0, "ok"), same.stdout + same.stderr
    changed = json.loads(text)
    changed["wanted"]["body"] = changed["wanted"]["body"].replace("SO-", "XX-")
    file.write_text(json.dumps(changed), encoding="utf-8")
    other = salur("exchange", "check", str(tmp_path))
    assert (other.returncode, other.stdout[:5]) == (1, "OTHER")
    assert "number=SO-" in other.stdout and "number=XX-" in other.stdout, "both are told"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(CassetteBroken):
        read(file)


def test_what_did_not_fail_or_belongs_to_no_list_is_not_done_again(world: World, sandbox: Any) -> None:
    ready(world, "A1")
    push(world)
    call = create_call(world)
    with pytest.raises(ReplayRefused) as refused:
        again(world, call.pk)
    assert refused.value.code == "replay_not_failed"
    with world.scope():
        ExchangeRecord.objects.update(outcome="Retryable", subject="nothing")
    with pytest.raises(ReplayRefused) as refused:
        again(world, call.pk)
    assert refused.value.code == "replay_not_possible"


def test_a_message_is_judged_again(world: World) -> None:
    with world.scope():
        message = WebhookDelivery.objects.create(
            account_id=world.account_id,
            delivery_id="m1",
            kind="outbound",
            subject="X",
            received_at=now(),
            processed_at=now(),
        )
        judge_message_again(message.pk)
        assert WebhookDelivery.objects.get().processed_at is None
