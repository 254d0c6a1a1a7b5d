"""Connecting a store through the partner's login: verified, claimed for one merchant, saved whole (R8 to R15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.utils import translation

from salur.connectors.base.errors import AuthRejected
from salur.foundation.clock import now
from salur.integrations import connect, login
from salur.integrations.calling import call, record, store_line
from salur.integrations.claims import IdentityTaken
from salur.integrations.connect import Acting, FormInvalid, PartnerRefused
from salur.integrations.connections import NotConnected
from salur.integrations.lines import connector_of
from salur.integrations.models import Credential, ExchangeRecord, IdentityClaim, StoreConnection
from salur.tenancy.models import AuditEntry
from tests.harness.database import Database

from .conftest import BACK, Desk

TABLES = ("storeconnection", "credential", "identityclaim", "ratebudget", "exchangerecord")
NewActing = Callable[[str], Acting]


def rows(db: Database) -> dict[str, int]:
    return {table: int(db.rows(f"SELECT count(*) FROM integrations_{table}")[0][0]) for table in TABLES}


def test_after_the_login_the_store_is_connected_and_can_be_called(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting, "Baan Suan")
    with acting.scope("look"):
        store = StoreConnection.objects.get(pk=store_id)
        assert (store.channel, store.name, store.country, store.currency) == ("shopee", "Baan Suan", "TH", "THB")
        assert (store.state, store.auto_arrange, store.auto_confirm) == ("connected", True, True)
        assert store.next_poll_at is not None
        assert store.next_poll_at <= now()
        assert AuditEntry.objects.filter(action="store.connected", subject=f"store:{store_id}").exists()
        line = store_line(store_id)
    assert call(line, lambda shop: shop.verify()).answer().key == str(desk.known["shopee"]["shop_id"])


def test_no_secret_is_readable_in_the_database(acting: Acting, desk: Desk, db: Database) -> None:
    store_id = desk.connect_shop(acting)
    with acting.scope("look"):
        line = store_line(store_id)
    secrets = [line.credentials[key] for key in ("partner_key", "push_key", "access_token", "refresh_token")]
    for table in (*(f"integrations_{name}" for name in TABLES), "tenancy_auditentry"):
        stored = str(db.rows(f"SELECT to_jsonb(t)::text FROM {table} t"))
        assert not [secret for secret in secrets if secret in stored], table
    assert not [secret for secret in secrets if secret in repr(line)]


def test_wrong_keys_are_refused_in_the_partners_words_and_nothing_is_saved(
    acting: Acting, desk: Desk, db: Database
) -> None:
    page = connect.begin_authorisation(acting, "shopee", "Shop", desk.shopee_form(), redirect=BACK)
    query = desk.log_in(page)
    desk.sandbox.control("shopee/app", {"partner_key": "another key than the form's"})
    with pytest.raises(PartnerRefused) as refusal:
        connect.finish_authorisation(acting, query["state"], query)

    text = refusal.value.text()
    assert isinstance(refusal.value.error, AuthRejected)
    assert refusal.value.error.message
    assert refusal.value.error.message in text.cause
    assert (text.who, refusal.value.code) == ("owner", "auth_rejected")
    assert rows(db) == dict.fromkeys(TABLES, 0)


def test_a_partner_that_cannot_be_reached_leaves_nothing_behind(acting: Acting, desk: Desk, db: Database) -> None:
    page = connect.begin_authorisation(
        acting, "shopee", "Shop", desk.shopee_form(base_url="http://127.0.0.1:9"), redirect=BACK
    )
    state = httpx.URL(httpx.URL(page).params["redirect"]).params["state"]
    with pytest.raises(PartnerRefused) as refusal:
        connect.finish_authorisation(acting, state, {"code": "c", "shop_id": "600001"})
    assert refusal.value.code == "not_verified"
    assert "Shopee" in refusal.value.text().title
    assert rows(db) == dict.fromkeys(TABLES, 0)


def test_a_shop_of_another_merchant_is_refused_without_saying_whose(
    new_acting: NewActing, desk: Desk, db: Database
) -> None:
    desk.connect_shop(new_acting("kebun"))
    before = rows(db)
    with pytest.raises(IdentityTaken) as refusal:
        desk.connect_shop(new_acting("second"))
    assert "kebun" not in str(refusal.value.text())
    assert rows(db) == before


def test_of_two_merchants_at_once_one_gets_the_shop(
    new_acting: NewActing, desk: Desk, db: Database, together: Callable[..., list[Any]]
) -> None:
    everybody = [new_acting(f"m{number}") for number in range(6)]
    pages = [connect.begin_authorisation(one, "shopee", "Shop", desk.shopee_form(), redirect=BACK) for one in everybody]
    queries = [desk.log_in(page) for page in pages]
    outcomes = together(
        lambda number: connect.finish_authorisation(everybody[number], queries[number]["state"], queries[number]), 6
    )
    assert [type(one) for one in outcomes].count(int) == 1, outcomes
    assert sum(isinstance(one, IdentityTaken) for one in outcomes) == 5, outcomes
    assert {name: rows(db)[name] for name in TABLES[:4]} == dict.fromkeys(TABLES[:4], 1)


def test_authorising_the_same_shop_again_renews_its_credentials(acting: Acting, desk: Desk, db: Database) -> None:
    store_id = desk.connect_shop(acting, "Baan Suan")
    with acting.scope("trouble"):
        before = store_line(store_id).credentials
        StoreConnection.objects.filter(pk=store_id).update(state="paused", pause_reason="revoked")

    page = connect.begin_reauthorisation(acting, store_id, redirect=BACK)
    query = desk.log_in(page)
    assert connect.finish_authorisation(acting, query["state"], query) == store_id
    with acting.scope("look"):
        store, line = StoreConnection.objects.get(), store_line(store_id)
    assert (store.name, store.state, store.pause_reason) == ("Baan Suan", "connected", "")
    assert line.credentials["partner_key"] == before["partner_key"]
    assert line.credentials["access_token"] != before["access_token"]
    assert line.credential_version == 2
    assert rows(db)["identityclaim"] == 1


def test_logging_in_with_another_shop_does_not_change_the_store(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting, "Baan Suan")
    with acting.scope("look"):
        before = store_line(store_id).credentials
    desk.sandbox.control("shopee/shops", {"shop_id": 600002, "name": "Other", "region": "TH"})
    page = connect.begin_reauthorisation(acting, store_id, redirect=BACK)
    query = desk.log_in(page, 600002)
    with pytest.raises(connect.OtherIdentity) as refusal:
        connect.finish_authorisation(acting, query["state"], query)
    assert "Baan Suan" in refusal.value.text().cause
    with acting.scope("look"):
        assert store_line(store_id).credentials == before
        assert IdentityClaim.objects.count() == 1


def test_a_name_in_use_is_refused_at_the_end_as_well(acting: Acting, desk: Desk, db: Database) -> None:
    desk.connect_shop(acting, "Baan Suan")
    before = rows(db)
    desk.sandbox.control("shopee/shops", {"shop_id": 600002, "name": "Other", "region": "TH"})
    with pytest.raises(FormInvalid) as refusal:
        desk.connect_shop(acting, "Baan  Suan ", shop_id=600002)
    assert list(refusal.value.checked.errors) == ["name"]
    assert rows(db) == before


def test_only_who_began_may_finish(new_acting: NewActing, desk: Desk, db: Database) -> None:
    began = new_acting("first")
    page = connect.begin_authorisation(began, "shopee", "Shop", desk.shopee_form(), redirect=BACK)
    query = desk.log_in(page)
    colleague = Acting(began.merchant_id, "user:999")
    for stranger in (new_acting("second"), colleague):
        with pytest.raises(connect.AuthorisationStale):
            connect.finish_authorisation(stranger, query["state"], query)
    assert rows(db) == dict.fromkeys(TABLES, 0)
    assert desk.calls("shopee", "auth/token/get") == 0


@pytest.mark.parametrize("spoil", [lambda state: state[:-1], lambda state: "x" + state, lambda _: ""])
def test_an_altered_state_is_refused(acting: Acting, desk: Desk, spoil: Callable[[str], str]) -> None:
    page = connect.begin_authorisation(acting, "shopee", "Shop", desk.shopee_form(), redirect=BACK)
    query = desk.log_in(page)
    with pytest.raises(connect.AuthorisationStale):
        connect.finish_authorisation(acting, spoil(query["state"]), query)


def test_an_old_state_is_refused(acting: Acting, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = connect.begin_authorisation(acting, "shopee", "Shop", desk.shopee_form(), redirect=BACK)
    query = desk.log_in(page)
    monkeypatch.setattr(login, "STATE_SECONDS", -1)
    with pytest.raises(connect.AuthorisationStale):
        connect.finish_authorisation(acting, query["state"], query)


def test_the_state_carries_no_secret_in_clear(acting: Acting, desk: Desk) -> None:
    import base64
    import zlib

    form = desk.shopee_form()
    page = connect.begin_authorisation(acting, "shopee", "Shop", form, redirect=BACK)
    body = desk.log_in(page)["state"].split(":")[0]
    packed = body.lstrip(".")
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    clear = zlib.decompress(raw).decode() if body.startswith(".") else raw.decode()
    assert form["partner_key"] not in clear + page
    assert form["push_key"] not in clear + page


def test_form_errors_name_field_and_rule_in_the_users_language(acting: Acting, desk: Desk) -> None:
    form = desk.shopee_form(partner_id="12x", partner_key="", base_url="https://" + "a" * 300)
    with pytest.raises(FormInvalid) as refusal:
        connect.begin_authorisation(acting, "shopee", "Shop", form, redirect=BACK)
    wrong = refusal.value.checked.wrong
    assert {name: code for name, (code, _) in wrong.items()} == {
        "partner_id": "field_format",
        "partner_key": "field_required",
        "base_url": "field_too_long",
    }
    with translation.override("en"):
        assert "200" in refusal.value.checked.errors["base_url"].cause


def test_a_disconnected_store_keeps_its_history_and_gives_the_shop_free(
    new_acting: NewActing, desk: Desk, db: Database
) -> None:
    first = new_acting("first")
    store_id = desk.connect_shop(first)
    with first.scope("look"):
        line = store_line(store_id)
    result = call(line, lambda shop: shop.verify())
    with first.scope("record"):
        record(line, [result])
    connect.disconnect(first, "store", store_id)
    connect.disconnect(first, "store", store_id)

    with first.scope("look"):
        store = StoreConnection.objects.get(pk=store_id)
        assert (store.state, store.next_poll_at) == ("disconnected", None)
        assert ExchangeRecord.objects.filter(store_id=store_id).count() >= 2
        assert not Credential.objects.exists()
        assert AuditEntry.objects.filter(action="store.disconnected").count() == 1
        with pytest.raises(NotConnected):
            store_line(store_id)
    assert db.rows("SELECT * FROM salur_due_work(now() + interval '1 day')") == []
    assert desk.connect_shop(new_acting("second"))


def test_a_disconnected_store_comes_back_as_the_same_store(acting: Acting, desk: Desk) -> None:
    store_id = desk.connect_shop(acting)
    connect.disconnect(acting, "store", store_id)
    assert desk.connect_shop(acting) == store_id
    with acting.scope("look"):
        assert StoreConnection.objects.get().state == "connected"


@pytest.mark.parametrize("channel", ["manual", "shopify"], ids=["no connector", "with a connector too"])
def test_a_store_may_be_had_by_file_without_access_to_its_channel(acting: Acting, channel: str) -> None:
    store_id = connect.connect_file_store(acting, channel, "Web shop", "th", "thb")
    with acting.scope("look"):
        store = StoreConnection.objects.get(pk=store_id)
        assert (store.country, store.currency, store.automatic_sync) == ("TH", "THB", False)
        assert store.next_poll_at is None
        assert (store.by_file, connector_of(store)) == (True, None)
        with pytest.raises(NotConnected):
            store_line(store_id)


@pytest.mark.parametrize(
    ("channel", "name", "currency", "field"),
    [
        ("shopee", "Shop", "THB", "channel"),
        ("nowhere", "Shop", "THB", "channel"),
        ("shopify", " ", "THB", "name"),
        ("shopify", "Shop", "baht", "currency"),
    ],
)
def test_a_store_by_file_needs_a_channel_a_name_and_a_currency(
    acting: Acting, channel: str, name: str, currency: str, field: str
) -> None:
    with pytest.raises(FormInvalid) as refusal:
        connect.connect_file_store(acting, channel, name, "TH", currency)
    assert list(refusal.value.checked.wrong) == [field]


def test_settings_change_the_rate_and_survive_a_new_login(acting: Acting, desk: Desk, db: Database) -> None:
    store_id = desk.connect_shop(acting)
    connect.change_settings(acting, "store", store_id, {"rate_per_second": "2.5"})
    desk.connect_shop(acting)  # the same shop with its form filled in again
    assert db.rows("SELECT per_second FROM integrations_ratebudget") == [(2.5,)]
    with pytest.raises(FormInvalid):
        connect.change_settings(acting, "store", store_id, {"rate_per_second": "fast"})
