"""Orders entered by hand (R147), rules worked on in pages, and what people put on orders."""

from __future__ import annotations

from typing import Any

import pytest

from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from salur.orders.models import Order
from salur.routing.models import RoutingRule, RuleRun
from salur.routing.queries import rules
from tests.flows.pdf import pdf

from .addresses import OPERATOR
from .shop import Shop

LINES = {
    "line_sku": ["M-0000", "", "M-0001"],
    "line_item_name": ["", "", "Cup"],
    "line_quantity": ["2", "", "1"],
    "line_unit_price": ["120.50", "", ""],
}


@pytest.fixture
def store(shop: Shop) -> int:
    """A store for orders by hand."""
    with shop.world.scope():
        row = StoreConnection(channel="manual", name="By hand", country="TH", currency="THB", created_at=now())
        row.save()
        return row.pk


def form(store: int, **changes: Any) -> dict[str, Any]:
    """A sound order."""
    typed = {
        "store": str(store),
        "recipient_name": "Somchai",
        "address1": "99/1 Rama IV",
        "city": "Bangkok",
        "country": "TH",
        "currency": "THB",
        "action": "enter",
    }
    return {**typed, **LINES, **changes}


def test_an_order_is_entered_with_a_number_made_for_it_and_copied(shop: Shop, store: int) -> None:
    browser = shop.client(OPERATOR)
    answer = browser.post("/orders/new/", form(store, cash_on_delivery="yes"))
    assert answer.status_code == 302, answer.content.decode()
    with shop.world.scope():
        made = Order.objects.get(store_id=store)
        assert (made.source, made.cash_on_delivery, made.status) == ("manual", True, "paid")
        assert made.external_id.startswith("M")
    assert len(shop.world.lists(made.external_id)) == 1
    copied = browser.get(f"/orders/new/?copy={made.pk}").content.decode()
    assert 'value="99/1 Rama IV"' in copied
    assert 'value="120.5"' in copied
    assert 'name="order_id" value=""' in copied


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(shop: Shop, store: int) -> None:
    browser = shop.client(OPERATOR)
    wrong = form(store, order_id="A-1", recipient_name="", line_quantity=["2", "", "two"])
    answer = browser.post("/orders/new/", wrong)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert shown.count('<ul class="errors">') == 2
    assert 'value="two"' in shown
    assert browser.post("/orders/new/", form(store, line_sku=[""] * 3, line_item_name=[""] * 3, line_quantity=[""] * 3,
                                             line_unit_price=[""] * 3)).status_code == 422  # fmt: skip
    assert browser.post("/orders/new/", form(shop.world.store_id)).status_code == 422, "not a store by hand"
    assert browser.post("/orders/new/", form(store, action="more")).content.decode().count('name="line_sku"') == 8
    assert browser.post("/orders/new/", form(store, order_id="A-1")).status_code == 302
    again = browser.post("/orders/new/", form(store, order_id="A-1"))
    assert "has an order A-1 already" in again.content.decode()
    with shop.world.scope():
        assert Order.objects.filter(store_id=store).count() == 1


def test_awb_number_and_label_may_come_with_the_order(shop: Shop, store: int) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    label = SimpleUploadedFile("label.pdf", pdf(), content_type="application/pdf")
    shop.client(OPERATOR).post("/orders/new/", form(store, order_id="A-2", awb="TH77", label=label))
    made = shop.world.the_list("A-2")
    assert (made.awb, made.shipment) == ("TH77", "labelled")


def test_rules_are_dragged_tried_published_and_brought_back_in_pages(shop: Shop) -> None:
    browser, world = shop.client(OPERATOR), shop.world
    typed = {
        "name": "Bali",
        "warehouse": world.warehouse_id,
        "provinces": "Bali, jawa  timur",
        "postcodes": "80, 60000-69999",
        "couriers": "J&T*",
        "value_from": "100",
        "value_currency": "thb",
        "cash_on_delivery": "yes",
        "tags": "Cold Chain",
        "never_split": "on",
        "active": "on",
    }
    assert browser.post("/orders/rules/draft/new/", typed).status_code == 302
    with world.scope():
        made = RoutingRule.objects.get(name="Bali")
        assert (made.draft, made.provinces, made.postcodes) == (True, ["Bali", "jawa timur"], ["80", "60000-69999"])
        assert (made.value_currency, made.tags, made.never_split) == ("THB", ["cold chain"], True)
        ids = [rule.pk for rule in rules(draft=True)]
    shown = browser.get("/orders/rules/draft/").content.decode()
    assert "with cash on delivery" in shown
    browser.post("/orders/rules/draft/", {"action": f"order:{','.join(map(str, ids[::-1]))}"})
    with world.scope():
        assert [rule.pk for rule in rules(draft=True)] == ids[::-1]
    tried = browser.post("/orders/rules/runs/", {"choice": "open", "action": "trial"}, follow=True)
    assert "Order by order" in tried.content.decode()
    picked = browser.post("/orders/act/", {"action": "trial", "order": shop.ids["order_id"]}, follow=True)
    assert "Order by order" in picked.content.decode()
    with world.scope():
        chosen, run = RuleRun.objects.order_by("-pk")[:2]
        assert (chosen.choice, chosen.kind, chosen.expected) == ("picked", "trial", 1)
        assert run.state == "done"
    rows = b"".join(browser.get(f"/orders/rules/runs/{run.pk}/rows.csv"))
    assert rows.decode().count("\n") == run.done + 1
    browser.post("/orders/rules/draft/act/", {"action": "publish"})
    with world.scope():
        assert next(rule.name for rule in rules()) == "Bali"
    browser.post(f"/orders/rules/versions/{shop.ids['version_id']}/", {})
    with world.scope():
        assert "Bali" not in [rule.name for rule in rules()]
    wrong = browser.post("/orders/rules/new/", {**typed, "postcodes": "9-10", "value_currency": ""})
    assert wrong.status_code == 422
    assert wrong.content.decode().count('class="errors"') == 2


def test_orders_are_held_tagged_and_released_in_pages(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    with shop.world.scope():
        order = Order.objects.get(external_id="SN00001").pk
    asked = browser.post("/orders/act/", {"action": "hold", "order": order})
    assert asked.status_code == 302
    assert browser.get(asked["Location"]).status_code == 200
    past = browser.post("/orders/desk/", {"do": "hold", "order": order, "reason": "buyer", "until": "2020-01-01T10:00"})
    assert past.status_code == 422
    done = browser.post("/orders/desk/", {"do": "hold", "order": order, "reason": "buyer", "note": "away"}, follow=True)
    assert "1 order is held." in done.content.decode()
    browser.post("/orders/desk/", {"do": "tag", "order": order, "add": "VIP, Gift"})
    shown = browser.get(f"/orders/{order}/").content.decode()
    for words in ("Held: The buyer asked to wait", "vip", "gift", "Release"):
        assert words in shown, words
    browser.post("/orders/desk/", {"do": "release", "order": order})
    assert "Released" in browser.get(f"/orders/{order}/").content.decode()
    with shop.world.scope():
        assert Order.objects.get(pk=order).hold_reason == ""
