"""Authorising partners in pages, against the simulated partners over real HTTP (R8 to R12)."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import httpx

from salur.integrations.models import Credential, StoreConnection, WarehouseAccount
from salur.stock.models import Warehouse
from tests.harness.partners import Sandbox

from .addresses import OWNER
from .shop import Shop

ECCANG = "/integrations/add/warehouse/eccang/"


def filled(sandbox: Sandbox, partner: str, **changes: str) -> dict[str, str]:
    """The partner's form as an owner fills it in."""
    known = sandbox.look("credentials")[partner]
    keys = {
        "eccang": ("base_url", "app_token", "app_key", "customer_code"),
        "shopee": ("base_url", "partner_id", "partner_key", "push_key"),
    }[partner]
    return {"name": f"My {partner}", "country": "TH", **{key: str(known[key]) for key in keys}, **changes}


def test_the_form_shows_the_partners_own_term_the_origin_and_the_limit(shop: Shop) -> None:
    shown = html.unescape(shop.client(OWNER).get(ECCANG).content.decode())
    assert "(App_token 客户token)" in shown
    assert "Shown in your account at the ECCANG warehouse system" in shown
    assert "at most 200 characters" in shown
    assert re.search(r'<input type="password"[^>]* name="app_token"', shown)


def test_the_countries_of_a_store_are_offered_by_their_names_in_the_readers_language(shop: Shop) -> None:
    client = shop.client(OWNER)
    shown = client.get("/integrations/add/store/ebay/", headers={"accept-language": "id"}).content.decode()
    assert '<option value="DE">Jerman</option>' in shown
    anywhere = client.get("/integrations/add/file/manual/").content.decode()
    assert anywhere.index('value="VN"') < anywhere.index('value="AF"'), "the merchants' own region stands first"


def test_an_account_is_verified_then_saved_with_its_warehouses(shop: Shop, sandbox: Sandbox) -> None:
    answer = shop.client(OWNER).post(ECCANG, filled(sandbox, "eccang"))
    assert answer.status_code == 302
    with shop.world.scope():
        account = WarehouseAccount.objects.get(name="My eccang")
        assert Warehouse.objects.filter(account=account).exists()
    assert answer["Location"] == f"/integrations/accounts/{account.pk}/"
    assert "Warehouse" in shop.client(OWNER).get(answer["Location"]).content.decode()


def test_wrong_credentials_are_told_on_the_form_and_nothing_is_saved(shop: Shop, sandbox: Sandbox) -> None:
    with shop.world.scope():
        before = Credential.objects.count(), WarehouseAccount.objects.count()
    wrong = "surely-not-the-key"
    answer = shop.client(OWNER).post(ECCANG, filled(sandbox, "eccang", app_key=wrong))
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert 'role="alert"' in shown
    assert wrong not in shown
    with shop.world.scope():
        assert (Credential.objects.count(), WarehouseAccount.objects.count()) == before


def test_errors_stand_by_their_fields(shop: Shop, sandbox: Sandbox) -> None:
    sent = filled(sandbox, "eccang", customer_code="x" * 101, app_token="")
    shown = shop.client(OWNER).post(ECCANG, sent).content.decode()
    for name in ("customer_code", "app_token"):
        assert f'id="id_{name}_error"' in shown, name
    assert 'id="id_app_key_error"' not in shown


def test_new_keys_of_an_account_are_verified_before_they_replace_the_old_ones(shop: Shop, sandbox: Sandbox) -> None:
    browser = shop.client(OWNER)
    connected = browser.post(ECCANG, filled(sandbox, "eccang"))["Location"]
    form = f"{connected}keys/"
    shown = browser.get(form).content.decode()
    assert 'name="app_token"' in shown
    assert 'name="customer_code"' not in shown, "it stays the same account"
    known = sandbox.look("credentials")["eccang"]
    with shop.world.scope():
        before = Credential.objects.latest("pk").sealed
    refused = browser.post(form, {"app_token": "wrong", "app_key": "wrong"})
    assert refused.status_code == 422
    with shop.world.scope():
        assert Credential.objects.latest("pk").sealed == before
    fresh = {"app_token": "fresh-token", "app_key": "fresh-key"}
    sandbox.control("eccang/accounts", {"customer_code": known["customer_code"], **fresh})
    assert browser.post(form, fresh)["Location"] == connected
    with shop.world.scope():
        assert Credential.objects.latest("pk").sealed != before


def test_a_store_is_connected_by_way_of_its_own_login_page(shop: Shop, sandbox: Sandbox) -> None:
    browser = shop.client(OWNER)
    leave = browser.post("/integrations/add/store/shopee/", filled(sandbox, "shopee"))
    link = re.search(r'<a class="button button-main" rel="noreferrer" href="([^"]+)"', leave.content.decode())
    assert link is not None, leave.content.decode()[:2000]
    agreed = httpx.post(html.unescape(link[1]), data={})
    assert agreed.status_code == 302
    back = urlsplit(agreed.headers["location"])
    assert back.path == "/integrations/return/"
    stranger = browser.get(f"{back.path}?{back.query.replace('state=', 'state=x')}", follow=True)
    assert stranger.redirect_chain[-1][0] == "/integrations/add/"
    landed = browser.get(f"{back.path}?{back.query}")
    with shop.world.scope():
        store = StoreConnection.objects.get(name="My shopee")
    assert landed["Location"] == f"/integrations/stores/{store.pk}/"
    assert browser.get(landed["Location"]).status_code == 200
