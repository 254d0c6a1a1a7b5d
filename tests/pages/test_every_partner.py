"""Each warehouse partner of this package connected by its own form, against its simulator (R9, R11, R18, R26, R29)."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from salur.integrations.models import WarehouseAccount
from salur.stock.models import Warehouse
from tests.harness.partners import Sandbox

from .addresses import OWNER
from .reading import text_of
from .shop import Shop
from .test_partner_pages import leave

FORM = "/integrations/add/warehouse/{name}/"


def typed(sandbox: Sandbox, name: str, form: str = "form") -> dict[str, str]:
    """What the partner gave its customer."""
    return {"name": name, **sandbox.look("credentials")[name][form]}


def houses(shop: Shop, name: str) -> list[str]:
    with shop.world.scope():
        account = WarehouseAccount.objects.get(name=name)
        return list(Warehouse.objects.filter(account=account).order_by("name").values_list("name", flat=True))


@pytest.mark.parametrize("name", ["fastock", "qimen", "gearment"])
def test_a_partner_by_form_is_connected_with_its_warehouses(shop: Shop, sandbox: Sandbox, name: str) -> None:
    sent = typed(sandbox, name)
    answer = shop.client(OWNER).post(FORM.format(name=name), sent)
    assert answer.status_code == 302, text_of(answer)[-3000:]
    made = houses(shop, name)
    if "warehouse_codes" in sent:
        assert len(made) == len(sent["warehouse_codes"].split(","))
    assert made
    shown = text_of(shop.client(OWNER).get(answer["Location"]))
    for house in made:
        assert house in shown


def test_fastock_names_warehouses_by_number_and_consignor_and_takes_commas_of_any_kind(
    shop: Shop, sandbox: Sandbox
) -> None:
    sent = typed(sandbox, "fastock")
    first, second = sent["warehouse_codes"].split(",")
    sent["warehouse_codes"] = f" {first}，{second}、{first} "
    assert shop.client(OWNER).post(FORM.format(name="fastock"), sent).status_code == 302
    made = houses(shop, "fastock")
    assert [re.split(r"\W+", name)[0] for name in made] == [first, second]
    assert all(sent["customer_code"] in name for name in made)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_code": "x" * 101}, "customer_code"),
        ({"app_key": "x" * 51}, "app_key"),
        ({"country": "TH"}, "country"),
        ({"warehouse_codes": ","}, "warehouse_codes"),
        ({"warehouse_codes": "MY01,NOWHERE"}, "warehouse_codes"),
    ],
)
def test_what_fastock_or_its_form_refuses_is_told_at_its_field(
    shop: Shop, sandbox: Sandbox, change: dict[str, str], field: str
) -> None:
    """R17."""
    answer = shop.client(OWNER).post(FORM.format(name="fastock"), typed(sandbox, "fastock") | change)
    wrong = re.findall(r'<ul class="errors" id="id_(\w+)_error"><li>([^<]+)', text_of(answer))
    assert answer.status_code == 422
    assert [name for name, _ in wrong] == [field]
    with shop.world.scope():
        assert not WarehouseAccount.objects.filter(partner="fastock").exists()


@pytest.fixture
def jd(shop: Shop, sandbox: Sandbox, settings: Any) -> str:
    """The page of a JD account, connected the quick way by JD's own login."""
    settings.SALUR = replace(settings.SALUR, partner_apps={"jd": sandbox.look("credentials")["jd"]["app"]})
    sent = {"mode": "quick", "subscribed": "on", **typed(sandbox, "jd", "quick_form")}
    browser = shop.client(OWNER)
    login = leave(browser.post(FORM.format(name="jd"), sent))
    agreed = httpx.post(login, data={"pin": sent["pin"], "subscribe": "1"})
    assert agreed.status_code in (302, 303), agreed.text
    back = urlsplit(html.unescape(agreed.headers["location"]))
    return str(browser.get(f"{back.path}?{back.query}")["Location"])


def test_jd_is_connected_by_its_login_and_names_warehouses_by_number_department_and_pin(
    shop: Shop, sandbox: Sandbox, jd: str
) -> None:
    sent = sandbox.look("credentials")["jd"]["quick_form"]
    (name,) = houses(shop, "jd")
    assert name == f"{sent['warehouse_no']} - {sent['department_no']} - {sent['pin']}"
    shown = text_of(shop.client(OWNER).get(jd))
    assert name in shown and "Quick authorisation" in shown


def test_a_department_of_jd_is_added_and_an_unknown_number_told_at_its_field(
    shop: Shop, sandbox: Sandbox, jd: str
) -> None:
    known = sandbox.look("credentials")["jd"]
    number = known["quick_form"]["warehouse_no"]
    browser = shop.client(OWNER)
    sent = {"action": "place", "place-department_no": known["departments"][1], "place-warehouse_no": "999"}
    answer = browser.post(jd, sent)
    wrong = re.findall(r'<ul class="errors" id="id_place-(\w+)_error"><li>([^<]+)', text_of(answer))
    assert (answer.status_code, [name for name, _ in wrong]) == (422, ["warehouse_no"])
    told = text_of(browser.post(jd, sent | {"place-warehouse_no": number}, follow=True))
    assert "1 new warehouse." in told
    assert f"{number} - {known['departments'][1]} - {known['quick_form']['pin']}" in houses(shop, "jd")
