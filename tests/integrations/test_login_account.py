"""Warehouse accounts that are authorised by the partner's login, in one of several ways (R22 to R31)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from salur.flows.connect import finish_login
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.integrations import connect
from salur.integrations.calling import Job, account_line, call, call_many
from salur.integrations.claims import IdentityTaken
from salur.integrations.connect import Acting, FormInvalid
from salur.integrations.models import Credential, ExchangeRecord, WarehouseAccount
from salur.integrations.modes import HubKeysMissing, advised, mode_of, outgrown
from salur.integrations.sealing import unseal
from salur.stock.models import Warehouse
from salur.tenancy import entitlements
from salur.tenancy.models import Entitlement
from tests.harness.database import Database
from tests.harness.kargo import HUB_APP, PIN, Partner

from .conftest import BACK

NewActing = Callable[[str], Acting]
TABLES = ("warehouseaccount", "credential", "identityclaim", "ratebudget", "exchangerecord")


def go(address: str) -> dict[str, str]:
    """Log in at the partner; answers the query with which the browser comes back."""
    answer = httpx.get(address)
    assert answer.status_code == 302, answer.text
    return dict(httpx.URL(answer.headers["location"]).params)


def log_in(acting: Acting, kargo: Partner, name: str = "Jakarta", **changes: Any) -> int:
    """The whole way; answers the account's id."""
    more = {"mode": "quick", "redirect": BACK, **changes}
    values = more.pop("values", kargo.form())
    query = go(connect.begin_account_authorisation(acting, "kargo", name, values, **more))
    return finish_login(acting, query["state"], query).connection_id


def rows(db: Database) -> dict[str, int]:
    return {table: int(db.rows(f"SELECT count(*) FROM integrations_{table}")[0][0]) for table in TABLES}


