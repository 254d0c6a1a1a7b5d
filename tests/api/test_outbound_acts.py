"""Many lists at once, lists stopped at the warehouse, and refusals settled by hand, over the API (R116 to R122)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from salur.connectors.base.types import CancelOutcome, OrderStatus
from salur.flows.cancel import cancel_due
from salur.flows.push import push_ready
from salur.outbound.models import Outbound
from tests.flows.print_shop import Shop, open_print_shop
from tests.harness.database import Database
from tests.world import World, store_order

from .conftest import Caller
from .test_outbound import move, woken


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    with open_print_shop(world, keeps_stock=True) as opened:
        yield opened


def pushed(world: World, number: str) -> int:
    world.ingest(store_order(number, "TEA", status=OrderStatus.PAID))
    push_ready(world.merchant_id, world.account_id)
    return world.the_list(number).pk


def cancel(world: World) -> None:
    with world.scope():
        Outbound.objects.update(cancellation_next_at=None)
    cancel_due(world.merchant_id, world.account_id)


def test_a_list_is_stopped_and_an_order_goes_out_again(api: Caller, world: World, shop: Shop, db: Database) -> None:
    shop.cancel_answer = CancelOutcome("accepted")
    one = pushed(world, "A")
    cut = api.get(f"/outbound/{one}")["cut_off"]
    assert (cut["until"], cut["late"]) == ("picking", False)
    assert "Print Shop" in cut["text"]
    race = api.get(f"/outbound/{one}")["race"]
    assert (race["stage"], race["share"], race["expected_loss"], race["currency"]) == ("none", None, "99.50", "THB")
    answer = api.post(f"/outbound/{one}/stop")
    assert (answer.status_code, answer.json()["cancellation"]) == (202, "asked")
    assert ("cancel", world.account_id) in woken(db)
    again = api.post(f"/outbound/{one}/stop")
    assert (again.status_code, again.json()["code"]) == (409, "stop_asked")
    cancel(world)
    order = world.order("A").pk
    assert [p["cause"] for p in api.get(f"/orders/{order}")["problems"]] == ["intercepted"]
    assert api.post(f"/orders/{order}/send-after-all").status_code == 202
    assert [one.push for one in world.lists("A")] == ["void", "ready"]
    assert api.post(f"/orders/{order}/send-after-all").status_code == 409


def test_a_refusal_is_settled_with_a_note(api: Caller, world: World, shop: Shop) -> None:
    one = pushed(world, "A")
    assert api.post(f"/outbound/{one}/settle", {"how": "stopped", "note": "x"}).json()["code"] == "settle_nothing"
    api.post(f"/outbound/{one}/stop")
    cancel(world)
    assert api.get(f"/outbound/{one}")["cancellation_reason"] == "it is being printed"
    assert api.post(f"/outbound/{one}/settle", {"how": "stopped"}).json()["code"] == "settle_note_missing"
    assert api.post(f"/outbound/{one}/settle", {"how": "thrown away", "note": "x"}).status_code == 422
    settlement = {"how": "shipped", "note": "left at noon"}
    done = api.post(f"/outbound/{one}/settle", settlement, key="k1")
    assert (done.status_code, done.json()["task"], done.json()["settled_note"]) == (200, "completed", "left at noon")
    assert (
        api.post(f"/outbound/{one}/settle", {"how": "shipped", "note": "left at noon"}, key="k1").json() == done.json()
    )


def test_a_warning_is_shown_and_settled(api: Caller, world: World, shop: Shop) -> None:
    shop.warning = "no label"
    one = pushed(world, "A")
    assert api.get(f"/outbound/{one}")["push_warning"] == "no label"
    done = api.post(f"/outbound/{one}/settle", {"how": "warning"})
    assert done.status_code == 200
    assert done.json()["warning_settled_at"]


def second_account(world: World) -> World:
    """The same merchant with an account at another partner, to which CUP goes."""
    from salur.foundation.clock import now
    from salur.integrations.models import WarehouseAccount
    from salur.stock.models import Warehouse

    with world.scope():
        account = WarehouseAccount(partner="eccang", name="Other", identity_key="other", created_at=now())
        account.save()
        place = Warehouse(account=account, code="TH02", name="TH02", country="TH", created_at=now())
        place.save()
    return World(world.merchant_id, world.user_id, world.store_id, account.pk, place.pk, world.run_id)


def test_r122_many_lists_of_several_partners_are_pushed_again_and_refreshed_at_once(
    api: Caller, world: World, shop: Shop, db: Database
) -> None:
    one = pushed(world, "A")
    other = second_account(world)
    other.add_product("CUP", pieces=5)
    with world.scope():
        from salur.routing.models import RoutingRule

        RoutingRule.objects.update(mskus=["TEA"])
    other.add_rule(mskus=["CUP"])
    world.ingest(store_order("B", "CUP"), store_order("C", "CUP"))
    two, three = world.the_list("B").pk, world.the_list("C").pk
    for pk in (two, three):
        with world.scope():
            Outbound.objects.filter(pk=pk).update(push="ready", closed_gates={}, blocked_by="")
    move(world, two, "pushing", "pushed", task="accepted")
    move(world, three, "pushing", "rejected", push_error_code="x")

    def act(action: str, *ids: int) -> Any:
        answer = api.post("/outbound-actions", {"action": action, "ids": list(ids)})
        assert answer.status_code == 202, answer.text
        return answer.json()

    assert act("refresh", one, two, three, 10**9) == {"done": [one, two], "left": [three, 10**9]}
    assert {("follow", world.account_id), ("follow", other.account_id)} <= woken(db)
    assert act("push_again", one, two, three) == {"done": [three], "left": [one, two]}
    with world.scope():
        Outbound.objects.filter(pk=one).update(push="pushed")
    assert act("stop", one, two, three) == {"done": [one, two], "left": [three]}
    assert {("cancel", world.account_id), ("cancel", other.account_id)} <= woken(db)
    assert api.post("/outbound-actions", {"action": "stop", "ids": []}).status_code == 422
