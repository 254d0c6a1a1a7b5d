"""Partners and warehouse accounts through the API (R8 to R16, R28)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from salur.flows.connect import finish_login
from salur.integrations import connect
from salur.integrations.connect import Acting
from salur.integrations.models import WarehouseAccount
from salur.tenancy import entitlements
from salur.tenancy.models import Entitlement
from tests.harness.kargo import DEPARTMENT, Partner
from tests.harness.partners import Sandbox
from tests.world import World

from .conftest import Caller


def eccang(sandbox: Sandbox, **changes: Any) -> dict[str, Any]:
    known = sandbox.look("credentials")["eccang"]
    values = {key: str(known[key]) for key in ("base_url", "app_token", "app_key", "customer_code")}
    return {"partner": "eccang", "name": "Thai", "values": values | changes}


def partner(caller: Caller, name: str) -> dict[str, Any]:
    (found,) = [one for one in caller.get("/partners")["items"] if one["name"] == name]
    shown: dict[str, Any] = found
    return shown


def pointers(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


@pytest.fixture
def kargo_account(world: World, kargo: Partner, hub_app: dict[str, str]) -> int:
    """An account that an owner has authorised by the partner's login."""
    who = Acting(world.merchant_id, f"user:{world.user_id}")
    page = connect.begin_account_authorisation(
        who, "kargo", "Jakarta", kargo.form(), redirect="http://x.example/", mode="quick", subscribed=True
    )
    query = dict(httpx.URL(httpx.get(page).headers["location"]).params)
    return finish_login(who, query["state"], query).connection_id


def test_partners_are_listed_with_their_forms_as_declared(api: Caller, kargo: Partner) -> None:
    items = {(one["kind"], one["name"]): one for one in api.get("/partners")["items"]}
    assert ("store", "shopee") in items
    eccang_form = {one["key"]: one for one in items["warehouse", "eccang"]["form"]}
    assert eccang_form["app_token"]["secret"] is True
    assert eccang_form["customer_code"]["max_length"] == 100
    assert eccang_form["app_token"]["partner_term"] == "App_token 客户token"
    shown = items["warehouse", "kargo"]
    assert (shown["login"], shown["form"], shown["countries"]) == (True, [], ["ID", "VN"])
    assert [(one["key"], one["orders_per_day"], one["recommended"]) for one in shown["modes"]] == [
        ("quick", 1000, False),
        ("basic", None, True),
    ]
    assert shown["modes"][0]["missing_hub_keys"] == ["app_key", "app_secret"]
    several = {one["key"]: one["several"] for one in shown["modes"][0]["form"]}
    assert several == {"pin": False, "country": False, "department": False, "warehouses": True}
    assert [one["key"] for one in shown["places_form"]] == ["department", "warehouses"]


def test_what_a_partner_can_do_is_told_as_data(api: Caller, kargo: Partner, hub_app: dict[str, str]) -> None:
    can = partner(api, "kargo")["capabilities"]
    assert (can["needs_awb"], can["needs_label"], can["stock_by_sku"]) == (True, False, False)
    assert (can["cancel_until"], can["messages_by"], can["takes_inbound"]) == (None, "login", False)
    assert partner(api, "kargo")["modes"][0]["recommended"] is True
    assert partner(api, "eccang")["capabilities"]["cancel_until"]
    assert partner(api, "shopee")["capabilities"] is None


def test_labels_come_in_the_language_asked_for(world: World, caller_of: Callable[..., Caller], kargo: Partner) -> None:
    of = {
        language: partner(caller_of(world, **{"Accept-Language": language}), "eccang")["form"]
        for language in ("en", "id", "zh-hans")
    }
    labels = {language: [one["label"] for one in form] for language, form in of.items()}
    assert labels["en"] != labels["id"] != labels["zh-hans"]


def test_an_account_is_connected_with_its_warehouses(api: Caller, sandbox: Sandbox) -> None:
    answer = api.post("/accounts", eccang(sandbox))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/accounts/{made['account']['id']}"
    assert made["created"] == [house["id"] for house in made["account"]["warehouses"]] != []
    again = api.get(f"/accounts/{made['account']['id']}")
    assert (again["state"], again["partner"], again["mode"], again["places"]) == ("connected", "eccang", None, [])
    assert again["id"] in [one["id"] for one in api.get("/accounts")["items"]]


