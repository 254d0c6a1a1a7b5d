"""Dry runs of rules over orders that are there, and applying what was published (R72): the preview is what happens."""

from __future__ import annotations

import dataclasses

import pytest

from salur.flows.calibrate import restock
from salur.flows.moving import move_orders
from salur.flows.rule_runs import carry_on_rule_run, start_run, stop_run
from salur.flows.worker import sweep
from salur.foundation.clock import now
from salur.orders.models import Order
from salur.outbound.models import Outbound
from salur.routing.drafts import open_draft, publish_draft
from salur.routing.editing import delete_rule, save_rule
from salur.routing.models import RoutingRule, RuleRun, RuleRunRow, RunChoice, RunKind
from salur.routing.queries import rules
from salur.stock.models import Warehouse
from salur.tenancy.scope import merchant_scope
from tests.harness.database import Database
from tests.world import THAI, World, make_world, store_order

BALI = dataclasses.replace(THAI, province="Bali")
OWN_TABLES = ("routing_", "procrastinate_", "tenancy_auditentry", "django_")


@pytest.fixture
def world(db: Database) -> World:
    """Tea in the partner's warehouse; the own warehouse has nothing, and no rule leads there yet."""
    world = make_world(rule=False)
    world.add_rule(countries=["TH"])
    world.add_product("TEA", pieces=3)
    with world.scope():
        Warehouse(code="OWN", name="Own", country="TH", created_at=now()).save()
    return world


def own(world: World) -> int:
    """The own warehouse."""
    with world.scope():
        return Warehouse.objects.get(code="OWN").pk


def run_of(world: World, kind: RunKind, choice: RunChoice, *numbers: str) -> RuleRun:
    """A run from its beginning to its end."""
    with world.scope():
        run = start_run(kind, choice, numbers=numbers)
    carry_on_rule_run(world.merchant_id, run.pk)
    with world.scope():
        return RuleRun.objects.get(pk=run.pk)


def rows_of(world: World, run: RuleRun) -> dict[str, tuple[str, list[int], list[str], str]]:
    """By order: outcome, where the draft sends it, by which rules, and why it would be stuck."""
    with world.scope():
        rows = RuleRunRow.objects.filter(run=run).select_related("order")
        return {r.order.external_id: (r.outcome, r.after_at, r.after_rules, r.after_cause) for r in rows}


def draft_for_bali(world: World) -> None:
    """A draft that sends Bali from the own warehouse, and nothing of Singapore anywhere."""
    with world.scope():
        open_draft()
        (old,) = rules(draft=True)
        delete_rule(old.pk, draft=True)
        for name, warehouse, said in (
            ("Bali", own(world), {"provinces": ["bali"]}),
            ("Thailand", world.warehouse_id, {"countries": ["TH"], "fallback_ids": [own(world)]}),
        ):
            save_rule(RoutingRule(name=name, warehouse_id=warehouse, draft=True, only_where_free=True, **said))


def everything(db: Database) -> dict[str, tuple[int, str]]:
    """Row count and checksum of every table but those of the runs themselves."""
    tables = [
        name
        for (name,) in db.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        if not name.startswith(OWN_TABLES)
    ]
    assert len(tables) > 30
    query = "SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {} t"
    return {name: db.rows(query.format(name))[0] for name in tables}


def ship(world: World, number: str) -> None:
    """The list is at the warehouse."""
    with world.scope():
        lists = Outbound.objects.filter(order__external_id=number)
        lists.update(push="ready", closed_gates={}, blocked_by="", blocked_since=None)
        for state in ("pushing", "pushed"):
            lists.update(push=state, push_lease_until=now())


def test_a_dry_run_tells_what_would_move_and_changes_no_row(world: World, db: Database) -> None:
    world.ingest(store_order("A1", "TEA"), store_order("A2", "TEA", address=BALI), store_order("A3", ("TEA", 5)))
    world.ingest(store_order("A4", "NONE"), store_order("A5", "TEA"))
    ship(world, "A5")
    draft_for_bali(world)
    before = everything(db)
    run = run_of(world, RunKind.TRIAL, RunChoice.OPEN)
    assert everything(db) == before
    assert rows_of(world, run) == {
        "A1": ("same", [world.warehouse_id], ["Thailand"], ""),
        "A2": ("stuck", [own(world)], ["Bali"], "no_stock"),
        "A3": ("stuck_both", [world.warehouse_id], ["Thailand"], "no_stock"),
        "A4": ("stuck_both", [], [], "unmapped_sku"),
        "A5": ("fixed", [world.warehouse_id], [], ""),
    }
    assert (run.state, run.done, run.expected, run.summary["causes"]) == ("done", 5, 5, {"no_stock": 1})


def test_orders_may_be_named_by_number_and_what_is_not_there_is_told(world: World) -> None:
    world.ingest(store_order("A1", "TEA"), store_order("A2", "TEA"))
    run = run_of(world, RunKind.TRIAL, RunChoice.PICKED, "A2", "NOBODY", "A2")
    assert list(rows_of(world, run)) == ["A2"]
    assert (run.unknown, run.expected) == (["NOBODY"], 1)


