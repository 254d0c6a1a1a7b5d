"""Inbound lists on the pages: found, followed, pushed again, called off, received by hand (R60 to R71)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from salur.foundation.clock import now
from salur.inbound.models import InboundLine, InboundList, InboundReceipt
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Balance

from .inbound import id_of, new, own_warehouse, row, typed
from .shop import Shop


def refused(shop: Shop, inbound_id: int) -> None:
    with shop.world.scope():
        rows = InboundList.objects.filter(pk=inbound_id)
        rows.update(push="pushing", push_lease_until=now())
        rows.update(push="rejected", push_lease_until=None, push_error_code="E7", push_error_message="Value <missing>")


def pushed(shop: Shop, inbound_id: int) -> None:
    with shop.world.scope():
        rows = InboundList.objects.filter(pk=inbound_id)
        rows.update(push="pushing", push_lease_until=now())
        rows.update(push="pushed", push_lease_until=None, pushed_at=now(), partner_number="RV-1", task_next_at=now())


def test_a_refused_list_shows_its_reason_and_is_pushed_again(shop: Shop, operator: Client) -> None:
    one = shop.ids["inbound_id"]
    refused(shop, one)
    for path in (f"/inbound/{one}/", "/inbound/?push=rejected"):
        assert "Value &lt;missing&gt;" in operator.get(path).content.decode(), path
    operator.post(f"/inbound/{one}/act/", {"action": "push_again"})
    assert row(shop, one).push == "ready"


def test_chosen_lists_are_pushed_again_and_asked_for(shop: Shop, operator: Client) -> None:
    one, other = shop.ids["inbound_id"], shop.announce(("M-0002", 1))
    refused(shop, one)
    pushed(shop, other)
    told = operator.post("/inbound/act/", {"action": "push_again", "inbound": [one, other]}, follow=True)
    assert "1 inbound list is being pushed again" in told.content.decode()
    assert (row(shop, one).push, row(shop, other).push) == ("ready", "pushed")
    told = operator.post("/inbound/act/", {"action": "refresh", "inbound": [one, other]}, follow=True)
    assert "asked for 1 inbound list" in told.content.decode()
    assert row(shop, other).task_next_at is None
    assert 'hx-trigger="every' in operator.get(f"/inbound/{other}/").content.decode()


@pytest.mark.parametrize(
    ("partner", "sentence"),
    [
        ("eccang", "come into stock when the warehouse has completed the list"),
        ("qimen", "come into stock as soon as the warehouse reports"),
    ],
)
def test_a12_a_list_shows_what_has_arrived_and_says_when_it_becomes_stock(
    shop: Shop, operator: Client, partner: str, sentence: str
) -> None:
    one = shop.announce(("M-0000", 10), ("M-0001", 4))
    pushed(shop, one)
    with shop.world.scope():
        WarehouseAccount.objects.filter(pk=shop.world.account_id).update(partner=partner)
        InboundLine.objects.filter(inbound_id=one, product__msku="M-0000").update(arrived=6, received=2)
    shown = operator.get(f"/inbound/{one}/").content.decode()
    assert '<progress max="14" value="6"' in shown
    assert sentence in shown
    assert "6 arrived, not in stock yet" not in shown
    assert "4 arrived, not in stock yet" in shown
    listed = operator.get(f"/inbound/?q={row(shop, one).reference}").content.decode()
    assert '<progress max="14" value="6"' in listed
    assert "2 in stock" in listed
    with shop.world.scope():
        InboundList.objects.filter(pk=one).update(task="completed")
    assert sentence not in operator.get(f"/inbound/{one}/").content.decode(), "nothing more comes"


@pytest.mark.parametrize(
    ("given", "currency", "told"),
    [
        ("18.5", "IDR", "18.50"),
        ("18", "IDR", "18.00"),
        ("1234.1234", "VND", "1,234.1234"),
        ("0.125", "THB", "0.125"),
    ],
)
def test_costs_are_shown_as_they_were_given(shop: Shop, operator: Client, given: str, currency: str, told: str) -> None:
    sent = typed(("M-0000", "1", given, "", "")) | {"currency": currency, "action": "save"}
    made = id_of(operator.post(new(shop), sent))
    shown = operator.get(f"/inbound/{made}/").content.decode()
    assert f'<span class="currency">{currency}</span> {told}</span>' in shown


def test_a_list_at_the_warehouse_is_called_off_by_asking_the_warehouse(shop: Shop, operator: Client) -> None:
    one = shop.ids["inbound_id"]
    pushed(shop, one)
    operator.post(f"/inbound/{one}/act/", {"action": "cancel", "reason": "wrong goods"})
    kept = row(shop, one)
    assert (kept.cancellation, kept.cancellation_reason) == ("asked", "wrong goods")
    assert 'value="cancel"' not in operator.get(f"/inbound/{one}/").content.decode()


def test_an_own_warehouses_goods_are_received_by_hand(shop: Shop, operator: Client) -> None:
    place = own_warehouse(shop)
    made = id_of(
        operator.post(f"/inbound/new/?warehouse={place}", {"action": "submit", "lines": "M-0001, 10\nM-0002, 5"})
    )
    with shop.world.scope():
        first, second = InboundLine.objects.filter(inbound_id=made).order_by("pk").values_list("pk", flat=True)
    act = f"/inbound/{made}/act/"
    sent = {"action": "receive", f"received_{first}": "12", f"damaged_{second}": "2", f"received_{second}": "3"}
    told = operator.post(act, sent, follow=True).content.decode()
    assert "15 pieces came into stock" in told
    assert "more than announced" in told
    worse = operator.post(act, sent | {f"received_{first}": "11", f"received_{second}": "some"})
    assert worse.status_code == 422
    shown = worse.content.decode()
    assert "12 received and 0 damaged pieces are entered already" in shown and 'value="some"' in shown
    operator.post(act, {"action": "receive", "complete": "1"})
    assert row(shop, made).task == "completed"
    with shop.world.scope():
        got = {
            b.product.msku: (b.on_hand, b.incoming)
            for b in Balance.objects.filter(warehouse_id=place).select_related("product")
        }
        assert got == {"M-0001": (12, 0), "M-0002": (3, 0)}
        assert InboundReceipt.objects.filter(inbound_id=made).count() == 3
        balance = Balance.objects.get(warehouse_id=place, product__msku="M-0001").pk
    ledger = operator.get(f"/stock/balances/{balance}/").content.decode()
    assert ledger.count(f'href="/inbound/{made}/"') >= 2


def test_figures_are_filled_in_as_announced_and_nothing_is_saved_by_that(shop: Shop, operator: Client) -> None:
    place = own_warehouse(shop)
    made = id_of(operator.post(f"/inbound/new/?warehouse={place}", {"action": "submit", "lines": "M-0001, 10"}))
    with shop.world.scope():
        line = InboundLine.objects.get(inbound_id=made).pk
    shown = operator.post(f"/inbound/{made}/act/", {"action": "fill", f"damaged_{line}": "2"}).content.decode()
    assert f'id="id_received_{line}" value="8"' in shown
    with shop.world.scope():
        assert not InboundReceipt.objects.filter(inbound_id=made).exists()


def test_lists_are_found_by_warehouse_state_and_text(shop: Shop, operator: Client) -> None:
    own = own_warehouse(shop)
    home = id_of(operator.post(f"/inbound/new/?warehouse={own}", {"action": "submit", "lines": "M-0002, 5"}))
    pushed(shop, shop.ids["inbound_id"])

    def shown(query: str) -> set[int]:
        return {
            int(i)
            for i in re.findall(r'<a href="/inbound/(\d+)/">SI', operator.get(f"/inbound/?{query}").content.decode())
        }

    assert shown(f"warehouse={own}") == {home}
    assert shown("push=draft") == {shop.ids["draft_id"]}
    assert shown("task=arriving") == {home}
    assert shown("q=RV-1") == {shop.ids["inbound_id"]}
    assert shown(f"q={row(shop, home).reference[:8].lower()}") == {home}
    assert home in shown("q=M-0002") and shop.ids["draft_id"] not in shown("q=M-0002")
    assert shown("odd=yes") == set()
    assert "No inbound list matches" in operator.get("/inbound/?q=nothing").content.decode()
