"""Making inbound lists: what may stand in them, everything wrong told at once, nothing half saved (R62 to R65)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.foundation.clock import now
from salur.foundation.problems import PROBLEMS
from salur.inbound.checking import WantedLine
from salur.inbound.editing import (
    Head,
    LinesRefused,
    ListRefused,
    change_draft,
    create_inbound_list,
    delete_draft,
    push_rejected_again,
    submit,
    wanted_lines,
)
from salur.inbound.models import InboundLine, InboundList
from salur.integrations import registry
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Balance, Warehouse
from tests.inbound.partners import Costly, plugin_of
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    for sku in ("TEA", "CUP"):
        made.add_product(sku)
    return made


def make(world: World, *lines: WantedLine, **more: Any) -> InboundList:
    with world.scope():
        return create_inbound_list(world.warehouse_id, lines, **more)


def wrong(world: World, *lines: WantedLine) -> list[list[tuple[str, str]]]:
    """(code, field) of every problem, line by line."""
    with pytest.raises(LinesRefused) as refused, world.scope():
        create_inbound_list(world.warehouse_id, lines)
    with world.scope():
        assert InboundList.objects.count() == 0, "nothing half saved"
    assert {p.code for r in refused.value.results for p in r.problems} <= set(PROBLEMS)
    return [[(p.code, p.field) for p in r.problems] for r in refused.value.results]


def own_warehouse(world: World) -> int:
    with world.scope():
        warehouse = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        warehouse.save()
        return warehouse.pk


def test_r62_a_draft_keeps_what_was_given_and_has_a_reference_of_its_own(world: World) -> None:
    made = make(
        world,
        WantedLine("TEA", "12", "3.50", " B-1 ", "2030-01-31"),
        WantedLine("CUP", 7),
        head=Head(note=" by truck ", tracking="T1", carrier="JNE"),
    )
    assert (made.push, made.task, made.note, made.tracking, made.currency) == ("draft", "none", "by truck", "T1", "THB")
    assert made.created_by == "test"
    with world.scope():
        rows = list(InboundLine.objects.order_by("pk").values_list("quantity", "unit_cost", "batch"))
        assert not Balance.objects.filter(incoming__gt=0).exists(), "a draft announces nothing"
    assert rows == [(12, Decimal("3.50"), "B-1"), (7, None, "")]
    assert make(world, WantedLine("TEA", 1)).reference != made.reference
    assert len(made.reference) == 12


@pytest.mark.parametrize(
    "quantity", [0, -3, 1.5, "1.5", "-2", "", None, "many", "1,000", "1e3", True, float("nan"), "٣"]
)
def test_r65_a_quantity_is_a_whole_number_of_pieces(world: World, quantity: Any) -> None:
    assert wrong(world, WantedLine("TEA", quantity)) == [[("inbound_quantity_wrong", "quantity")]]


@pytest.mark.parametrize("quantity", [3, "3", " 3 ", 3.0, "3.0", Decimal(3)])
def test_a_quantity_may_be_written_as_forms_and_spreadsheets_give_it(world: World, quantity: Any) -> None:
    made = make(world, WantedLine("TEA", quantity))
    with world.scope():
        assert InboundLine.objects.get(inbound=made).quantity == 3


def test_r64_only_products_that_the_warehouse_has_accepted(world: World) -> None:
    world.add_product("NEW", pushed=False)
    world.add_product("ELSEWHERE", in_warehouse=False)
    with world.scope():
        cup = WarehouseProduct.objects.filter(product__msku="CUP")
        for state in ("not_pushed", "pushing", "failed"):
            cup.update(push=state, error_message="weight missing")
    assert wrong(
        world, WantedLine("NEW", 1), WantedLine("ELSEWHERE", 1), WantedLine("CUP", 1), WantedLine("NOBODY", 1)
    ) == [
        [("inbound_product_waits", "sku")],
        [("inbound_not_in_warehouse", "sku")],
        [("inbound_product_failed", "sku")],
        [("inbound_sku_unknown", "sku")],
    ]


def test_all_wrong_lines_are_told_at_once_each_with_all_that_is_wrong(world: World) -> None:
    found = wrong(
        world,
        WantedLine("TEA", 5),
        WantedLine("", "x", "y", "z" * 200, "tomorrow"),
        WantedLine("CUP", 99_999_999, "-1"),
        WantedLine("TEA", 6),
    )
    assert found == [
        [],
        [
            ("inbound_sku_missing", "sku"),
            ("inbound_quantity_wrong", "quantity"),
            ("inbound_cost_wrong", "unit_cost"),
            ("inbound_batch_long", "batch"),
            ("inbound_expiry_wrong", "expires_on"),
        ],
        [("inbound_quantity_large", "quantity"), ("inbound_cost_wrong", "unit_cost")],
        [("inbound_line_twice", "sku")],
    ]


def test_the_refusal_says_in_words_which_line_and_why(world: World) -> None:
    with pytest.raises(LinesRefused) as refused, world.scope():
        create_inbound_list(world.warehouse_id, [WantedLine("TEA", 1), WantedLine("NOBODY", 1, number=17)])
    text = refused.value.text().cause
    assert "line 17" in text
    assert "NOBODY" in text


def test_r51_goods_that_have_expired_or_expire_too_soon_are_refused(world: World) -> None:
    with world.scope():
        MasterProduct.objects.filter(msku="CUP").update(shelf_life_days=365, inbound_days=30)
    soon = (now() + timedelta(days=10)).date()
    gone = (now() - timedelta(days=3)).date()
    assert wrong(world, WantedLine("TEA", 1, expires_on=gone), WantedLine("CUP", 1, expires_on=soon)) == [
        [("inbound_expired", "expires_on")],
        [("inbound_expires_soon", "expires_on")],
    ]
    make(world, WantedLine("TEA", 1, expires_on=soon))


def test_one_product_may_come_in_several_batches(world: World) -> None:
    made = make(world, WantedLine("TEA", 1, batch="A"), WantedLine("TEA", 2, batch="B"))
    with world.scope():
        assert InboundLine.objects.filter(inbound=made).count() == 2


def test_r65_the_cost_is_needed_where_the_partner_demands_it(world: World) -> None:
    plugin = plugin_of(Costly)
    registry.register(plugin)
    try:
        with world.scope():
            WarehouseAccount.objects.update(partner=plugin.name)
        assert wrong(world, WantedLine("TEA", 1)) == [[("inbound_cost_missing", "unit_cost")]]
        make(world, WantedLine("TEA", 1, "0.25"))
    finally:
        registry.unregister(plugin)


@pytest.mark.parametrize("cost", ["abc", "-1", "1.23456", "1e400", "9" * 20])
def test_a_cost_is_an_amount_of_money(world: World, cost: str) -> None:
    assert wrong(world, WantedLine("TEA", 1, cost)) == [[("inbound_cost_wrong", "unit_cost")]]


def test_a_partner_that_takes_no_inbound_lists_gets_none(world: World) -> None:
    with world.scope():
        WarehouseAccount.objects.update(partner="nobody")
    with pytest.raises(ListRefused) as refused:
        make(world, WantedLine("TEA", 1))
    assert refused.value.code == "inbound_not_taken"


def test_a_warehouse_that_is_switched_off_gets_none(world: World) -> None:
    with world.scope():
        Warehouse.objects.update(active=False)
    with pytest.raises(ListRefused) as refused:
        make(world, WantedLine("TEA", 1))
    assert refused.value.code == "inbound_warehouse_off"


@pytest.mark.parametrize(
    ("lines", "head", "code"),
    [
        ([], Head(), "inbound_no_lines"),
        ([WantedLine("TEA", 1)] * 2001, Head(), "inbound_too_many_lines"),
        ([WantedLine("TEA", 1)], Head(note="x" * 501), "inbound_text_too_long"),
    ],
)
def test_a_list_as_a_whole_is_refused(world: World, lines: list[WantedLine], head: Head, code: str) -> None:
    with pytest.raises(ListRefused) as refused:
        make(world, *lines, head=head)
    assert refused.value.code == code


def test_submitting_judges_the_lines_once_more(world: World) -> None:
    made = make(world, WantedLine("TEA", 1))
    with world.scope():
        for state in ("not_pushed", "pushing", "failed"):
            WarehouseProduct.objects.filter(product__msku="TEA").update(push=state)
    with pytest.raises(LinesRefused), world.scope():
        submit(made.pk)
    with world.scope():
        assert InboundList.objects.get().push == "draft"


def test_submitting_makes_it_ready_and_it_cannot_be_submitted_twice(world: World) -> None:
    made = make(world, WantedLine("TEA", 1))
    with world.scope():
        assert submit(made.pk).push == "ready"
    with pytest.raises(ListRefused), world.scope():
        submit(made.pk)


def test_a_list_that_waits_or_was_refused_can_be_corrected_under_the_same_reference(world: World) -> None:
    made = make(world, WantedLine("TEA", 1))
    with world.scope():
        submit(made.pk)
        for state in ("pushing", "rejected"):
            InboundList.objects.update(push=state, push_lease_until=now(), push_error_message="bad")
        changed = change_draft(made.pk, [WantedLine("CUP", 4)], Head(note="better"))
        assert [(w.sku, w.quantity) for w in wanted_lines(made.pk)] == [("CUP", 4)]
    assert (changed.push, changed.reference, changed.push_error_message) == ("draft", made.reference, "")


def test_a_wrong_change_leaves_the_draft_as_it_was(world: World) -> None:
    made = make(world, WantedLine("TEA", 1))
    with pytest.raises(LinesRefused), world.scope():
        change_draft(made.pk, [WantedLine("TEA", 0)])
    with world.scope():
        assert [(w.sku, w.quantity) for w in wanted_lines(made.pk)] == [("TEA", 1)]


@pytest.mark.parametrize("state", ["pushing", "unknown", "pushed"])
def test_what_may_be_at_the_warehouse_cannot_be_changed_or_deleted(world: World, state: str) -> None:
    made = make(world, WantedLine("TEA", 1))
    with world.scope():
        submit(made.pk)
        for step in ("pushing", state):
            InboundList.objects.update(push=step, push_lease_until=now())
    for attempt in (lambda: change_draft(made.pk, [WantedLine("TEA", 2)]), lambda: delete_draft(made.pk)):
        with pytest.raises(ListRefused), world.scope():
            attempt()


def test_a_draft_is_deleted_with_its_lines(world: World) -> None:
    made = make(world, WantedLine("TEA", 1))
    with world.scope():
        delete_draft(made.pk)
        assert (InboundList.objects.count(), InboundLine.objects.count()) == (0, 0)


def test_r71_a_refused_list_goes_again_and_others_are_left_alone(world: World) -> None:
    first, second = make(world, WantedLine("TEA", 1)), make(world, WantedLine("TEA", 1))
    with world.scope():
        submit(first.pk)
        InboundList.objects.filter(pk=first.pk).update(push="pushing", push_lease_until=now())
        InboundList.objects.filter(pk=first.pk).update(push="rejected", push_error_message="no")
        again = push_rejected_again([first.pk, second.pk])
        assert [(r.pk, r.push, r.push_error_message) for r in again] == [(first.pk, "ready", "")]


def test_an_own_warehouse_has_nobody_to_push_to_and_expects_the_goods_at_once(world: World) -> None:
    world.add_product("BOX", in_warehouse=False)
    warehouse = own_warehouse(world)
    with world.scope():
        made = create_inbound_list(warehouse, [WantedLine("BOX", 5)])
        row = submit(made.pk)
        balance = Balance.objects.get(warehouse_id=warehouse)
    assert (row.account_id, row.push, row.task, balance.incoming, balance.on_hand) == (None, "pushed", "arriving", 5, 0)


def test_another_merchants_list_is_not_there(world: World) -> None:
    made = make(world, WantedLine("TEA", 1))
    other = make_world()
    with pytest.raises(InboundList.DoesNotExist), other.scope():
        submit(made.pk)