def test_the_last_month_is_replayed_with_the_stock_that_its_orders_have_taken(world: World) -> None:
    world.ingest(*(store_order(f"A{n}", "TEA") for n in range(3)), store_order("OLD", "TEA"))
    with world.scope():
        Order.objects.update(ordered_at=now())
        Order.objects.filter(external_id="OLD").update(ordered_at="2020-01-01T00:00:00Z")
    ship(world, "A0")
    with world.scope():
        rule = rules()[0]
        rule.only_where_free, rule.fallback_ids = True, [own(world)]
        save_rule(rule)
    run = run_of(world, RunKind.TRIAL, RunChoice.RECENT)
    assert {number: row[:2] for number, row in rows_of(world, run).items()} == {
        f"A{n}": ("same", [world.warehouse_id]) for n in range(3)
    }


def test_what_is_published_and_applied_is_what_was_previewed(world: World) -> None:
    world.add_stock("TEA", 4)
    sights = [store_order(f"A{n}", ("TEA", 1 + n % 2), address=BALI if n % 3 == 0 else THAI) for n in range(8)]
    sights.append(store_order("SG", "TEA", address=dataclasses.replace(THAI, country="SG")))
    world.ingest(*sights)
    ship(world, "A1")
    draft_for_bali(world)
    seen = rows_of(world, run_of(world, RunKind.TRIAL, RunChoice.OPEN))
    with world.scope():
        publish_draft()
    done = run_of(world, RunKind.APPLY, RunChoice.OPEN)
    restock(world.merchant_id, world.warehouse_id)  # who waited there is served as by any freed stock
    for number, (_, after_at, _, cause) in seen.items():
        there = [one for one in world.lists(number) if one.push != "void"]
        assert sorted(one.warehouse_id for one in there) == sorted(after_at), number
        if number != "A1":
            assert all(one.reserved == (cause != "no_stock") for one in there), number
    assert seen["SG"][3] == "no_rule"
    assert seen["A0"][1] == [own(world)]
    assert done.summary["outcomes"]["fixed"] == 1
    on_hand, reserved = world.balance("TEA")
    with world.scope():
        promised = Outbound.objects.filter(reserved=True, warehouse_id=world.warehouse_id)
        orders = [one.order.external_id for one in promised.select_related("order")]
    assert reserved == sum(1 + int(number[1:]) % 2 for number in orders) <= on_hand
    again = run_of(world, RunKind.APPLY, RunChoice.OPEN)
    assert not again.summary["outcomes"].get("moved"), "applying twice moves nothing more"


def test_what_a_person_placed_stays_and_keeps_its_stock_unless_asked_for(world: World) -> None:
    dataclasses.replace(world, warehouse_id=own(world)).add_stock("TEA", 1)
    world.ingest(store_order("HAND", "TEA"), store_order("RULE", "TEA"))
    hand = world.order("HAND").pk
    with world.scope():
        assert not move_orders([hand], own(world)).held
        (rule,) = rules()
        rule.warehouse_id, rule.only_where_free, rule.fallback_ids = own(world), True, [world.warehouse_id]
        save_rule(rule)
    spared = run_of(world, RunKind.TRIAL, RunChoice.OPEN)
    assert rows_of(world, spared)["HAND"][:2] == ("by_hand", [own(world)])
    assert rows_of(world, spared)["RULE"][1] == [world.warehouse_id], "what is spared keeps its pieces"
    named = run_of(world, RunKind.TRIAL, RunChoice.PICKED, "HAND")
    assert rows_of(world, named)["HAND"][0] == "same", "who names an order means it"
    with world.scope():
        rule.warehouse_id, rule.fallback_ids = world.warehouse_id, []
        rule.only_where_free = False
        save_rule(rule)
    run_of(world, RunKind.APPLY, RunChoice.OPEN)
    assert {one.warehouse_id for one in world.lists("HAND") if one.push != "void"} == {own(world)}
    with world.scope():
        run = start_run(RunKind.APPLY, RunChoice.OPEN, also_by_hand=True)
    carry_on_rule_run(world.merchant_id, run.pk)
    (there,) = [one for one in world.lists("HAND") if one.push != "void"]
    assert (there.warehouse_id, there.by_hand) == (world.warehouse_id, False)


def test_a_stopped_run_writes_nothing_more_and_a_lost_one_begins_anew(world: World) -> None:
    world.ingest(store_order("A1", "TEA"))
    with world.scope():
        stopped = start_run(RunKind.TRIAL, RunChoice.OPEN)
        assert stop_run(stopped.pk)
        assert not stop_run(stopped.pk)
        lost = start_run(RunKind.TRIAL, RunChoice.OPEN)
        RuleRun.objects.filter(pk=lost.pk).update(state="running", lease_until="2020-01-01T00:00:00Z")
    assert carry_on_rule_run(world.merchant_id, stopped.pk) == 0
    assert sweep() >= 1
    assert carry_on_rule_run(world.merchant_id, lost.pk) == 1
    assert len(rows_of(world, lost)) == 1


def test_a_run_of_another_merchant_is_not_there(world: World) -> None:
    other = make_world()
    with world.scope():
        run = start_run(RunKind.TRIAL, RunChoice.OPEN)
    assert carry_on_rule_run(other.merchant_id, run.pk) == 0
    with merchant_scope(other.merchant_id, actor="t", cause="t"):
        assert not RuleRun.objects.exists()
