"""Rules that contradict, never match or name what is gone; drafts, versions and their return (R72)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from salur.foundation.clock import now
from salur.integrations.models import ConnectionState, StoreConnection
from salur.outbound.facts import warehouse_facts
from salur.routing.checking import RuleRefused
from salur.routing.drafts import NoDraft, PublishedMeanwhile, discard_draft, open_draft, publish_draft
from salur.routing.editing import RuleNameTaken, RulesMoved, delete_rule, move_rule, order_rules, save_rule
from salur.routing.evaluate import load_rules
from salur.routing.models import RoutingRule, RuleVersion
from salur.routing.queries import find_rule, rules
from salur.routing.sentences import Names, sentence
from salur.routing.versions import restore_version
from salur.routing.warnings import read_known, warnings_of
from salur.stock.models import Warehouse
from tests.harness.database import Database
from tests.world import World, make_world


@pytest.fixture
def world(db: Database) -> World:
    """A merchant without rules, with a second, own warehouse."""
    return make_world(rule=False)


def own_warehouse(world: World, name: str = "Own", **said: Any) -> int:
    """Another warehouse; the caller is in a scope."""
    house = Warehouse(code=name, name=name, country="TH", created_at=now(), **said)
    house.save()
    return house.pk


def add(name: str, warehouse: int, **said: Any) -> RoutingRule:
    """A published rule."""
    return save_rule(RoutingRule(name=name, warehouse_id=warehouse, **said))


def codes(world: World) -> dict[str, list[str]]:
    """Warnings by the rule's name."""
    listed = rules()
    places = warehouse_facts(Warehouse.objects.values_list("pk", flat=True))
    found = warnings_of(listed, read_known(listed, places))
    assert all(warning.text() for several in found.values() for warning in several)
    return {rule.name: [w.code for w in found[rule.pk]] for rule in listed if rule.pk in found}


def test_rules_that_never_match_or_contradict_say_so(world: World) -> None:
    with world.scope():
        here, other = world.warehouse_id, own_warehouse(world)
        add("wide", here, countries=["TH"], postcodes=["10", "5"], couriers=["SPX*"], value_currency="THB")
        add("narrower", other, countries=["TH"], postcodes=["10110", "50000-59999"], couriers=["spx standard"])
        add("wider", other, countries=["TH"], postcodes=["1"])
        add("same", here, countries=["TH"], postcodes=["1"])
        add("worth", here, value_from=Decimal(100), value_currency="THB", provinces=["Bali"])
        add("worth more", here, value_from=Decimal(200), value_currency="THB", provinces=["bali"])
        add("worth less", here, value_from=Decimal(50), value_currency="THB", provinces=["bali"])
        add("other channel", here, store_ids=[world.store_id], channels=["lazada"])
        add("any", here)
        add("too late", here, channels=["shopee"])
        assert codes(world) == {
            "narrower": ["shadowed"],
            "same": ["contradicts"],
            "worth more": ["shadowed"],
            "other channel": ["store_not_of_channel"],
            "too late": ["shadowed"],
        }


def test_rules_that_name_what_is_off_or_gone_say_so(world: World) -> None:
    with world.scope():
        off, gone = own_warehouse(world, "Off", active=False), own_warehouse(world, "Gone")
        add("off", off, fallback_ids=[world.warehouse_id], channels=["lazada"])
        add("gone", world.warehouse_id, fallback_ids=[gone], store_ids=[world.store_id])
        add("dead", off, countries=["TH"])
        add("abroad", world.warehouse_id, countries=["MY"], mskus=["NONE"], tags=["cold"])
        Warehouse.objects.filter(pk=gone).delete()
        RoutingRule.objects.filter(name="off").update(countries=["XX"])
        StoreConnection.objects.update(state=ConnectionState.DISCONNECTED)
        assert codes(world) == {
            "off": ["warehouse_off", "country_unknown"],
            "gone": ["fallback_gone", "store_off"],
            "dead": ["all_warehouses_off"],
            "abroad": ["serves_none", "msku_unknown", "tag_unknown"],
        }


