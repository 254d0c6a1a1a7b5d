"""Connectors are what they say, and every channel answers the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from salur.connectors.base.capabilities import AuthMode, FormField, Plugin, WarehouseCapabilities
from salur.connectors.base.types import Credentials, OrderStatus
from salur.integrations import channels, registry
from salur.integrations.registry import PluginBroken


class Plain:
    """The least that a warehouse connector may be."""

    capabilities = WarehouseCapabilities("plain", "Plain", ("TH",), frozenset())

    def __init__(self, credentials: Credentials, transport: object) -> None:
        self.credentials = credentials

    def verify(self) -> Any: ...
    def list_warehouses(self) -> Any: ...
    def push_outbound(self, order: Any, label: Any) -> Any: ...
    def find_outbound(self, reference: str) -> Any: ...
    def outbound_reports(self, refs: Any) -> Any: ...


class Cancelling(Plain):
    """May cancel as well."""

    def cancel_outbound(self, ref: Any, reason: str) -> Any: ...


class Halfway(Plain):
    """Receives callbacks but cannot ask for them."""

    def parse_callback(self, request: Any) -> Any: ...


class Pushless(Plain):
    """Lacks what every warehouse needs."""

    push_outbound = None  # type: ignore[assignment]  # on purpose


def plugin(build: object, *abilities: str, **changes: Any) -> Plugin:
    can = replace(Plain.capabilities, abilities=frozenset(abilities))
    return replace(Plugin("warehouse", "plain", can, build, ()), **changes)


FIELD = FormField("pin", "PIN", "from the partner")
MODE = AuthMode("quick", "Quick", "For few orders.", (FIELD,))


def built(credentials: Credentials, transport: object) -> Cancelling:
    return Cancelling(credentials, transport)


def unannounced(credentials, transport):  # type: ignore[no-untyped-def]  # on purpose
    return Plain(credentials, transport)


@pytest.mark.parametrize(
    "fine", [plugin(Plain), plugin(Cancelling, "cancel"), plugin(built, "cancel"), plugin(Plain, modes=(MODE,))]
)
def test_a_connector_that_is_what_it_says_is_accepted(fine: Plugin, reloaded: Callable[[list[Any]], None]) -> None:
    reloaded([Point("plain", lambda: fine)])
    assert (registry.find_plugin("warehouse", "plain"), registry.broken()) == (fine, {})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (plugin(Plain, "cancel"), "names the ability cancel but lacks cancel_outbound"),
        (plugin(Cancelling), "implements the ability cancel but does not name it"),
        (plugin(Halfway, "callbacks"), "lacks subscribe"),
        (plugin(Plain, "teleport"), "no warehouse ability is called teleport"),
        (plugin(Plain, "oauth"), "names the ability oauth but lacks authorize_url"),
        (plugin(Pushless), "needs push_outbound"),
        (plugin(unannounced), "annotated"),
        (plugin("nothing"), "build must be a class"),
        (plugin(Plain, kind="ship"), "kind must be one of"),
        (plugin(Plain, kind="store"), "StoreCapabilities"),
        (plugin(Plain, name="other"), "'plain'"),
        (plugin(Plain, form=(FIELD,), modes=(MODE,)), "with modes each has a form"),
        (plugin(Plain, modes=(MODE, MODE)), "two modes"),
        (plugin(Plain, form=(FIELD, FIELD)), "two fields"),
        (plugin(Plain, form=(replace(FIELD, key="mode"),)), "the hub itself uses the field mode"),
        (plugin(Plain, places_form=(replace(FIELD, secret=True),)), "kept in clear"),
        (plugin(Plain, capabilities=replace(Plain.capabilities, messages_by="pigeon")), "messages_by"),
    ],
)
def test_a_connector_that_is_not_what_it_says_is_refused_with_the_reason(wrong: Plugin, says: str) -> None:
    with pytest.raises(PluginBroken, match=says):
        registry.register(wrong)
    assert registry.find_plugin("warehouse", wrong.name) is None


def test_the_connectors_of_this_package_are_found_and_whole() -> None:
    assert registry.broken() == {}
    assert registry.store_plugin("shopee").capabilities.title == "Shopee"
    assert registry.warehouse_plugin("eccang").kind == "warehouse"
    with pytest.raises(registry.UnknownPlugin):
        registry.warehouse_plugin("shopee")


@pytest.fixture
def reloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[list[Any]], None]]:
    """Reads the given entry points in place of those installed."""

    def read(points: list[Any]) -> None:
        monkeypatch.setattr(registry, "_plugins", {})
        monkeypatch.setattr(registry, "_broken", {})
        monkeypatch.setattr(registry, "_loaded", False)
        monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "salur.connectors" else [])

    yield read


class Point:
    """An installed entry point."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.name, self.load = name, load


def test_one_broken_package_does_not_take_the_others_along(reloaded: Callable[[list[Any]], None]) -> None:
    def fails() -> Any:
        raise ImportError("a library is missing")

    reloaded(
        [Point("torn", fails), Point("plain", lambda: plugin(Plain)), Point("liar", lambda: plugin(Plain, "stock"))]
    )
    assert [found.name for found in registry.plugins("warehouse")] == ["plain"]
    assert registry.broken()["torn"] == "ImportError: a library is missing"
    assert "lacks stock" in registry.broken()["liar"]


def test_channels_with_and_without_connector_answer_alike() -> None:
    assert channels.gives_label("shopee")
    assert not channels.gives_label("shopify")
    names = [channel.name for channel in channels.channels()]
    assert len(names) == len(set(names))
    assert {"shopee", "shopify", "woocommerce", "etsy", "amazon", "ebay", "manual"} <= set(names)
    assert [channel.name for channel in channels.file_channels()] == list(channels.FILE_TITLES)
    with pytest.raises(channels.UnknownChannel):
        channels.channel_rules("nowhere")


@pytest.mark.parametrize("name", sorted(channels.FILE_TITLES))
def test_orders_of_a_channel_without_label_get_their_list_and_the_warehouse_decides(name: str) -> None:
    """R91, R104, A27: the rules leave paid orders to the gate that knows what the warehouse needs."""
    rules = {rule.status: rule for rule in channels.channel_rules(name)}
    assert rules.keys() == set(OrderStatus)
    assert {status for status, rule in rules.items() if rule.push} == {OrderStatus.PAID, OrderStatus.READY}
    assert all(rules[status].create for status in (OrderStatus.PAID, OrderStatus.READY, OrderStatus.UNPAID))
    assert not channels.gives_label(name)