def test_after_the_login_the_account_is_connected_with_its_warehouses(
    acting: Acting, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = log_in(acting, kargo, values=kargo.form(warehouses="1101， 1102、1101 ,1199"), subscribed=True)
    with acting.scope("look"):
        account = WarehouseAccount.objects.get(pk=account_id)
        made = {row.code: row for row in Warehouse.objects.filter(account=account)}
        line = account_line(account_id)
        mode = mode_of(kargo.plugin, "account", account_id)
    assert made.keys() == {"1101-EBU1", "1102-EBU1"}, "the third is switched off at the partner"
    assert made["1101-EBU1"].name == f"1101 - EBU1 - {PIN}"
    assert {(row.country, row.time_zone) for row in made.values()} == {("ID", "Asia/Jakarta")}
    assert account.settings["subscribed"] is True
    assert line.credentials["warehouses"] == "1101,1102,1199"
    assert mode is not None and mode.key == "quick"
    assert call(line, lambda house: house.verify()).answer().key == PIN


def test_the_installations_keys_are_used_and_never_stored(
    acting: Acting, kargo: Partner, hub_app: dict[str, str], db: Database
) -> None:
    account_id = log_in(acting, kargo)
    with acting.scope("look"):
        held = Credential.objects.get(account_id=account_id)
        opened = unseal(held.sealed, acting.merchant_id, "account", account_id)
        assert account_line(account_id).credentials["app_secret"] == HUB_APP["app_secret"]
        assert ExchangeRecord.objects.filter(operation="token").exists()
    assert not {"app_key", "app_secret"} & opened.values.keys()
    assert opened["mode"] == "quick"
    for table in TABLES:
        assert HUB_APP["app_secret"] not in str(db.rows(f"SELECT to_jsonb(t)::text FROM integrations_{table} t"))


def test_a_way_whose_keys_the_installation_lacks_is_refused_before_anybody_is_asked(
    acting: Acting, kargo: Partner, db: Database
) -> None:
    with pytest.raises(HubKeysMissing) as refusal:
        log_in(acting, kargo)
    text = refusal.value.text()
    assert "app_key, app_secret" in text.cause
    assert "SALUR_PARTNER_APPS" in text.cure
    assert not kargo.asked
    own = kargo.form(app_key="own", app_secret="own-secret-1")
    assert log_in(acting, kargo, mode="basic", values=own)
    assert rows(db)["warehouseaccount"] == 1


def test_keys_taken_out_of_the_installation_stop_the_account_and_say_so(
    acting: Acting, kargo: Partner, settings: Any
) -> None:
    from dataclasses import replace

    settings.SALUR = replace(settings.SALUR, partner_apps={"kargo": HUB_APP})
    account_id = log_in(acting, kargo)
    settings.SALUR = replace(settings.SALUR, partner_apps={})
    with acting.scope("look"), pytest.raises(HubKeysMissing):
        account_line(account_id)


@pytest.mark.parametrize(
    ("mode", "change", "field", "code"),
    [
        ("", {}, "mode", "field_required"),
        ("slow", {}, "mode", "field_choice"),
        ("quick", {"warehouses": " , ، "}, "warehouses", "field_required"),
        ("quick", {"warehouses": "1101,ABC"}, "warehouses", "field_part_format"),
        ("quick", {"warehouses": "1101,1234567890"}, "warehouses", "field_part_too_long"),
        ("quick", {"country": "TH"}, "country", "field_choice"),
        ("basic", {}, "app_key", "field_required"),
    ],
)
def test_what_is_wrong_in_a_mode_is_told_by_its_field(
    acting: Acting,
    kargo: Partner,
    hub_app: dict[str, str],
    mode: str,
    change: dict[str, str],
    field: str,
    code: str,
) -> None:
    with pytest.raises(FormInvalid) as refusal:
        log_in(acting, kargo, mode=mode, values=kargo.form(**change))
    assert refusal.value.checked.wrong[field][0] == code
    assert refusal.value.checked.errors[field].cause
    assert not kargo.asked


def test_without_the_entitlement_nobody_is_sent_to_the_login(
    acting: Acting, kargo: Partner, hub_app: dict[str, str]
) -> None:
    with acting.scope("plan"):
        entitlements.withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    with pytest.raises(entitlements.NotEntitled):
        log_in(acting, kargo)
    assert not kargo.asked


def test_a_login_with_another_pin_saves_nothing(
    acting: Acting, kargo: Partner, hub_app: dict[str, str], db: Database
) -> None:
    kargo.pin = "PIN-OF-SOMEBODY"
    with pytest.raises(connect.PartnerRefused) as refusal:
        log_in(acting, kargo)
    assert refusal.value.field == "pin"
    assert rows(db) == dict.fromkeys(TABLES, 0)


def test_one_pin_serves_one_merchant(
    new_acting: NewActing, kargo: Partner, hub_app: dict[str, str], db: Database
) -> None:
    log_in(new_acting("first"), kargo)
    before = rows(db)
    with pytest.raises(IdentityTaken) as refusal:
        log_in(new_acting("second"), kargo)
    assert "bound to another merchant" in refusal.value.text().cause
    assert rows(db) == before


def test_only_who_began_may_finish(new_acting: NewActing, kargo: Partner, hub_app: dict[str, str]) -> None:
    began = new_acting("first")
    query = go(connect.begin_account_authorisation(began, "kargo", "J", kargo.form(), redirect=BACK, mode="quick"))
    for stranger in (new_acting("second"), Acting(began.merchant_id, "user:999")):
        with pytest.raises(connect.AuthorisationStale):
            finish_login(stranger, query["state"], query)
    with pytest.raises(connect.AuthorisationStale):
        finish_login(began, query["state"][:-1], query)
    assert kargo.asked["/token"] == 0
    assert finish_login(began, query["state"], query).kind == "account"


def test_authorising_again_renews_the_access_and_keeps_the_account(
    acting: Acting, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = log_in(acting, kargo, subscribed=False)
    with acting.scope("trouble"):
        before = account_line(account_id).credentials
        WarehouseAccount.objects.update(state="paused", pause_reason="revoked")
    page = connect.begin_reauthorisation(acting, account_id, kind="account", redirect=BACK, subscribed=True)
    query = go(page)
    done = finish_login(acting, query["state"], query)
    assert (done.kind, done.connection_id, list(done.warehouse_ids)) == ("account", account_id, [])
    with acting.scope("look"):
        account, line = WarehouseAccount.objects.get(), account_line(account_id)
    assert (account.state, account.pause_reason, account.settings["subscribed"]) == ("connected", "", True)
    assert line.credentials["access_token"] != before["access_token"]
    assert line.credentials["department"] == before["department"]


def test_an_account_authorised_with_its_own_application_may_get_a_new_secret(acting: Acting, kargo: Partner) -> None:
    own = kargo.form(app_key="own", app_secret="own-secret-1")
    account_id = log_in(acting, kargo, mode="basic", values=own)
    kargo.apps["own"] = "own-secret-2"
    with pytest.raises(Refusal) as by_form:
        connect.replace_secrets(acting, "account", account_id, {"app_secret": "own-secret-2"})
    assert by_form.value.code == "login_needed"
    query = go(
        connect.begin_reauthorisation(
            acting, account_id, kind="account", redirect=BACK, values={"app_secret": "own-secret-2", "pin": "X"}
        )
    )
    assert finish_login(acting, query["state"], query).connection_id == account_id
    with acting.scope("look"):
        line = account_line(account_id)
    assert (line.credentials["app_secret"], line.credentials["pin"]) == ("own-secret-2", PIN)


def test_access_to_an_account_is_renewed_once_for_all_and_saved(
    acting: Acting, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = log_in(acting, kargo)
    with acting.scope("look"):
        line = account_line(account_id)
    kargo.expire()
    results = call_many(line, [Job(number, lambda house: house.verify()) for number in range(8)], width=4)
    assert {result.answer().key for result in results} == {PIN}
    assert kargo.asked["/refresh"] == 1
    with acting.scope("look"):
        fresh = account_line(account_id)
        held = unseal(Credential.objects.get().sealed, acting.merchant_id, "account", account_id)
    assert fresh.credential_version == 2
    assert "app_secret" not in held.values
    assert (held["mode"], held["pin"]) == ("quick", PIN)


def test_an_accounts_access_is_renewed_ahead_of_its_end(
    acting: Acting, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = log_in(acting, kargo)
    with acting.scope("time passes"):
        Credential.objects.update(
            access_expires_at=now() + timedelta(seconds=30), updated_at=now() - timedelta(hours=4)
        )
        line = account_line(account_id)
    assert call(line, lambda house: house.verify()).error is None
    assert kargo.asked["/refresh"] == 1


def test_a_refresh_that_is_refused_pauses_the_account(acting: Acting, kargo: Partner, hub_app: dict[str, str]) -> None:
    account_id = log_in(acting, kargo)
    with acting.scope("look"):
        line = account_line(account_id)
    kargo.expire()
    kargo.refresh.clear()
    assert call(line, lambda house: house.verify()).error is not None
    with acting.scope("look"):
        assert WarehouseAccount.objects.get().state == "paused"


@pytest.mark.parametrize(("apps", "per_day", "key"), [(True, 10, "quick"), (True, 1000, "basic"), (False, 10, "basic")])
def test_the_way_that_suits_the_number_of_orders_and_is_set_up_is_advised(
    kargo: Partner, settings: Any, apps: bool, per_day: float, key: str
) -> None:
    """R23, A2: below 1,000 a day the quick way, from 1,000 on the basic one."""
    from dataclasses import replace

    settings.SALUR = replace(settings.SALUR, partner_apps={"kargo": HUB_APP} if apps else {})
    mode = advised(kargo.plugin, per_day)
    assert mode is not None and mode.key == key
    quick = kargo.plugin.modes[0]
    assert [outgrown(quick, orders) for orders in (999.9, 1000)] == [False, True]


def test_what_the_merchant_did_at_the_login_may_be_corrected(
    acting: Acting, kargo: Partner, hub_app: dict[str, str]
) -> None:
    account_id = log_in(acting, kargo, subscribed=True)
    connect.set_subscribed(acting, "account", account_id, False)
    with acting.scope("look"):
        assert WarehouseAccount.objects.get().settings["subscribed"] is False
