"""How parcels are handed over, chosen for several orders at once, and followed until their labels are there (R108)."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from salur.flows.bulk import carry_on_bulk
from salur.integrations.models import StoreConnection
from salur.orders.models import Order
from salur.outbound.bulk import BulkRun
from salur.tenancy.accounts import add_member
from salur.tenancy.entitlements import grant
from salur.tenancy.models import Entitlement, Role, User
from salur.web.outbound.handover import _read
from tests.flows.stage import Stage


@pytest.fixture
def stage(db: Any, sandbox: Any) -> Stage:
    made = Stage(sandbox)
    with made.world.scope():
        StoreConnection.objects.filter(pk=made.store_id).update(auto_arrange=False)
    return made


@pytest.fixture
def clerk(stage: Stage) -> Client:
    person = User.objects.create(username="clerk", email="clerk@example.test")
    with stage.world.scope():
        for one in (Entitlement.MASTER_PRODUCTS, Entitlement.WAREHOUSE_MANAGEMENT):
            grant(one)
        add_member(person, Role.OPERATOR)
    browser = Client()
    browser.force_login(person)
    return browser


def tiles(page: str) -> dict[str, str]:
    return dict(re.findall(r'<div class="tile[^"]*">([^<]+)<strong>([^<]+)</strong>', page))


def test_a_slot_chosen_for_several_orders_and_followed_to_their_labels(stage: Stage, clerk: Client) -> None:
    numbers = stage.take_order(count=2) + stage.take_order(carrier="Seller Own Fleet")
    with stage.world.scope():
        ids = dict(Order.objects.values_list("external_id", "pk"))
    answer = clerk.post("/orders/act/", {"action": "handover", "order": [ids[n] for n in numbers]}, follow=True)
    page = answer.content.decode()
    offers = [(html.unescape(v), told) for v, told in re.findall(r'<option value="([^"]+)">([^<]+)</option>', page)]
    slots = [(value, told) for value, told in offers if "The courier fetches them" in told and "09:00 - 18:00" in told]
    assert len(slots) == 3
    assert re.search(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d+ [A-Z]", slots[1][1]), "a slot names its day"
    assert "Only with a number of your own" in page
    lists = [stage.world.the_list(n).pk for n in numbers]
    sent = {"outbound": lists, f"way-{stage.store_id}": slots[1][0]}
    answer = clerk.post("/outbound/handover/", sent, follow=True)
    page = answer.content.decode()
    assert "is not offered for 1 list" in page
    assert answer.redirect_chain[-1][0].startswith("/outbound/arranging/?outbound=")
    assert tiles(page)["Under way"] == "2"
    stage.arrange()
    wanted = json.loads(slots[1][0])["fields"]["pickup_time_id"]
    assert [stage.shop_order(n)["arranged_with"].get("pickup_time_id") for n in numbers] == [wanted, wanted, None]
    page = clerk.get(answer.redirect_chain[-1][0]).content.decode()
    assert [tiles(page)[name] for name in ("With AWB number", "With label", "Under way", "Failed")] == list("2200")


def test_a_run_over_many_tells_how_many_have_number_and_label_and_why_others_failed(
    stage: Stage, clerk: Client
) -> None:
    numbers = stage.take_order(count=2) + stage.take_order(carrier="Flash Express")
    sent = {"action": "arrange", "begin": "1", "handover": "dropoff"}
    address = clerk.post("/orders/bulk/new/?of=order", sent, follow=True).redirect_chain[-1][0]
    with stage.world.scope():
        run = BulkRun.objects.get()
    carry_on_bulk(stage.merchant_id, run.pk)
    stage.arrange()
    assert [stage.shop_order(n)["arranged_with"].get("mode") for n in numbers] == ["dropoff", "dropoff", None]
    page = clerk.get(address).content.decode()
    shown = tiles(page.split('id="shipments"')[1].split("</section>")[0])
    assert [shown[name] for name in ("With AWB number", "With label", "Under way", "Failed")] == list("2201")
    assert "does not offer the chosen way" in page


@pytest.mark.parametrize("sent", ["x", "[]", '{"kind": "pickup"}', '{"kind": 1, "fields": [], "lists": []}'])
def test_a_way_that_no_page_offered_arranges_nothing(stage: Stage, clerk: Client, sent: str) -> None:
    made = stage.world.the_list(stage.one_order())
    answer = clerk.post("/outbound/handover/", {"outbound": made.pk, f"way-{stage.store_id}": sent}, follow=True)
    assert "is not offered for 1 list" in answer.content.decode()
    with stage.world.scope():
        made.refresh_from_db()
    assert made.shipment == "none"


@pytest.mark.parametrize(
    "sent", ['{"kind": "pickup", "fields": {}, "lists": [Infinity]}', "[" * 20_000, '{"kind": "pickup"}', "7"]
)
def test_a_way_that_is_nonsense_is_no_way(sent: str) -> None:
    assert _read(sent) is None
