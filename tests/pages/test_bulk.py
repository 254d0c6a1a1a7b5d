"""Doing one thing with all orders that a list's filter lets through: counted, begun, followed, stopped, downloaded."""

from __future__ import annotations

from salur.flows.bulk import carry_on_bulk
from salur.outbound.bulk import BulkRun
from salur.outbound.models import Outbound
from salur.tenancy.entitlements import withdraw
from salur.tenancy.models import Entitlement

from .addresses import OPERATOR, VIEWER
from .reading import text_of
from .shop import Shop


def the_run(shop: Shop) -> BulkRun:
    with shop.world.scope():
        return BulkRun.objects.order_by("-pk")[0]


def test_from_a_filtered_list_to_the_report_of_every_order(shop: Shop) -> None:
    operator = shop.client(OPERATOR)
    listed = text_of(operator.get("/orders/?status=ready&q=SN"))
    assert 'href="/orders/bulk/new/?of=order&status=ready&q=SN"' in listed
    asked = text_of(operator.get("/orders/bulk/new/?of=order&status=ready&q=SN"))
    assert "1 order matches the filter." in asked
    begun = operator.post("/orders/bulk/new/?of=order&status=ready&q=SN", {"action": "push_again"})
    run = the_run(shop)
    assert begun.headers["location"] == f"/orders/bulk/{run.pk}/"
    with shop.world.scope():
        lists = Outbound.objects.filter(order__external_id="SN00000").count()
    assert (run.total, run.actor) == (lists, f"user:{shop.people[OPERATOR].pk}")
    carry_on_bulk(shop.world.merchant_id, run.pk)
    told = text_of(operator.get(begun.headers["location"]))
    assert "SN00000" in told and "It is not in a state in which this makes sense." in told
    assert 'href="/orders/?status=ready&q=SN"' in told
    file = b"".join(operator.get(f"/orders/bulk/{run.pk}/rows.csv")).decode("utf-8-sig").splitlines()
    assert len(file) == 1 + lists
    assert file[1].startswith("SN00000,") and ",Skipped,bulk_not_concerned," in file[1]


def test_lists_are_offered_what_is_done_with_lists_only(shop: Shop) -> None:
    operator = shop.client(OPERATOR)
    asked = text_of(operator.get("/orders/bulk/new/?of=outbound&push=waiting"))
    assert 'value="push_again"' in asked and 'value="cancel"' not in asked
    assert 'value="cancel"' in text_of(operator.get("/orders/bulk/new/?of=order"))
    assert operator.get("/orders/bulk/new/?of=everything").status_code == 404


def test_what_the_plan_does_not_include_is_neither_offered_nor_done(shop: Shop) -> None:
    operator, address, before = shop.client(OPERATOR), "/orders/bulk/new/?of=order&q=SN00000", the_run(shop).pk
    offered = text_of(operator.get(address))
    assert all(f'value="{name}"' in offered for name in ("stop", "move", "hold"))
    with shop.world.scope():
        withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    offered = text_of(operator.get(address))
    assert [name for name in ("stop", "move", "hold") if f'value="{name}"' in offered] == ["hold"]
    for sent in ({"action": "stop"}, {"action": "move", "begin": "1", "warehouse": str(shop.world.warehouse_id)}):
        assert operator.post(address, sent).status_code == 403, sent
    assert the_run(shop).pk == before


def test_what_an_action_needs_is_asked_before_it_begins(shop: Shop) -> None:
    operator, before = shop.client(OPERATOR), the_run(shop).pk
    address = "/orders/bulk/new/?of=order&q=SN00000"
    asked = operator.post(address, {"action": "note"})
    assert asked.status_code == 200 and 'name="note"' in text_of(asked)
    wrong = operator.post(address, {"action": "note", "begin": "1", "note": ""})
    assert (wrong.status_code, the_run(shop).pk) == (422, before)
    operator.post(address, {"action": "note", "begin": "1", "note": "Call the buyer"})
    run = the_run(shop)
    assert (run.action, run.options) == ("note", {"note": "Call the buyer"})
    carry_on_bulk(shop.world.merchant_id, run.pk)
    assert the_run(shop).done == 1


def test_nothing_that_matches_begins_nothing_and_says_so(shop: Shop) -> None:
    operator = shop.client(OPERATOR)
    before = the_run(shop).pk
    answer = operator.post("/orders/bulk/new/?of=order&q=NOBODY", {"action": "push_again"}, follow=True)
    assert "Nothing matches" in text_of(answer)
    answer = operator.post("/orders/bulk/new/?of=order", {"action": "dance"}, follow=True)
    assert "There is no action “dance”" in text_of(answer)
    assert the_run(shop).pk == before


def test_a_run_is_stopped_and_goes_on_from_its_page(shop: Shop) -> None:
    operator, run = shop.client(OPERATOR), the_run(shop)
    stopped = operator.post(f"/orders/bulk/{run.pk}/act/", {"action": "stop"}, follow=True)
    assert "Go on with the rest" in text_of(stopped)
    assert the_run(shop).state == "stopped"
    operator.post(f"/orders/bulk/{run.pk}/act/", {"action": "go_on"})
    assert the_run(shop).state == "queued"
    assert "Go on with the rest" not in text_of(shop.client(VIEWER).get(f"/orders/bulk/{run.pk}/"))


def test_every_cause_of_problem_orders_leads_to_all_of_its_orders(shop: Shop) -> None:
    assert "/orders/bulk/new/?of=order&problem=unmapped_sku" in text_of(shop.client(OPERATOR).get("/orders/problems/"))