def test_a_rule_on_a_deleted_warehouse_is_refused_with_its_place(world: World) -> None:
    with world.scope():
        gone = own_warehouse(world, "Gone")
        Warehouse.objects.filter(pk=gone).delete()
        with pytest.raises(RuleRefused) as refused:
            add("R", gone, fallback_ids=[world.warehouse_id, gone], countries=["ZZ"], postcodes=["900-10"])
        assert [(f.field, f.place, f.code) for f in refused.value.faults] == [
            ("warehouse_id", None, "warehouse_unknown"),
            ("fallback_ids", 1, "warehouse_unknown"),
            ("countries", 0, "country_unknown"),
            ("postcodes", 0, "postcode_unusable"),
        ]
        assert not RoutingRule.objects.exists()


def test_an_order_of_rules_that_is_out_of_date_changes_nothing(world: World) -> None:
    with world.scope():
        first, second = add("A", world.warehouse_id), add("B", world.warehouse_id)
        with pytest.raises(RulesMoved):
            order_rules([second.pk])
        with pytest.raises(RuleNameTaken):
            add("A", world.warehouse_id)
        order_rules([second.pk, first.pk])
        assert [rule.name for rule in rules()] == ["B", "A"]
        assert move_rule(first.pk, up=True)
        assert not move_rule(first.pk, up=True)
        assert [rule.name for rule in rules()] == ["A", "B"]


def test_a_draft_changes_nothing_until_it_is_published_and_a_version_comes_back_whole(world: World) -> None:
    with world.scope():
        kept, dropped = add("kept", world.warehouse_id, provinces=["Bali"]), add("dropped", world.warehouse_id)
        open_draft()
        copies = {rule.copied_from: rule for rule in rules(draft=True)}
        copies[kept.pk].name, copies[kept.pk].value_from = "dropped", Decimal("12.50")
        copies[kept.pk].value_currency = "THB"
        delete_rule(copies[dropped.pk].pk, draft=True)
        save_rule(copies[kept.pk])
        save_rule(RoutingRule(name="new", warehouse_id=world.warehouse_id, draft=True))
        assert [rule.name for rule in load_rules()] == ["kept", "dropped"]
        assert publish_draft() == 3
        assert next((rule.id, rule.name) for rule in load_rules()) == (kept.pk, "dropped")
        assert [rule.name for rule in load_rules()] == ["dropped", "new"]
        assert not rules(draft=True)
        with pytest.raises(NoDraft):
            discard_draft()

        restore_version(2)
        assert [(rule.name, rule.provinces, rule.value_from) for rule in rules()] == [
            ("kept", ["Bali"], None),
            ("dropped", [], None),
        ]
        assert rules()[0].pk == kept.pk
        assert list(RuleVersion.objects.order_by("number").values_list("number", "reason", "restored")) == [
            (1, "edit", None),
            (2, "edit", None),
            (3, "publish", None),
            (4, "restore", 2),
        ]


def test_a_draft_of_rules_that_were_changed_meanwhile_is_not_published_by_accident(world: World) -> None:
    with world.scope():
        add("A", world.warehouse_id)
        open_draft()
        add("B", world.warehouse_id)
        with pytest.raises(PublishedMeanwhile):
            publish_draft()
        publish_draft(anyway=True)
        assert [rule.name for rule in rules()] == ["A"]


def test_a_rule_is_told_in_one_sentence(world: World) -> None:
    with world.scope():
        names = Names({1: "Shopee Indonesia"}, {}, {1: "JD Denpasar", 2: "JD Jakarta"})
        said = {"store_ids": [1], "provinces": ["Bali"], "cash_on_delivery": "yes"}
        rule = RoutingRule(name="R", warehouse_id=1, fallback_ids=[2], only_where_free=True, **said)
        assert sentence(rule, names) == (
            "Orders from Shopee Indonesia, to Bali, with cash on delivery go to JD Denpasar. If it has not enough free"
            " stock, is switched off or does not send there: JD Jakarta. If none has enough, the order waits for stock"
            " at the first. An order may be split between them."
        )
        assert sentence(RoutingRule(name="R", warehouse_id=1), names) == "All orders go to JD Denpasar."
        assert find_rule(0) is None
