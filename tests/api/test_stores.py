"""Stores through the API: connected each way, changed, authorised again, ended (R8, R9, R12, R15, R26, R148)."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from salur.flows.runs import carry_on_run
from salur.integrations.connections import pause
from salur.integrations.models import StoreConnection
from salur.tenancy import tokens
from salur.tenancy.accounts import add_member
from salur.tenancy.models import Role, User
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest
from tests.world import World

from .conftest import Caller, new_order
from .test_connections_partners import pointers


def wanted(sandbox: Sandbox, channel: str, **values: str) -> dict[str, Any]:
    """What the channel gave its customer."""
    form = sandbox.look("credentials")[channel]["form"]
    return {"channel": channel, "name": f"My {channel}", "country": "TH", "values": {**form, **values}}


@pytest.fixture
def owner(world: World) -> User:
    """The person whose merchant it is."""
    with world.scope():
        person = User.objects.get(pk=world.user_id)
        add_member(person, Role.OWNER)
    return person


@pytest.fixture
def owners(world: World, owner: User, live_web: LiveWeb, settings: SettingsForTest) -> Caller:
    """A caller whose token an owner has made, at a hub that stores can call."""
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    with world.scope():
        return Caller(live_web.url, tokens.create("test", ["integrations:write"], created_by=owner).secret)


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def come_back(browser: Client, address: str) -> tuple[str, str]:
    """Where somebody lands whom the channel sends back, and the page."""
    back = urlsplit(address)
    answer = browser.get(f"{back.path}?{back.query}", follow=True)
    return str(answer.redirect_chain[-1][0]), html.unescape(answer.content.decode())


def test_a_store_with_typed_keys_is_connected_once_and_syncs(api: Caller, sandbox: Sandbox, world: World) -> None:
    sandbox.control("woocommerce/orders", {"count": 3, "updated_seconds_ago": 600, "spread_seconds": 500})
    body = wanted(sandbox, "woocommerce") | {"settings": {"rate_per_second": "7"}}
    first = api.post("/stores", body, key="k-1")
    assert first.status_code == 201, first.text
    made = first.json()
    assert first.headers["location"] == f"/api/v1/stores/{made['id']}"
    assert (made["way"], made["state"], made["problem"], made["failed_calls"]) == ("keys", "connected", None, [])
    assert (made["settings"]["rate_per_second"], made["settings"]["tracking_as"]) == ("7", "meta")
    assert made["next_sync_at"]
    secret = body["values"]["consumer_secret"]
    assert secret not in first.text + api.call("GET", f"/stores/{made['id']}").text
    calls = sandbox.look("counts")["woocommerce"]
    again = api.post("/stores", body, key="k-1")
    assert (again.status_code, again.text, sandbox.look("counts")["woocommerce"]) == (201, first.text, calls)

    run = api.post(f"/stores/{made['id']}/sync").json()
    carry_on_run(world.merchant_id, run["id"])
    assert api.get(f"/runs/{run['id']}")["created"] == 3


def test_what_is_wrong_with_a_new_store_is_told_at_its_place(api: Caller, sandbox: Sandbox, world: World) -> None:
    def refused(**changes: Any) -> dict[str, str]:
        return pointers(api.post("/stores", wanted(sandbox, "woocommerce") | changes))

    good = wanted(sandbox, "woocommerce")["values"]
    assert refused(values={}) == dict.fromkeys(
        ("/values/store_url", "/values/consumer_key", "/values/consumer_secret"), "field_required"
    )
    elsewhere = {**good, "store_url": f"{sandbox.url}/nothing-here"}
    assert refused(values=elsewhere) == {"/values/store_url": "field_refused"}
    assert refused(settings={"tracking_as": "smoke"}) == {"/settings/tracking_as": "field_choice"}
    assert refused(name=" ") == {"/name": "field_required"}
    assert refused(way="login") == {"/way": "field_choice"}
    assert refused(way="file") == {"/values": "not_usable"}
    assert refused(channel="nobody") == {"/channel": "field_choice"}
    assert refused(country="THA") == {"/country": "string_pattern_mismatch"}
    manual = {"channel": "manual", "name": "Corner", "country": "TH"}
    assert pointers(api.post("/stores", manual)) == {"/currency": "field_currency"}
    assert pointers(api.post("/stores", manual | {"way": "login"})) == {"/way": "field_choice"}

    wrong = api.post("/stores", wanted(sandbox, "woocommerce", consumer_secret="cs_surely-not-it"))
    assert (wrong.status_code, wrong.json()["code"]) == (409, "auth_rejected")
    assert "surely-not-it" not in wrong.text
    with world.scope():
        assert not StoreConnection.objects.exclude(pk=world.store_id).exists()


def test_a_store_by_file_is_made_and_takes_orders(api: Caller) -> None:
    corner = {"channel": "manual", "name": "Cor\u0000ner", "country": "th", "currency": "thb"}
    answer = api.post("/stores", corner, key="k-1")
    assert answer.status_code == 201, answer.text
    assert api.post("/stores", corner, key="k-1").text == answer.text
    assert pointers(api.post("/stores", corner)) == {"/name": "field_taken"}
    made = answer.json()
    assert (made["way"], made["name"], made["currency"], made["switches"]) == ("file", "Corner", "THB", {})
    assert api.create(made["id"], new_order("C-1"))["created"] == 1
    again = api.post(f"/stores/{made['id']}/authorise")
    assert again.status_code == 409
    assert pointers(api.call("PATCH", f"/stores/{made['id']}", json={"switches": {"auto_confirm": True}})) == {
        "/switches/auto_confirm": "not_usable"
    }


def test_a_login_is_begun_and_only_the_tokens_maker_ends_it(
    api: Caller, owners: Caller, owner: User, world: World, sandbox: Sandbox
) -> None:
    body = wanted(sandbox, "shopify")
    nobodys = api.post("/stores", body)
    assert (nobodys.status_code, nobodys.json()["code"]) == (409, "login_needed"), "a token that no owner made"
    assert pointers(owners.post("/stores", body | {"values": {}}))["/values/client_secret"] == "field_required"

    answer = owners.post("/stores", body)
    assert answer.status_code == 202, answer.text
    asked = answer.json()
    assert (asked["person"], asked["store_id"], asked["name"]) == (owner.username, None, "My shopify")
    assert body["values"]["client_secret"] not in answer.text
    agreed = httpx.post(asked["address"], data={"allow": "1"}).headers["location"]
    with world.scope():
        other = User.objects.create_user("another", password=None)
        add_member(other, Role.OWNER)
    assert come_back(signed_in(other), agreed)[0] == "/integrations/add/", "an owner too, but not who was named"
    where, page = come_back(signed_in(owner), agreed)
    with world.scope():
        store = StoreConnection.objects.get(name="My shopify")
        pause("store", store.pk, "the token was revoked")
    assert where == f"/integrations/stores/{store.pk}/"
    assert "Verified and connected." in page

    shown = owners.get(f"/stores/{store.pk}")
    assert (shown["way"], shown["state"], shown["problem"]["code"]) == ("login", "paused", "connection_paused")
    assert "the token was revoked" in shown["problem"]["detail"]
    again = owners.post(f"/stores/{store.pk}/authorise")
    assert (again.status_code, again.json()["store_id"]) == (202, store.pk)
    agreed = httpx.post(again.json()["address"], data={"allow": "1"}).headers["location"]
    assert come_back(signed_in(owner), agreed)[0] == where
    assert owners.get(f"/stores/{store.pk}")["problem"] is None

    with world.scope():
        add_member(owner, Role.VIEWER)
    ended = owners.post(f"/stores/{store.pk}/authorise")
    assert (ended.status_code, ended.json()["code"]) == (409, "login_needed"), "no owner any more"


def test_a_site_makes_the_keys_on_its_own_page(owners: Caller, owner: User, world: World, sandbox: Sandbox) -> None:
    body = wanted(sandbox, "woocommerce") | {"way": "page"}
    asked = owners.post("/stores", body)
    assert asked.status_code == 202, asked.text
    approved = httpx.post(asked.json()["address"], data={"answer": "yes"})
    assert "Verified and connected." in come_back(signed_in(owner), approved.headers["location"])[1]
    assert [one["state"] for one in owners.get("/stores")["items"] if one["name"] == "My woocommerce"] == ["connected"]


def test_name_switches_and_settings_are_changed_and_stand_on_the_page(
    owners: Caller, owner: User, sandbox: Sandbox, world: World
) -> None:
    made = owners.post("/stores", wanted(sandbox, "woocommerce") | {"settings": {"rate_per_second": "7"}}).json()
    address = f"/stores/{made['id']}"
    assert (made["switches"], made["messages"]["by"]) == (
        {"automatic_sync": True, "auto_confirm": True, "sync_tracking": True},
        "call",
    )
    change: dict[str, Any] = {
        "name": "Site",
        "switches": {"auto_confirm": False, "automatic_sync": False},
        "settings": {"tracking_as": "note"},
    }
    changed = owners.call("PATCH", address, json=change)
    assert changed.status_code == 200, changed.text
    shown = changed.json()
    assert (shown["name"], shown["next_sync_at"]) == ("Site", None)
    assert shown["switches"] == {"sync_tracking": True, **change["switches"]}
    assert (shown["settings"]["tracking_as"], shown["settings"]["rate_per_second"]) == ("note", "7"), "the rest stays"
    page = signed_in(owner).get(f"/integrations/stores/{made['id']}/").content.decode()
    assert "<h1>Site</h1>" in page and '<option value="note" selected>' in page
    assert page.count('aria-checked="false"') == 2
    assert owners.call("PATCH", address, json={"switches": {"automatic_sync": True}}).json()["next_sync_at"]

    wrong = {"name": "Else", "settings": {"tracking_as": "smoke"}}
    assert pointers(owners.call("PATCH", address, json=wrong)) == {"/settings/tracking_as": "field_choice"}
    unknown = {"settings": {"colour": "red"}, "switches": {"auto_arrange": True}, "subscribed": True}
    assert pointers(owners.call("PATCH", address, json=unknown)) == dict.fromkeys(
        ("/settings/colour", "/subscribed", "/switches/auto_arrange"), "not_usable"
    )
    with world.scope():
        taken = StoreConnection.objects.get(pk=world.store_id).name
    assert pointers(owners.call("PATCH", address, json={"name": taken})) == {"/name": "field_taken"}
    assert owners.get(address)["name"] == "Site", "all or none"

    known = wanted(sandbox, "woocommerce")["values"]
    keys = {"consumer_key": known["consumer_key"], "consumer_secret": "cs_surely-not-it"}
    assert owners.post(f"{address}/authorise", {"values": keys}).json()["code"] == "auth_rejected"
    assert owners.post(f"{address}/authorise", {"values": known}).json()["state"] == "connected"
    assert owners.post(f"{address}/subscribe").json()["messages"]["subscribed"] is True
    for _ in range(2):
        ended = owners.post(f"{address}/disconnect")
        assert (ended.status_code, ended.json()["state"], ended.json()["switches"]) == (200, "disconnected", {})
    assert owners.post(f"{address}/subscribe").json()["code"] == "not_connected"


def test_who_may_not_is_refused_before_the_channel_is_asked(
    world: World, caller_of: Callable[..., Caller], new_world: Callable[[], World], sandbox: Sandbox
) -> None:
    limited, other = caller_of(world, "orders:read", "imports:write"), new_world()
    theirs = caller_of(other)
    for method, path, body in (
        ("POST", "", wanted(sandbox, "woocommerce")),
        ("PATCH", f"/{world.store_id}", {"name": "Mine"}),
        ("POST", f"/{world.store_id}/authorise", {"values": {}}),
        ("POST", f"/{world.store_id}/disconnect", None),
    ):
        denied = limited.call(method, f"/stores{path}", json=body)
        assert (denied.status_code, denied.json()["code"]) == (403, "scope_missing"), path
        if path:
            assert theirs.call(method, f"/stores{path}", json=body).status_code == 404, path
    assert sandbox.look("counts")["woocommerce"] == {}
