"""Pages of partners with modes, a login and places, against a partner of the tests' own (R5, R16, R22 to R31)."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.stock.models import Warehouse
from tests.harness.kargo import Partner
from tests.harness.partners import Sandbox

from .addresses import OPERATOR, OWNER, VIEWER
from .reading import text_of
from .shop import Shop, open_shop
from .test_authorising import ECCANG, filled

KARGO = "/integrations/add/warehouse/kargo/"
LANGUAGES = ("en", "id", "ms", "vi", "zh-hans")


def leave(answer: Any) -> str:
    """The partner's address on the page that leads there."""
    link = re.search(r'<a class="button button-main" rel="noreferrer" href="([^"]+)"', answer.content.decode())
    assert link is not None, text_of(answer)[:3000]
    return html.unescape(link[1])


def come_back(browser: Client, address: str) -> Any:
    """Log in there and let the browser come back."""
    agreed = httpx.get(address)
    back = urlsplit(agreed.headers["location"])
    return browser.get(f"{back.path}?{back.query}")


def connect(shop: Shop, kargo: Partner, **changes: str) -> int:
    """An account authorised through the pages; answers its id."""
    browser = shop.client(OWNER)
    sent = {"name": "Jakarta", "mode": "quick", "subscribed": "on", **kargo.form(), **changes}
    landed = come_back(browser, leave(browser.post(KARGO, {k: v for k, v in sent.items() if v})))
    with shop.world.scope():
        account = WarehouseAccount.objects.get(name="Jakarta")
    assert landed["Location"] == f"/integrations/accounts/{account.pk}/"
    return account.pk


def page_of(shop: Shop, account_id: int, role: str = OWNER) -> str:
    return text_of(shop.client(role).get(f"/integrations/accounts/{account_id}/"))


def test_partners_are_chosen_by_what_they_serve_and_need(shop: Shop, kargo: Partner) -> None:
    shown = text_of(shop.client(OWNER).get("/integrations/add/"))
    card = next(part for part in shown.split("<article") if "<h3>Kargo</h3>" in part)
    for words in ("Indonesia, Vietnam", "AWB number; no label PDF", "Quick authorisation", "Kargo opens at nine."):
        assert words in card, words


