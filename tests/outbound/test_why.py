"""“Why is this order here?”: every condition, also before a list exists and after every gate (users' idea 1)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from salur.config.cli import main
from salur.connectors.base.types import OrderStatus
from salur.flows.holds import hold_orders
from salur.foundation.clock import now
from salur.integrations.models import RateBudget, WarehouseAccount
from salur.outbound.models import Outbound
from salur.outbound.queries import find_order
from salur.outbound.why import CLOSED, EVERY, NOT_ASKED, PASSED, Answer, explain
from salur.outbound.why_messages import NAMES, TEXTS, condition_text
from tests.harness.database import Database
from tests.world import INSTANT, THAI, World, make_world, store_order

ABROAD = dataclasses.replace(THAI, country="ID")


@pytest.fixture
def world(db: Database) -> World:
    """A merchant with a product and a rule."""
    world = make_world()
    world.add_product("TEA", pieces=9)
    return world


def answer_of(world: World, number: str = "A1") -> Answer:
    """The only answer about an order."""
    with world.scope():
        order = find_order(world.order(number).pk)
        assert order is not None
        (answer,) = explain(order)
    assert [one.gate for one in answer.conditions] == list(EVERY)
    return answer


def closed(answer: Answer) -> dict[str, str]:
    """Codes of the closed conditions by gate."""
    return {one.gate: one.code for one in answer.conditions if one.state == CLOSED}


def test_every_condition_has_a_name_and_every_remedy_a_text() -> None:
    assert set(NAMES) == set(EVERY)
    for code, text in TEXTS.items():
        for language in ("en", "id"):
            with translation.override(language):
                assert str(text.title), code
    assert condition_text("no_rule", {}).cause == "", "evidence of an older version leaves the title alone"


@pytest.mark.parametrize(
    ("skus", "said", "expected", "remedy"),
    [
        (["NONE"], {}, {"items_linked": "items_unlinked"}, "link"),
        ([], {}, {"items_linked": "no_items"}, ""),
        (["TEA"], {"address": ABROAD}, {"country_served": "country_not_served"}, "rules"),
    ],
)
def test_an_order_without_a_list_says_which_condition_holds_it(
    world: World, skus: list[str], said: dict[str, Any], expected: dict[str, str], remedy: str
) -> None:
    world.ingest(store_order("A1", *skus, **said))
    answer = answer_of(world)
    assert (answer.outbound, closed(answer)) == (None, expected)
    first = answer.first
    assert first is not None
    assert (first.remedy, first.since is not None) == (remedy, True)
    states = [one.state for one in answer.conditions]
    place = EVERY.index(first.gate)
    assert states == [PASSED] * place + [CLOSED] + [NOT_ASKED] * (len(EVERY) - place - 1)


def test_an_order_that_no_rule_takes_and_that_is_held_names_both(db: Database) -> None:
    world = make_world(rule=False)
    world.add_product("TEA", pieces=1)
    world.ingest(store_order("A1", "TEA"))
    with world.scope():
        hold_orders([world.order("A1").pk], "fraud")
    assert closed(answer_of(world)) == {"not_held": "order_held", "allocated": "no_rule"}


def test_an_order_whose_status_asks_for_no_list_says_so(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.CANCELLED))
    assert closed(answer_of(world)) == {"order_stands": "order_cancelled"}


def test_what_comes_after_the_gates_is_told_one_by_one(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    assert closed(answer_of(world)) == {"accepted": "push_waits_turn"}
    with world.scope():
        at = now()
        budget = RateBudget(account_id=world.account_id, per_second=0.01, burst=1, tokens=0, counted_at=at)
        budget.save()
    assert closed(answer_of(world)) == {"rate_budget": "rate_budget_spent"}
    with world.scope():
        RateBudget.objects.update(blocked_until=now() + timedelta(hours=1))
    assert closed(answer_of(world)) == {"rate_budget": "partner_asks_to_wait"}
    with world.scope():
        RateBudget.objects.all().delete()
        lists = Outbound.objects.all()
        lists.update(push_next_at=now() + timedelta(hours=1), push_error_message="no answer")
    assert closed(answer_of(world)) == {"accepted": "push_tried_again"}
    for state, code in (("pushing", "push_under_way"), ("unknown", "push_in_doubt")):
        with world.scope():
            lists.update(push=state, push_lease_until=now())
        assert closed(answer_of(world)) == {"accepted": code}
    with world.scope():
        lists.update(push="rejected")
    answer = answer_of(world)
    assert (closed(answer), answer.first and answer.first.remedy) == ({"accepted": "push_refused"}, "push_again")


def test_while_a_gate_is_closed_the_partner_is_not_asked(world: World) -> None:
    world.ingest(store_order("A1", "TEA", status=OrderStatus.PAID, courier=INSTANT))
    with world.scope():
        WarehouseAccount.objects.update(state="paused")
    answer = answer_of(world)
    assert closed(answer) == {"warehouse_connected": "account_not_connected"}
    assert [one.state for one in answer.conditions][-2:] == [NOT_ASKED, NOT_ASKED]


def test_the_command_tells_the_same(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.ingest(store_order("A1", "NONE"))
    assert main(["why", "A1"]) == 0
    told = capsys.readouterr().out
    assert "STOP Items linked to master SKUs" in told
    assert "SKU not linked (items_unlinked, since " in told
    assert main(["why", "NOBODY"]) == 1
