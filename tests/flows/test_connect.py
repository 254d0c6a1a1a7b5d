"""When a connection comes back, what waited for it goes on by itself; when it ends, everything says so (R16, R94)."""

from __future__ import annotations

import pytest

from salur.connectors.base.types import OrderStatus
from salur.flows.connect import disconnect, replace_secrets
from salur.flows.push import push_ready
from salur.integrations.connect import Acting
from tests.flows.stage import Stage
from tests.world import INSTANT, store_order

pytestmark = pytest.mark.usefixtures("db")


def acting(stage: Stage) -> Acting:
    return Acting(stage.merchant_id, f"user:{stage.world.user_id}")


def test_lists_wait_while_an_account_is_ended_and_say_for_what(stage: Stage) -> None:
    stage.world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    assert stage.world.the_list("A1").push == "ready"
    disconnect(acting(stage), "account", stage.account_id)
    made = stage.world.the_list("A1")
    assert (made.push, made.blocked_by) == ("waiting", "account_not_connected")


def test_new_keys_for_a_paused_account_let_its_lists_go_on(stage: Stage) -> None:
    known = stage.sandbox.look("credentials")["eccang"]
    changed = {"app_token": "new-token", "app_key": "new-key"}
    stage.world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    stage.sandbox.control("eccang/accounts", {"customer_code": known["customer_code"], **changed})
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.account().state == "paused"
    assert stage.world.the_list("A1").blocked_by == "account_not_connected"
    replace_secrets(acting(stage), "account", stage.account_id, changed)
    made = stage.world.the_list("A1")
    assert (stage.account().state, made.push, made.blocked_by) == ("connected", "ready", "")
    push_ready(stage.merchant_id, stage.account_id)
    assert stage.world.the_list("A1").push in ("pushed", "rejected")


def test_an_ended_store_stops_arranging_and_says_so(stage: Stage) -> None:
    number = stage.one_order()
    assert stage.world.the_list(number).shipment == "due"
    disconnect(acting(stage), "store", stage.store_id)
    assert stage.world.the_list(number).blocked_by == "store_not_connected"