def test_both_ways_are_explained_and_the_recommended_one_is_marked_and_chosen(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    shown = text_of(shop.client(OWNER).get(KARGO))
    quick, basic = shown.split('<article class="card')[1:]
    assert "For fewer than 1,000 orders a day." in quick and "Recommended for you" in quick
    assert "For 1,000 orders a day and more." in basic.split("</article>")[0]
    assert "Recommended for you" not in basic
    assert "orders a day on average" in shown
    assert 'name="app_secret"' not in shown
    other = text_of(shop.client(OWNER).get(f"{KARGO}?mode=basic"))
    assert re.search(r'<input type="password"[^>]* name="app_secret"', other)
    assert '<input type="hidden" name="mode" value="basic">' in other


def test_a_way_that_is_not_set_up_says_what_the_administrator_must_do(shop: Shop, kargo: Partner) -> None:
    shown = text_of(shop.client(OWNER).get(f"{KARGO}?mode=quick"))
    assert "SALUR_PARTNER_APPS" in shown and "app_key, app_secret" in shown
    assert 'name="pin"' not in shown, "its form would lead nowhere"
    assert "Recommended for you" in shown.split("Basic authorisation")[1]
    sent = {"name": "J", "mode": "quick", **kargo.form()}
    assert shop.client(OWNER).post(KARGO, sent).status_code == 422
    assert not kargo.asked


def test_an_owner_comes_back_from_the_login_to_the_account_and_its_warehouses(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = connect(shop, kargo, warehouses="1101，1102")
    shown = page_of(shop, account_id)
    assert "1101 - EBU1 - PIN-77" in shown and "1102 - EBU1 - PIN-77" in shown
    assert "Quick authorisation" in shown
    assert "“Subscribe” was ticked at the login: changes arrive at once" in shown
    assert hub_app["app_secret"] not in shown


def test_what_was_ticked_at_the_login_is_shown_and_may_be_corrected(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    """R27."""
    account_id = connect(shop, kargo, subscribed="")
    assert "was not ticked at the login" in page_of(shop, account_id)
    address = f"/integrations/accounts/{account_id}/"
    assert shop.client(OPERATOR).post(address, {"action": "subscribed"}).status_code == 403
    shop.client(OWNER).post(address, {"action": "subscribed"})
    assert "was ticked at the login: changes arrive at once" in page_of(shop, account_id)


def test_authorising_again_leads_through_the_login_and_keeps_what_was_typed(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = connect(shop, kargo)
    browser = shop.client(OWNER)
    with shop.world.scope():
        WarehouseAccount.objects.filter(pk=account_id).update(state="paused", pause_reason="revoked")
    form = f"/integrations/accounts/{account_id}/keys/"
    assert 'name="pin"' not in text_of(browser.get(form))
    landed = come_back(browser, leave(browser.post(form, {"action": "x"})))
    assert landed["Location"] == f"/integrations/accounts/{account_id}/"
    with shop.world.scope():
        account = WarehouseAccount.objects.get(pk=account_id)
    assert (account.state, account.settings["subscribed"]) == ("connected", False)


def test_errors_of_a_mode_stand_by_their_fields_and_the_mode_stays(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    sent = {"name": "J", "mode": "basic", **kargo.form(warehouses="1101,12345678901", department="x"), "app_key": "own"}
    answer = shop.client(OWNER).post(KARGO, sent)
    shown = text_of(answer)
    assert answer.status_code == 422
    wrong = re.findall(r'<ul class="errors" id="id_(\w+)_error"><li>([^<]+)', shown)
    assert {name for name, _ in wrong} == {"app_secret", "department", "warehouses"}
    assert "“12345678901” has 11 characters; each may have at most 9" in dict(wrong)["warehouses"]
    assert '<input type="hidden" name="mode" value="basic">' in shown


def test_a_login_as_somebody_else_is_told_on_the_partners_form(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    kargo.pin = "OTHER"
    browser = shop.client(OWNER)
    landed = come_back(browser, leave(browser.post(KARGO, {"name": "J", "mode": "quick", **kargo.form()})))
    assert landed["Location"] == KARGO
    assert "the login belongs to another PIN" in text_of(browser.get(KARGO))
    with shop.world.scope():
        assert not WarehouseAccount.objects.filter(partner="kargo").exists()


def test_an_account_bound_to_another_merchant_is_refused_on_the_form(shop: Shop, sandbox: Sandbox) -> None:
    """R12."""
    assert shop.client(OWNER).post(ECCANG, filled(sandbox, "eccang")).status_code == 302
    stranger = open_shop()
    answer = stranger.client(OWNER).post(ECCANG, filled(sandbox, "eccang"))
    shown = text_of(answer)
    assert answer.status_code == 422
    assert "Connected with another merchant" in shown and "one account serves one merchant only" in shown
    assert filled(sandbox, "eccang")["customer_code"] in shown, "what was typed is not lost"
    with stranger.world.scope():
        assert WarehouseAccount.objects.count() == 1


def test_a_warehouse_is_added_by_its_numbers(shop: Shop, kargo: Partner, hub_app: dict[str, str]) -> None:
    """R28."""
    kargo.houses["EBU2", "2201"] = True
    account_id = connect(shop, kargo)
    address = f"/integrations/accounts/{account_id}/"
    sent = {"action": "place", "place-department": "EBU2", "place-warehouses": "2201"}
    assert shop.client(VIEWER).post(address, sent).status_code == 403
    assert "place-department" not in page_of(shop, account_id, VIEWER)
    told = text_of(shop.client(OPERATOR).post(address, sent, follow=True))
    assert "1 new warehouse." in told and "2201 - EBU2 - PIN-77" in told


def test_an_unknown_number_is_told_by_the_field_and_what_was_typed_stays(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = connect(shop, kargo)
    sent = {"action": "place", "place-department": "EBU1", "place-warehouses": "9999"}
    answer = shop.client(OWNER).post(f"/integrations/accounts/{account_id}/", sent)
    wrong = re.findall(r'<ul class="errors" id="id_place-(\w+)_error"><li>([^<]+)', text_of(answer))
    assert answer.status_code == 422
    assert [name for name, _ in wrong] == ["warehouses"]
    assert "no such warehouse number" in wrong[0][1]
    assert 'value="9999"' in answer.content.decode()
    with shop.world.scope():
        assert Warehouse.objects.filter(account_id=account_id).count() == 1


def test_an_account_that_has_outgrown_its_way_is_warned_and_not_stopped(
    shop: Shop, kargo: Partner, settings: Any
) -> None:
    """A2: at the number itself the other way is advised."""
    from tests.harness.kargo import HUB_APP

    settings.SALUR = replace(settings.SALUR, partner_apps={"kargo": HUB_APP})
    account_id = connect(shop, kargo)
    assert "meant for fewer than" not in page_of(shop, account_id)
    with shop.world.scope():
        week = average_a_day(shop)
    low = replace(kargo.plugin, modes=(replace(kargo.plugin.modes[0], orders_per_day=1), *kargo.plugin.modes[1:]))
    from salur.integrations import registry

    registry.register(low)
    assert week >= 1
    shown = page_of(shop, account_id)
    assert "meant for fewer than 1 orders a day" in shown
    assert "Recommended for you" in text_of(shop.client(OWNER).get(KARGO)).split("Basic authorisation")[1]


def average_a_day(shop: Shop) -> float:
    """Ten orders of today, so that the average of the week is above one."""
    from salur.flows.connect import orders_per_day
    from salur.foundation.clock import now
    from salur.orders.models import Order

    shop.fill(10, begin=500)
    Order.objects.update(ordered_at=now())
    return orders_per_day()


def test_the_average_counts_orders_of_the_last_week_only(shop: Shop) -> None:
    from datetime import timedelta

    from salur.flows.connect import orders_per_day
    from salur.foundation.clock import now
    from salur.orders.models import Order

    shop.fill(14, begin=700)
    with shop.world.scope():
        Order.objects.update(ordered_at=now() - timedelta(days=8))
        assert orders_per_day() == 0
        Order.objects.filter(external_id__gte="SN00700").update(ordered_at=now() - timedelta(days=6))
        assert orders_per_day() == 2


def test_what_a_partner_can_do_is_told_before_and_after_connecting(
    shop: Shop, sandbox: Sandbox, kargo: Partner, hub_app: dict[str, str]
) -> None:
    browser = shop.client(OWNER)
    told = text_of(browser.get(ECCANG))
    for words in ("AWB number and label PDF", "For single SKUs or the whole warehouse", "at the warehouse; later only"):
        assert words in told, words
    account = browser.post(ECCANG, filled(sandbox, "eccang"))["Location"]
    assert "For single SKUs or the whole warehouse" in text_of(browser.get(account))
    assert "Not from here: talk to the warehouse" in page_of(shop, connect(shop, kargo))


def test_settings_that_a_partner_still_needs_are_named_until_they_are_set(shop: Shop, sandbox: Sandbox) -> None:
    """R16."""
    browser = shop.client(OWNER)
    account = browser.post(ECCANG, filled(sandbox, "eccang"))["Location"]
    assert "Still to be set before orders can be sent: Shipping method." in text_of(browser.get(account))
    assert "An owner enters it" in text_of(shop.client(VIEWER).get(account))
    browser.post(account, {"action": "settings", "shipping_method": "OWN_LABEL", "rate_per_second": "20"})
    assert "Still to be set" not in text_of(browser.get(account))


def test_messages_may_be_subscribed_to_while_connecting(live_web: Any, sandbox: Sandbox, settings: Any) -> None:
    """R39."""
    shop = open_shop()
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    told = text_of(shop.client(OWNER).post(ECCANG, filled(sandbox, "eccang", subscribed="on"), follow=True))
    assert "Subscribed to messages until" in told
    with shop.world.scope():
        assert WarehouseAccount.objects.get(name="My eccang").settings["subscribed"] is True


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_forms_render_in_every_language(shop: Shop, kargo: Partner, hub_app: dict[str, str], language: str) -> None:
    account_id = connect(shop, kargo)
    browser = shop.client(OWNER)
    for address in (
        "/integrations/add/",
        KARGO,
        f"{KARGO}?mode=basic",
        ECCANG,
        f"/integrations/accounts/{account_id}/",
        f"/integrations/accounts/{account_id}/keys/",
    ):
        answer = browser.get(address, headers={"accept-language": language})
        assert answer.status_code == 200, address
        assert f'<html lang="{language}"' in answer.content.decode(), address
        assert "%(" not in answer.content.decode(), address
    wrong = browser.post(
        KARGO, {"name": "", "mode": "quick", **kargo.form(warehouses="x")}, headers={"accept-language": language}
    )
    assert wrong.content.decode().count('class="errors"') >= 1


def test_stores_are_not_touched_by_an_account_of_the_same_name(
    shop: Shop, kargo: Partner, hub_app: dict[str, str]
) -> None:
    with shop.world.scope():
        StoreConnection.objects.update(name="Jakarta")
    assert connect(shop, kargo)
