"""The order's page: why it is not there, what happened, and what a viewer must not see."""

from __future__ import annotations

import html
import re

import pytest

from salur.foundation.clock import now
from salur.integrations.models import ExchangeRecord
from salur.outbound.models import Label, Outbound, PushAttempt
from tests.world import THAI

from .addresses import OPERATOR, OWNER, VIEWER
from .shop import Shop


def page_of(shop: Shop, role: str, order_id: int | None = None) -> str:
    answer = shop.client(role).get(f"/orders/{order_id or shop.ids['order_id']}/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_every_gate_is_listed_and_closed_ones_say_why_since_when_and_who_acts(shop: Shop) -> None:
    from salur.outbound.why import EVERY

    shown = page_of(shop, OWNER)
    assert shown.count('<li class="gate ') == len(EVERY)
    assert "MSKU M-0000 has 0 free in TH01 + C1, 1 needed." in shown
    shut = shown.split('<li class="gate gate-shut">')[1].split("</li>")[0]
    assert "Who acts:" in shut and "<time" in shut and "Next:" in shut


def test_the_page_follows_the_cause_and_not_an_old_verdict(shop: Shop) -> None:
    assert "Not enough stock" in page_of(shop, OWNER)
    shop.world.add_stock("M-0000", 5)
    from salur.flows.wakeups import stock_rose

    with shop.world.scope():
        stock_rose([shop.world.warehouse_id])
    shown = page_of(shop, OWNER)
    assert "Not enough stock" not in shown.replace("Stock reserved", "")


def test_the_timeline_tells_moves_tries_and_calls_in_the_order_of_time(shop: Shop) -> None:
    with shop.world.scope("run:1"):
        outbound = Outbound.objects.get(pk=shop.ids["outbound_id"])
        ExchangeRecord(
            exchange_id="e1",
            account_id=shop.world.account_id,
            operation="createOrder",
            effect="create",
            subject=outbound.reference,
            method="POST",
            url="https://wms.example/",
            request_body='{"name": "***"}',
            outcome="UnknownOutcome",
            started_at=now(),
            duration_ms=12,
        ).save()
        PushAttempt(outbound=outbound, kind="lookup", epoch=1, outcome="pushed", at=now()).save()
        Outbound.objects.filter(pk=outbound.pk).update(push="void", reserved=False)
    shown = page_of(shop, OPERATOR)
    story = shown.split('<ol class="timeline">')[1]
    told = re.findall(r"<div>([^<]+)</div>", story)
    wanted = ["The order reached Salur", "Outbound list", "Sent to the warehouse: answer lost", "Call createOrder"]
    wanted += ["Looked up at the warehouse by reference: accepted", "Push: Waiting → Void"]
    places = [next(i for i, title in enumerate(told) if title.startswith(w)) for w in wanted]
    assert places == sorted(places)
    assert f'href="/orders/reports/{shop.ids["run_id"]}/"' in story


@pytest.mark.parametrize(("role", "sees"), [(VIEWER, False), (OPERATOR, True)])
def test_personal_data_is_masked_for_viewers(shop: Shop, role: str, sees: bool) -> None:
    with shop.world.scope():
        reference = Outbound.objects.get(pk=shop.ids["outbound_id"]).reference
        ExchangeRecord(
            exchange_id="e1",
            operation="createOrder",
            effect="create",
            subject=reference,
            method="POST",
            url="u",
            response_body="what the partner said of the buyer",
            outcome="ok",
            started_at=now(),
            duration_ms=1,
        ).save()
    shown = page_of(shop, role)
    for private in (THAI.name, THAI.phone, THAI.lines[0], THAI.postal_code, "what the partner said of the buyer"):
        assert (private in shown) == sees, private


def test_labels_are_given_to_those_who_may_see_addresses(shop: Shop) -> None:
    address = f"/outbound/{shop.ids['outbound_id']}/label.pdf"
    assert shop.client(OPERATOR).get(address).status_code == 404
    with shop.world.scope():
        outbound = Outbound.objects.get(pk=shop.ids["outbound_id"])
        label = Label(outbound=outbound, content=b"%PDF-1.4 a label", sha256="0" * 64, pages=1, created_at=now())
        label.save()
        Outbound.objects.filter(pk=outbound.pk).update(label=label)
    answer = shop.client(OPERATOR).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content == b"%PDF-1.4 a label"
    assert "no-store" in answer["Cache-Control"]
    assert shop.client(VIEWER).get(address).status_code == 403


def test_times_are_shown_in_the_merchants_zone(shop: Shop) -> None:
    shown = page_of(shop, OWNER)
    assert 'datetime="2026-11-11T03:00:00+00:00"' in shown
    assert "2026-11-11 10:00" in shown


def test_buttons_stand_only_where_they_do_something(shop: Shop) -> None:
    assert 'value="push_again"' not in page_of(shop, OPERATOR)
    with shop.world.scope():
        for state in ("ready", "pushing", "rejected"):
            gates = {"closed_gates": {}, "push_lease_until": now()}
            Outbound.objects.filter(pk=shop.ids["outbound_id"]).update(push=state, **gates)
    assert 'value="push_again"' in page_of(shop, OPERATOR)
    assert 'value="push_again"' not in page_of(shop, VIEWER)


def test_a_refused_list_is_pushed_again_by_its_button(shop: Shop) -> None:
    with shop.world.scope():
        for state in ("ready", "pushing", "rejected"):
            gates = {"closed_gates": {}, "push_lease_until": now()}
            Outbound.objects.filter(pk=shop.ids["outbound_id"]).update(push=state, **gates)
    sent = {"outbound": str(shop.ids["outbound_id"]), "action": "push_again", "next": "/outbound/"}
    answer = shop.client(OPERATOR).post("/orders/act/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/outbound/")
    with shop.world.scope():
        assert Outbound.objects.get(pk=shop.ids["outbound_id"]).push == "waiting"
