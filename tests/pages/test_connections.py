"""The pages of a store and of a warehouse account: syncing a time range in a zone, and messages from partners."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from salur.foundation.clock import now
from salur.integrations.models import Credential, StoreConnection, WarehouseAccount
from salur.integrations.sealing import seal
from salur.orders.models import SyncRun
from salur.tenancy.models import Merchant
from salur.web.integrations.ranges import RangeForm, instants
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest
from tests.world import connect_eccang

from .addresses import OPERATOR, OWNER, VIEWER
from .reading import Answered, text_of
from .shop import Shop

PACIFIC = "America/Los_Angeles"


@pytest.fixture
def connected(shop: Shop) -> Shop:
    """The shop whose store has credentials, so that a sync of it may be queued."""
    with shop.world.scope():
        values = {"base_url": "http://127.0.0.1:1", "partner_id": "1", "partner_key": "k", "shop_id": "2"}
        sealed = seal(values, shop.world.merchant_id, "store", shop.ids["store_id"])
        Credential(store_id=shop.ids["store_id"], sealed=sealed, updated_at=now()).save()
    return shop


def sync_range(shop: Shop, since: str, until: str, zone: str, role: str = OPERATOR) -> Answered:
    sent = {"action": "range", "range-since": since, "range-until": until, "range-zone": zone}
    return shop.client(role).post(f"/integrations/stores/{shop.ids['store_id']}/", sent)


def newest_run(shop: Shop) -> SyncRun:
    with shop.world.scope():
        return SyncRun.objects.order_by("-pk")[0]


def test_the_day_on_which_us_clocks_go_forward_is_an_hour_short(connected: Shop) -> None:
    answer = sync_range(connected, "2024-03-10T00:00", "2024-03-11T00:00", PACIFIC)
    run = newest_run(connected)
    assert answer["Location"] == f"/orders/reports/{run.pk}/"
    assert run.window_since == datetime(2024, 3, 10, 8, tzinfo=UTC)
    assert run.window_until == datetime(2024, 3, 11, 7, tzinfo=UTC)
    assert (run.trigger, run.state) == ("button", "queued")


def test_the_hour_that_a_clock_shows_twice_lies_inside_the_range(connected: Shop) -> None:
    sync_range(connected, "2024-11-03T01:30", "2024-11-03T01:40", PACIFIC)
    run = newest_run(connected)
    assert run.window_since == datetime(2024, 11, 3, 8, 30, tzinfo=UTC)
    assert run.window_until == datetime(2024, 11, 3, 9, 40, tzinfo=UTC)


US_DAYS = {  # hours of the days on which clocks go forward and back
    "America/New_York": (23, 25),
    "America/Chicago": (23, 25),
    "America/Denver": (23, 25),
    "America/Phoenix": (24, 24),
    "America/Los_Angeles": (23, 25),
    "America/Anchorage": (23, 25),
    "Pacific/Honolulu": (24, 24),
    "America/Boise": (23, 25),  # not in the short list of the form, but any zone may be chosen
}


@pytest.mark.parametrize(("zone", "hours"), US_DAYS.items())
def test_a_day_is_as_long_as_its_zone_makes_it_when_us_clocks_change(zone: str, hours: tuple[int, int]) -> None:
    found = []
    for day in ("2024-03-10", "2024-11-03"):
        after = datetime.fromisoformat(day) + timedelta(days=1)
        sent = {"range-since": f"{day}T00:00", "range-until": f"{after:%Y-%m-%dT%H:%M}", "range-zone": zone}
        form = RangeForm(sent, home=ZoneInfo("Asia/Bangkok"))
        assert form.is_valid(), form.errors
        window = form.cleaned_data["until"] - form.cleaned_data["since"]
        found.append(window / timedelta(hours=1))
    assert tuple(found) == hours


def test_the_hour_that_a_clock_leaves_out_is_read_both_ways() -> None:
    early, late = instants(datetime.fromisoformat("2024-03-10T02:30"), ZoneInfo(PACIFIC))
    assert (early.hour, late.hour) == (9, 10)


def test_the_same_wall_time_means_another_moment_in_another_zone(connected: Shop) -> None:
    for zone, hour in (("Asia/Bangkok", 17), ("America/New_York", 4), ("Pacific/Honolulu", 10), ("UTC", 0)):
        sync_range(connected, "2024-05-02T00:00", "2024-05-03T00:00", zone)
        since = newest_run(connected).window_since
        assert since is not None
        assert since.astimezone(UTC).hour == hour, zone


def test_the_merchants_zone_comes_first_and_is_chosen(connected: Shop) -> None:
    shown = text_of(connected.client(OPERATOR).get(f"/integrations/stores/{connected.ids['store_id']}/"))
    zones = re.findall(
        r'<option value="([^"]+)"( selected)?>', shown.split('name="range-zone"')[1].split("</select>")[0]
    )
    with connected.world.scope():
        home = Merchant.objects.get(pk=connected.world.merchant_id).time_zone
    assert zones[0] == (home, " selected")
    assert [name for name, chosen in zones if chosen] == [home]
    names = [name for name, _chosen in zones]
    assert names[1:9] == [name for name in (*US_DAYS, "UTC") if name != "America/Boise"]
    assert len(set(names)) == len(names)
    assert {"Asia/Jakarta", "Asia/Kuala_Lumpur", "Asia/Ho_Chi_Minh", "Asia/Shanghai", "Europe/London"} <= set(names)


@pytest.mark.parametrize(
    ("since", "until", "zone", "field"),
    [
        ("2024-01-01T00:00", "2024-03-02T00:00", "UTC", "since_or_until"),
        ("2024-05-02T00:00", "2024-05-01T00:00", "UTC", "since"),
        ("2099-01-01T00:00", "2099-01-02T00:00", "UTC", "since"),
        ("", "2024-05-01T00:00", "UTC", "since"),
        ("yesterday", "2024-05-01T00:00", "UTC", "since"),
        ("0001-01-01T00:00", "2024-05-01T00:00", "UTC", "since"),
        ("2024-05-01T00:00+07:00", "2024-05-02T00:00", "UTC", "since"),
        ("2024-05-01T00:00", "2024-05-02T00:00", "Mars/Olympus", "zone"),
    ],
)
def test_a_range_that_cannot_be_is_told_at_its_field(
    connected: Shop, since: str, until: str, zone: str, field: str
) -> None:
    before = newest_run(connected).pk
    answer = sync_range(connected, since, until, zone)
    assert answer.status_code == 422
    told = re.findall(r'<ul class="errors" id="id_range-(\w+)_error"><li>[^<]{10,}</li>', text_of(answer))
    assert len(told) == 1
    assert told[0] in field
    assert newest_run(connected).pk == before


def test_sixty_days_are_the_longest_range(connected: Shop) -> None:
    before = newest_run(connected).pk
    sync_range(connected, "2024-10-01T00:00", "2024-11-30T00:00", PACIFIC)  # an hour longer, for the clocks go back
    assert newest_run(connected).pk == before + 1
    assert "At most 60 days" in text_of(sync_range(connected, "2024-10-01T00:00", "2024-11-30T00:01", PACIFIC))


def test_a_viewer_syncs_no_range_and_sees_no_form(connected: Shop) -> None:
    assert sync_range(connected, "2024-05-01T00:00", "2024-05-02T00:00", "UTC", VIEWER).status_code == 403
    shown = connected.client(VIEWER).get(f"/integrations/stores/{connected.ids['store_id']}/").content.decode()
    assert "range-since" not in shown


def test_a_stores_page_names_the_address_and_the_console_that_it_is_entered_in(connected: Shop) -> None:
    address = f"/integrations/stores/{connected.ids['store_id']}/"
    shown = text_of(connected.client(OWNER).get(address))
    assert f"/webhooks/store/{connected.ids['store_id']}</textarea>" in shown
    assert "Enter this address in the console of Shopee" in shown
    assert 'value="subscribe"' not in shown


def test_an_owner_subscribes_and_sees_until_when(
    live_web: LiveWeb, sandbox: Sandbox, settings: SettingsForTest
) -> None:
    from .shop import open_shop

    shop = open_shop()
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    connect_eccang(shop.world, sandbox, {})
    address = f"/integrations/accounts/{shop.ids['account_id']}/"
    assert "Not subscribed" in text_of(shop.client(OWNER).get(address))
    assert shop.client(OPERATOR).post(address, {"action": "subscribe"}).status_code == 403
    told = text_of(shop.client(OWNER).post(address, {"action": "subscribe"}, follow=True))
    assert "Subscribed to messages until" in told
    with shop.world.scope():
        until = WarehouseAccount.objects.get(pk=shop.ids["account_id"]).subscribed_until
    assert until is not None and until > now()
    assert f"{until.astimezone(ZoneInfo('Asia/Bangkok')):%Y-%m-%d}" in told
    known = sandbox.look("eccang/subscriptions")["subscriptions"]
    assert known and all(
        urlsplit(str(one["callback"])).path == f"/webhooks/account/{shop.ids['account_id']}" for one in known
    )


def test_a_refused_subscription_is_told_and_not_remembered(
    shop: Shop, sandbox: Sandbox, settings: SettingsForTest
) -> None:
    settings.SALUR = replace(settings.SALUR, base_url="http://127.0.0.1:9")  # nobody answers, so the handshake fails
    connect_eccang(shop.world, sandbox, {})
    browser = shop.client(OWNER)
    told = text_of(
        browser.post(f"/integrations/accounts/{shop.ids['account_id']}/", {"action": "subscribe"}, follow=True)
    )
    assert "notice-error" in told
    assert "Not subscribed" in told
    with shop.world.scope():
        assert WarehouseAccount.objects.get(pk=shop.ids["account_id"]).subscribed_until is None


def test_codes_stand_on_pages_as_words(shop: Shop) -> None:
    from salur.orders.models import SyncRunRow
    from salur.stock.models import StockSyncLine, StockSyncRun

    with shop.world.scope():
        SyncRun.objects.filter(pk=shop.ids["run_id"]).update(
            trigger="command", state="failed", error_code="encoding", error_message=str({"line": "7", "found": "0xff"})
        )
        SyncRunRow(run_id=shop.ids["run_id"], external_id="X1", outcome="failed", code="not_answered").save()
        SyncRunRow(run_id=shop.ids["run_id"], external_id="X2", outcome="failed", code="bad_quantity", detail={}).save()
        StockSyncRun.objects.filter(pk=shop.ids["sync_id"]).update(
            trigger="schedule", error="connection_paused", finished_at=now()
        )
        for reason in ("disputed", "not_listed", "unknown_sku"):
            line = StockSyncLine(run_id=shop.ids["sync_id"], sku=reason.upper(), reason=reason)
            line.partner_sellable = line.partner_allocated = 0
            line.save()
    browser: Client = shop.client(OWNER)
    run = text_of(browser.get(f"/orders/reports/{shop.ids['run_id']}/"))
    assert "the command line" in run and "not UTF-8 text (line 7: 0xff)" in run
    assert "gave no details of it" in run and "“–” is not a number of pieces" in run
    syncs = text_of(browser.get("/stock/syncs/"))
    assert "the schedule" in syncs and "is paused" in syncs
    lines = text_of(browser.get(f"/stock/syncs/{shop.ids['sync_id']}/"))
    for code in ("disputed", "not_listed", "unknown_sku"):
        assert f">{code}<" not in lines
    assert "has none of it" in lines and "Shopee" in text_of(browser.get("/orders/"))
    browser.post("/settings/tokens/", {"action": "create", "name": "r", "scopes": ["runs:read"], "days": "30"})
    tokens = text_of(browser.get("/settings/tokens/"))
    assert "Read sync reports" in tokens.split("<tbody>")[1].split("</tbody>")[0]
    with shop.world.scope():
        assert StoreConnection.objects.get(pk=shop.ids["store_id"]).channel == "shopee"
