"""Work done in pages: imports, rules, products, links, tokens, members, choices. Each is seen in the database."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from salur.catalog.models import Binding, MasterProduct, WarehouseProduct
from salur.integrations.models import StoreConnection
from salur.orders.models import SyncRun
from salur.routing.models import RoutingRule
from salur.tenancy.accounts import create_merchant, members
from salur.tenancy.models import ApiToken, Role, User

from .addresses import OPERATOR, OWNER
from .reading import text_of
from .shop import PASSWORD, Shop


def test_a_running_run_is_stopped_by_its_button(shop: Shop) -> None:
    with shop.world.scope():
        SyncRun.objects.filter(pk=shop.ids["run_id"]).update(state="running")
    shop.client(OPERATOR).post(f"/orders/reports/{shop.ids['run_id']}/act/", {"action": "stop"})
    with shop.world.scope():
        assert SyncRun.objects.get(pk=shop.ids["run_id"]).state == "stopped"


def rule_form(shop: Shop, **changes: object) -> dict[str, object]:
    return {"name": "Thailand", "warehouse": shop.world.warehouse_id, "countries": "th, my", "active": "on", **changes}


def in_force() -> list[int]:
    """The rules that count, in their order; those of a draft have positions of their own."""
    return list(RoutingRule.objects.filter(draft=False).order_by("position").values_list("pk", flat=True))


def test_rules_are_made_moved_switched_and_removed(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    assert browser.post("/orders/rules/new/", rule_form(shop, mskus="A B\nB,C")).status_code == 302
    with shop.world.scope():
        rule = RoutingRule.objects.get(name="Thailand")
        assert (rule.countries, rule.mskus) == (["TH", "MY"], ["A", "B", "C"])
        assert in_force()[-1] == rule.pk
    browser.post("/orders/rules/", {"action": f"up:{rule.pk}"})
    browser.post("/orders/rules/", {"action": f"switch:{rule.pk}"})
    with shop.world.scope():
        assert in_force()[0] == rule.pk
        assert RoutingRule.objects.get(pk=rule.pk).active is False
    browser.post("/orders/rules/", {"action": f"delete:{rule.pk}"})
    with shop.world.scope():
        assert not RoutingRule.objects.filter(pk=rule.pk).exists()


def test_a_rule_that_cannot_be_says_why_at_its_field(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    browser.post("/orders/rules/new/", rule_form(shop))
    answer = browser.post("/orders/rules/new/", rule_form(shop, countries="Thailand"))
    assert answer.status_code == 422
    assert "No two-letter country code: THAILAND" in text_of(answer)
    assert "Another rule has this name." in text_of(browser.post("/orders/rules/new/", rule_form(shop)))
    assert browser.post("/orders/rules/new/", rule_form(shop, warehouse="999999")).status_code == 422


def test_a_rule_cannot_name_another_merchants_warehouse(shop: Shop) -> None:
    from .shop import open_shop

    other = open_shop()
    answer = shop.client(OPERATOR).post("/orders/rules/new/", rule_form(shop, warehouse=other.world.warehouse_id))
    assert answer.status_code == 422


def test_a_product_is_made_then_added_to_a_warehouse(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    figures = dict.fromkeys(("weight_g", "length_mm", "width_mm", "height_mm", "declared_value"), "0")
    made = browser.post("/products/new/", {"msku": "NEW-1", "name": "ใหม่", **figures})
    assert made.status_code == 302
    with shop.world.scope():
        product = MasterProduct.objects.get(msku="NEW-1")
    assert made["Location"] == f"/products/{product.pk}/"
    sent = {"product": product.pk, "warehouse": shop.world.warehouse_id, "action": "add"}
    assert browser.post("/products/add/", sent).status_code == 302
    with shop.world.scope():
        assert WarehouseProduct.objects.get(product=product).push == "not_pushed"
    again = browser.post("/products/new/", {"msku": "NEW-1", "name": "x", **figures})
    assert "Another master product has this MSKU." in text_of(again)
    changed = browser.post(f"/products/{product.pk}/", {"msku": "OTHER", "name": "Renamed", **figures})
    assert changed.status_code == 302
    with shop.world.scope():
        product.refresh_from_db()
        assert (product.msku, product.name) == ("NEW-1", "Renamed")


def test_linking_a_sku_sets_its_orders_going(shop: Shop) -> None:
    assert "unmapped_sku" in shop.world.problems("SN00002")
    address = f"/products/channel/store/{shop.ids['store_id']}/?sku=FREE"
    browser = shop.client(OPERATOR)
    wrong = browser.post(address, {"action": "bind", "msku": "NOPE", "quantity": "1"})
    assert "There is no master product with this MSKU." in text_of(wrong)
    assert browser.post(address, {"action": "bind", "msku": "M-0001", "quantity": "2"}).status_code == 302
    assert "unmapped_sku" not in shop.world.problems("SN00002")
    with shop.world.scope():
        assert Binding.objects.get(sku="FREE").quantity == 2


def test_a_tokens_secret_is_shown_once(shop: Shop) -> None:
    browser = shop.client(OWNER)
    sent = {"action": "create", "name": "reports", "scopes": ["orders:read"], "days": "30"}
    answer = browser.post("/settings/tokens/", sent)
    shown = re.search(r'<output class="secret">(salur_[\w-]+)</output>', answer.content.decode())
    assert shown is not None
    assert "no-store" in answer["Cache-Control"]
    assert shown[1] not in browser.get("/settings/tokens/").content.decode()
    with shop.world.scope():
        token = ApiToken.objects.get(name="reports")
        assert token.created_by_id == shop.people[OWNER].pk
    browser.post("/settings/tokens/", {"action": "revoke", "token": token.pk})
    with shop.world.scope():
        assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


def test_members_are_added_changed_and_the_last_owner_stays(shop: Shop) -> None:
    browser = shop.client(OWNER)
    newcomer = User.objects.create_user("nina", "nina@shop.example", PASSWORD)
    browser.post("/settings/members/", {"action": "add", "email": "NINA@shop.example", "role": "viewer"})
    unknown = browser.post("/settings/members/", {"action": "add", "email": "nobody", "role": "viewer"})
    assert "Nobody with this e-mail or user name has an account." in text_of(unknown)
    browser.post("/settings/members/", {"action": "change", "user": newcomer.pk, "role": "operator"})
    with shop.world.scope():
        roles = {user.pk: role for user, role in members()}
        assert roles[newcomer.pk] == Role.OPERATOR
    browser.post("/settings/members/", {"action": "remove", "user": shop.world.user_id})
    told = browser.post("/settings/members/", {"action": "remove", "user": shop.people[OWNER].pk}, follow=True)
    assert "A merchant needs an owner" in text_of(told)


def test_a_stores_switches_and_its_disconnection_belong_to_the_right_role(shop: Shop) -> None:
    address = f"/integrations/stores/{shop.ids['store_id']}/"
    shop.client(OPERATOR).post(address, {"action": "auto_arrange"})
    with shop.world.scope():
        store = StoreConnection.objects.get(pk=shop.ids["store_id"])
        assert (store.auto_arrange, store.state) == (False, "connected")
    assert shop.client(OPERATOR).post(address, {"action": "disconnect"}).status_code == 403
    assert shop.client(OWNER).post(address, {"action": "disconnect"}).status_code == 302
    with shop.world.scope():
        assert StoreConnection.objects.get(pk=shop.ids["store_id"]).state == "disconnected"


def test_a_store_by_file_is_made_and_takes_imports(shop: Shop) -> None:
    sent = {"name": "Shop on the corner", "country": "TH", "currency": "THB"}
    answer = shop.client(OWNER).post("/integrations/add/file/shopify/", sent)
    assert answer.status_code == 302
    with shop.world.scope():
        store = StoreConnection.objects.get(name="Shop on the corner")
        assert store.channel == "shopify"
    offered = shop.client(OWNER).get("/integrations/add/").content.decode()
    assert "/integrations/add/file/shopify/" in offered and "/integrations/add/store/shopify/" in offered
    page = f"/integrations/stores/{store.pk}/"
    assert 'value="sync"' not in shop.client(OWNER).get(page).content.decode()
    shop.client(OWNER).post(page, {"action": "auto_confirm"})
    with shop.world.scope():
        assert not StoreConnection.objects.get(pk=store.pk).auto_confirm
    assert "Shop on the corner" in text_of(shop.client(OWNER).get("/orders/import/"))
    taken = shop.client(OWNER).post("/integrations/add/file/etsy/", sent)
    assert taken.status_code == 422


def test_choices_are_kept_and_lead_back_to_our_own_pages_only(shop: Shop) -> None:
    browser = shop.client(OWNER)
    answer = browser.post("/choose/language/", {"language": "vi", "next": "/orders/"})
    assert answer["Location"] == "/orders/"
    assert User.objects.get(pk=shop.people[OWNER].pk).language == "vi"
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert browser.post("/choose/theme/", {"theme": "dark", "next": target})["Location"] == "/"
    assert 'data-theme="dark"' in browser.get("/orders/").content.decode()
    browser.post("/choose/theme/", {"theme": '"><script>', "next": "/"})
    assert 'data-theme="dark"' in browser.get("/orders/").content.decode()


def test_a_member_of_two_merchants_switches_between_them_and_to_no_third(shop: Shop) -> None:
    person = shop.people[OWNER]
    second = create_merchant(person, "Kedai Kedua", "MY", "Asia/Kuala_Lumpur", "MYR")
    stranger = User.objects.create_user("stranger")
    third = create_merchant(stranger, "Not Yours", "TH", "Asia/Bangkok", "THB")
    browser = shop.client(OWNER)
    assert f"/orders/{shop.ids['order_id']}/" in browser.get("/orders/").content.decode()
    browser.post("/choose/merchant/", {"merchant": second})
    shown = text_of(browser.get("/orders/"))
    assert "Kedai Kedua" in shown and "No orders yet" in shown
    assert browser.get(f"/orders/{shop.ids['order_id']}/").status_code == 404
    browser.post("/choose/merchant/", {"merchant": third})
    assert "Not Yours" not in text_of(browser.get("/orders/"))


def test_somebody_without_a_merchant_is_told_how_to_become_a_member(shop: Shop) -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("new", "new@shop.example"))
    answer = browser.get("/orders/", follow=True)
    assert "not yet a member of a merchant" in text_of(answer)


def test_a_wrong_password_is_told_without_saying_which_half_was_wrong(shop: Shop) -> None:
    browser = Client()
    told = []
    for login in (shop.people[OWNER].email, "nobody@shop.example"):
        answer = browser.post("/accounts/login/", {"login": login, "password": "not-this-one"})
        notice = re.search(r'role="alert">(.*?)</form>', text_of(answer), re.DOTALL)
        assert notice is not None
        told.append(notice[1].split("<form")[0])
    assert told[0] == told[1]


def test_a_password_is_changed_by_its_form(shop: Shop) -> None:
    browser = shop.client(OWNER)
    wrong = {"oldpassword": "wrong", "password1": "quite-another-one", "password2": "quite-another-one"}
    assert "The present password is not right." in text_of(browser.post("/accounts/password/change/", wrong))
    answer = browser.post("/accounts/password/change/", {**wrong, "oldpassword": PASSWORD})
    assert answer.status_code == 302
    assert User.objects.get(pk=shop.people[OWNER].pk).check_password("quite-another-one")


def test_a_broken_page_says_so_with_a_number_for_the_log(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("salur.web.orders.views.status_counts", breaks)
    browser = shop.client(OWNER)
    browser.raise_request_exception = False
    answer = browser.get("/orders/")
    assert answer.status_code == 500
    assert re.search(r'<p class="secret">[0-9a-f]{8}</p>', answer.content.decode())
    assert "broken on purpose" not in answer.content.decode()