def test_a_repeated_request_is_done_once_and_answered_alike(api: Caller, sandbox: Sandbox, world: World) -> None:
    body = eccang(sandbox)
    first = api.post("/accounts", body, key="k-1")
    calls = sandbox.look("counts")["eccang"]
    second = api.post("/accounts", body, key="k-1")
    assert (second.status_code, second.text) == (201, first.text)
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert sandbox.look("counts")["eccang"] == calls, "the partner was not asked again"
    other = api.post("/accounts", {**body, "name": "Other"}, key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


def test_a_request_that_failed_leaves_its_key_free(api: Caller, sandbox: Sandbox) -> None:
    assert api.post("/accounts", eccang(sandbox, app_key="wrong-key"), key="k-1").status_code == 409
    assert api.post("/accounts", eccang(sandbox), key="k-1").status_code == 201


def test_wrong_values_are_told_at_their_places(api: Caller, sandbox: Sandbox, kargo: Partner) -> None:
    body = eccang(sandbox, app_token="", customer_code="x" * 101)
    assert pointers(api.post("/accounts", body)) == {
        "/values/app_token": "field_required",
        "/values/customer_code": "field_too_long",
    }
    assert pointers(api.post("/accounts", {**eccang(sandbox), "name": " "})) == {"/name": "field_required"}
    settings = {**eccang(sandbox), "settings": {"rate_per_second": "fast"}}
    assert pointers(api.post("/accounts", settings)) == {"/settings/rate_per_second": "field_format"}
    assert pointers(api.post("/accounts", {**eccang(sandbox), "colour": "red"})) == {"/colour": "extra_forbidden"}


def test_refused_keys_are_told_in_the_partners_words_and_nothing_is_saved(
    api: Caller, sandbox: Sandbox, world: World
) -> None:
    answer = api.post("/accounts", eccang(sandbox, app_key="surely-not-the-key"))
    assert (answer.status_code, answer.json()["code"]) == (409, "auth_rejected")
    assert "surely-not-the-key" not in answer.text
    with world.scope():
        assert not WarehouseAccount.objects.filter(name="Thai").exists()


def test_an_account_of_another_merchant_is_refused(
    api: Caller, sandbox: Sandbox, new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    assert api.post("/accounts", eccang(sandbox)).status_code == 201
    other = caller_of(new_world())
    answer = other.post("/accounts", eccang(sandbox))
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")
    assert "bound to another merchant" in answer.json()["detail"]


def test_a_partner_with_a_login_is_left_to_a_person(api: Caller, kargo: Partner, hub_app: dict[str, str]) -> None:
    body = {"partner": "kargo", "name": "J", "mode": "quick", "values": kargo.form()}
    answer = api.post("/accounts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "login_needed")
    assert not kargo.asked


def test_an_account_shows_how_it_was_authorised(api: Caller, kargo_account: int) -> None:
    shown = api.get(f"/accounts/{kargo_account}")
    assert (shown["mode"], shown["subscribed"]) == ("quick", True)
    assert [house["name"] for house in shown["warehouses"]] == ["1101 - EBU1 - PIN-77"]
    assert shown["warehouses"][0]["time_zone"] == "Asia/Jakarta"


def test_a_place_is_added_once(api: Caller, kargo: Partner, kargo_account: int) -> None:
    place = {"values": {"department": DEPARTMENT, "warehouses": "1102"}}
    first = api.post(f"/accounts/{kargo_account}/places", place, key="p-1")
    assert first.status_code == 200, first.text
    assert len(first.json()["created"]) == 1
    assert first.json()["account"]["places"] == [place["values"]]
    assert api.post(f"/accounts/{kargo_account}/places", place, key="p-1").text == first.text
    assert api.post(f"/accounts/{kargo_account}/places", place).json()["created"] == []


def test_a_place_that_the_partner_does_not_know_is_told_at_its_field(api: Caller, kargo_account: int) -> None:
    answer = api.post(f"/accounts/{kargo_account}/places", {"values": {"department": "EBU1", "warehouses": "9"}})
    assert pointers(answer) == {"/values/warehouses": "field_refused"}
    assert "no such warehouse number" in answer.json()["errors"][0]["detail"]
    answer = api.post(f"/accounts/{kargo_account}/places", {"values": {"department": "x"}})
    assert pointers(answer) == {"/values/department": "field_format", "/values/warehouses": "field_required"}


def test_new_warehouses_are_fetched(api: Caller, sandbox: Sandbox, world: World) -> None:
    from salur.stock.models import Warehouse

    made = api.post("/accounts", eccang(sandbox)).json()
    address = f"/accounts/{made['account']['id']}/fetch"
    assert api.post(address).json()["created"] == []
    with world.scope():
        Warehouse.objects.filter(pk=made["created"][0]).delete()
    assert len(api.post(address).json()["created"]) == 1


@pytest.mark.parametrize("path", ["/accounts/{id}/fetch", "/accounts/{id}/places", "/accounts"])
def test_writing_needs_the_scope_and_the_entitlement(
    world: World, caller_of: Callable[..., Caller], sandbox: Sandbox, path: str
) -> None:
    address = path.format(id=world.account_id)
    body = {"values": {}} if path.endswith("places") else eccang(sandbox)
    denied = caller_of(world, "orders:read").post(address, body)
    assert (denied.status_code, denied.json()["code"]) == (403, "scope_missing")
    caller = caller_of(world)
    with world.scope():
        entitlements.withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    refused = caller.post(address, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_entitled")
    assert sandbox.look("counts")["eccang"] == {}


def test_accounts_of_another_merchant_are_not_there(
    api: Caller, new_world: Callable[[], World], caller_of: Callable[..., Caller]
) -> None:
    other = new_world()
    for method, path in (("GET", ""), ("POST", "/fetch"), ("POST", "/places")):
        body: dict[str, Any] | None = {"values": {}} if path == "/places" else None
        assert api.call(method, f"/accounts/{other.account_id}{path}", json=body).status_code == 404
