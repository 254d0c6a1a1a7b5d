"""A run's report: its window in the zone in which it was named, its rows as a file, its failed orders once more."""

from __future__ import annotations

import csv
from datetime import timedelta

from salur.foundation.clock import now
from salur.integrations.models import RateBudget
from salur.orders.models import SyncRun, SyncRunRow

from .addresses import OPERATOR, VIEWER
from .reading import text_of
from .shop import Shop
from .test_connections import PACIFIC, connected, newest_run, sync_range

__all__ = ["connected"]


def failed_run(shop: Shop) -> int:
    ended = now()
    with shop.world.scope():
        run = SyncRun(store_id=shop.ids["store_id"], source="sync", trigger="webhook", created_at=ended)
        run.failed, run.created, run.found = 1, 1, 30
        run.started_at, run.finished_at = ended - timedelta(seconds=20), ended
        run.save()
        for state in ("running", "done"):
            SyncRun.objects.filter(pk=run.pk).update(state=state)
        SyncRunRow(run_id=run.pk, external_id="GOOD", outcome="created").save()
        SyncRunRow(run_id=run.pk, external_id="=LOST", outcome="failed", code="not_answered").save()
        return run.pk


def test_a_window_is_shown_in_the_zone_in_which_it_was_named(connected: Shop) -> None:
    sync_range(connected, "2024-05-02T00:00", "2024-05-03T00:00", PACIFIC)
    for address in (f"/orders/reports/{newest_run(connected).pk}/", "/orders/reports/"):
        shown = text_of(connected.client(VIEWER).get(address))
        assert "2024-05-02 00:00" in shown and "2024-05-03 00:00" in shown and PACIFIC in shown
        assert "a person, by button" in shown


def test_a_run_tells_how_long_it_took_and_all_its_rows_are_a_file(shop: Shop) -> None:
    run = failed_run(shop)
    for address in (f"/orders/reports/{run}/", "/orders/reports/"):
        shown = text_of(shop.client(OPERATOR).get(address))
        assert "20.0 s" in shown and "1.5 orders per second" in shown and "a message from the store" in shown
    answer = shop.client(OPERATOR).get(f"/orders/reports/{run}/rows.csv")
    text = b"".join(answer).decode("utf-8-sig")
    assert [row[:2] for row in csv.reader(text.splitlines())] == [
        ["Order number", "Outcome"],
        ["'=LOST", "Failed"],
        ["GOOD", "New"],
    ]
    assert shop.client(VIEWER).get(f"/orders/reports/{run}/rows.csv").status_code == 403


def test_failed_orders_are_retried_by_button(connected: Shop) -> None:
    run = failed_run(connected)
    address = f"/orders/reports/{run}/"
    assert "Retry failed orders" in text_of(connected.client(OPERATOR).get(address))
    assert connected.client(VIEWER).post(f"{address}act/", {"action": "retry_failed"}).status_code == 403
    told = text_of(connected.client(OPERATOR).post(f"{address}act/", {"action": "retry_failed"}, follow=True))
    made = newest_run(connected)
    assert (made.trigger, made.progress["orders"], made.progress["retry_of"]) == ("retry", ["=LOST"], run)
    assert "a retry of failed orders" in told and f"#{run}" in told
    with connected.world.scope():
        SyncRun.objects.filter(pk=run).update(failed=0)
    assert "Retry failed orders" not in text_of(connected.client(OPERATOR).get(address))


def test_a_run_says_how_long_it_will_take_and_what_it_waits_for(shop: Shop) -> None:
    with shop.world.scope():
        RateBudget(store_id=shop.world.store_id, per_second=0.001, burst=100, tokens=40, counted_at=now()).save()
        run = SyncRun(
            store_id=shop.world.store_id, source="sync", trigger="button", created_at=now(), expected=400, found=100
        )
        run.save()
        SyncRun.objects.filter(pk=run.pk).update(state="running", started_at=now() - timedelta(minutes=10))
    told = shop.client(VIEWER).get(f"/orders/reports/{run.pk}/").content.decode()
    assert "about 30 minutes left · limited by the hub&#x27;s own speed" in told
    kept = shop.client(VIEWER).get(f"/integrations/stores/{shop.world.store_id}/").content.decode()
    assert "full again in" in kept and "some calls are kept for urgent orders" in kept
    with shop.world.scope():
        RateBudget.objects.update(tokens=0)
    told = shop.client(VIEWER).get(f"/orders/reports/{run.pk}/").content.decode()
    assert "limited by the calls that Store allows" in told
