"""How a parcel is handed over: the way that was chosen, the store's setting, and never another."""

from __future__ import annotations

from salur.flows.arrange import arrange_now
from salur.flows.handover import Choice
from salur.flows.handover_asking import StoreWays, ask_for_ways
from salur.integrations.models import StoreConnection
from tests.flows.stage import Stage


def ways_of(stage: Stage, numbers: list[str]) -> StoreWays:
    ids = [stage.world.the_list(number).pk for number in numbers]
    (asked,) = ask_for_ways(stage.merchant_id, ids, actor="test")
    return asked


def by_hand(stage: Stage) -> None:
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(auto_arrange=False)


def test_a_chosen_pickup_slot_is_the_one_that_the_store_is_told(stage: Stage) -> None:
    by_hand(stage)
    numbers = (
        stage.take_order(count=2)
        + stage.take_order(carrier="J&T Express")
        + stage.take_order(carrier="Seller Own Fleet")
    )
    asked = ways_of(stage, numbers)
    slots = [way for way in asked.ways if way.kind == "pickup"]
    assert [len(way.lists) for way in slots] == [2, 2, 2]
    assert sorted({way.begins for way in slots if way.begins}) == [way.begins for way in slots]
    (counter,) = [way for way in asked.ways if way.kind == "dropoff"]
    assert len(counter.lists) == 3
    assert [(one.outbound.order.external_id, one.code) for one in asked.hindered] == [(numbers[3], "handover_by_hand")]
    assert {stage.shop_order(n)["times_arranged"] for n in numbers} == {0}
    with stage.world.scope():
        assert sorted(arrange_now(slots[2].lists, slots[2].choice).due) == sorted(slots[2].lists)
        assert arrange_now([stage.world.the_list(numbers[2]).pk], Choice("dropoff")).held == {}
    stage.arrange()
    told = [stage.shop_order(n)["arranged_with"] for n in numbers[:3]]
    assert told[0] == told[1]
    assert (told[0]["mode"], told[0]["pickup_time_id"]) == ("pickup", slots[2].fields["pickup_time_id"])
    assert told[2]["mode"] == "dropoff"
    with stage.world.scope():
        again = arrange_now(counter.lists, counter.choice)
    assert set(again.held.values()) == {"labelled"}


def test_a_slot_that_has_passed_is_not_replaced_by_another(stage: Stage) -> None:
    by_hand(stage)
    number = stage.one_order()
    made = stage.world.the_list(number)
    offered = next(way for way in ways_of(stage, [number]).ways if way.kind == "pickup")
    passed = Choice("pickup", {**offered.fields, "pickup_time_id": "1700000000_1"})
    with stage.world.scope():
        assert arrange_now([made.pk], passed).due == [made.pk]
    stage.arrange()
    made = stage.world.the_list(number)
    assert (made.shipment, made.shipment_error_code) == ("failed", "handover_not_offered")
    assert stage.shop_order(number)["times_arranged"] == 0
    with stage.world.scope():
        arrange_now([made.pk])  # without a choice: as the store is set
    stage.arrange()
    assert stage.world.the_list(number).shipment == "labelled"


def test_a_store_may_be_set_to_drop_off_and_what_is_arranged_takes_no_other_way(stage: Stage) -> None:
    stage.settings(shopee={"tracking_seconds": 60})
    with stage.world.scope():
        StoreConnection.objects.filter(pk=stage.store_id).update(settings={"handover": "dropoff"})
    number = stage.one_order()
    stage.arrange()
    assert stage.shop_order(number)["arranged_with"]["mode"] == "dropoff"
    made = stage.world.the_list(number)
    with stage.world.scope():
        assert arrange_now([made.pk], Choice("pickup")).held == {made.pk: "handed_over_otherwise"}
        assert arrange_now([made.pk]).due == [made.pk], "without a choice what is missing is asked for again"
    assert [one.code for one in ways_of(stage, [number]).hindered] == ["handed_over_otherwise"]
