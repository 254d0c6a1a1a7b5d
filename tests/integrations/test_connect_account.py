"""Connecting a warehouse account: entitled, verified, with its warehouses (R2, R9, R11, R33 to R37)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salur.flows.connect import connect_account, fetch_warehouses
from salur.integrations import connect
from salur.integrations.calling import account_line, call
from salur.integrations.claims import IdentityTaken
from salur.integrations.connect import Acting, FormInvalid, PartnerRefused
from salur.integrations.connections import NotConnected
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Warehouse
from salur.tenancy import entitlements
from salur.tenancy.models import Entitlement
from tests.harness.database import Database

from .conftest import Desk

NewActing = Callable[[str], Acting]
TABLES = ("integrations_warehouseaccount", "integrations_credential", "integrations_identityclaim", "stock_warehouse")


def rows(db: Database) -> list[int]:
    return [int(db.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in TABLES]


def test_all_warehouses_of_the_account_are_created_under_the_partners_names(acting: Acting, desk: Desk) -> None:
    done = connect_account(acting, "eccang", "Thai warehouse", desk.eccang_form())
    with acting.scope("look"):
        account = WarehouseAccount.objects.get(pk=done.account_id)
        made = {row.code: row for row in Warehouse.objects.filter(account=account)}
        line = account_line(account.pk)
    told = {entry.code: entry for entry in call(line, lambda house: house.list_warehouses()).answer() if entry.usable}
    assert made.keys() == told.keys()
    assert made
    for code, row in made.items():
        assert (row.name, row.country) == (told[code].name, told[code].country)
        assert desk.known["eccang"]["customer_code"] in row.name
    assert sorted(done.warehouse_ids) == sorted(row.pk for row in made.values())
    assert account.next_follow_up_at is not None


def test_without_the_entitlement_the_partner_is_not_even_asked(acting: Acting, desk: Desk, db: Database) -> None:
    with acting.scope("plan"):
        entitlements.withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    with pytest.raises(entitlements.NotEntitled) as refusal:
        connect_account(acting, "eccang", "Thai", desk.eccang_form())
    assert "Warehouse Management" in refusal.value.text().cause
    assert rows(db) == [0, 0, 0, 0]
    assert desk.sandbox.look("counts")["eccang"] == {}


@pytest.mark.parametrize("field", ["app_token", "app_key"])
def test_wrong_keys_save_nothing(acting: Acting, desk: Desk, db: Database, field: str) -> None:
    with pytest.raises(PartnerRefused) as refusal:
        connect_account(acting, "eccang", "Thai", desk.eccang_form(**{field: "wrong-value"}))
    assert refusal.value.error.message in refusal.value.text().cause
    assert rows(db) == [0, 0, 0, 0]


def test_an_answer_lost_while_listing_warehouses_saves_nothing(acting: Acting, desk: Desk, db: Database) -> None:
    desk.fault("eccang", "getShippingMethod", "error_after")
    with pytest.raises(PartnerRefused):
        connect_account(acting, "eccang", "Thai", desk.eccang_form())
    assert rows(db) == [0, 0, 0, 0]


def test_one_key_set_serves_one_merchant_and_a_merchant_may_have_several(
    new_acting: NewActing, desk: Desk, db: Database
) -> None:
    first = new_acting("first")
    other = desk.sandbox.control("eccang/accounts", {"customer_code": "C2"})
    mine = {key: str(other[key]) for key in ("app_token", "app_key", "customer_code")}
    connect_account(first, "eccang", "One", desk.eccang_form())
    connect_account(first, "eccang", "Two", desk.eccang_form(**mine))
    before = rows(db)
    with pytest.raises(IdentityTaken):
        connect_account(new_acting("second"), "eccang", "Mine", desk.eccang_form())
    assert rows(db) == before
    assert before[0] == 2


def test_of_merchants_at_once_one_gets_the_account(
    new_acting: NewActing, desk: Desk, db: Database, together: Callable[..., list[Any]]
) -> None:
    everybody = [new_acting(f"m{number}") for number in range(6)]
    form = desk.eccang_form()
    outcomes = together(lambda number: connect_account(everybody[number], "eccang", "Thai", form), 6)
    assert sum(isinstance(one, IdentityTaken) for one in outcomes) == 5, outcomes
    assert rows(db)[:3] == [1, 1, 1]


def test_connecting_twice_at_once_makes_one_account(
    acting: Acting, desk: Desk, db: Database, together: Callable[..., list[Any]]
) -> None:
    form = desk.eccang_form()
    outcomes = together(lambda _: connect_account(acting, "eccang", "Thai", form).account_id, 4)
    assert len(set(outcomes)) == 1, outcomes
    assert isinstance(outcomes[0], int)
    assert rows(db)[:3] == [1, 1, 1]
    assert db.rows("SELECT code, count(*) FROM stock_warehouse GROUP BY code HAVING count(*) > 1") == []


def test_fetching_again_creates_only_what_is_new(acting: Acting, desk: Desk) -> None:
    done = connect_account(acting, "eccang", "Thai", desk.eccang_form())
    assert fetch_warehouses(acting, done.account_id) == []
    with acting.scope("lose one"):
        gone = Warehouse.objects.get(pk=done.warehouse_ids[0])
        code = gone.code
        gone.delete()
    (again,) = fetch_warehouses(acting, done.account_id)
    with acting.scope("look"):
        assert Warehouse.objects.get(pk=again).code == code
        assert Warehouse.objects.count() == len(done.warehouse_ids)


def test_another_merchants_account_and_warehouses_are_invisible(new_acting: NewActing, desk: Desk) -> None:
    done = connect_account(new_acting("first"), "eccang", "Thai", desk.eccang_form())
    with new_acting("second").scope("look"):
        assert not WarehouseAccount.objects.exists()
        assert not Warehouse.objects.exists()
        with pytest.raises(NotConnected):
            account_line(done.account_id)


def test_new_keys_of_the_same_account_keep_the_account(acting: Acting, desk: Desk) -> None:
    done = connect_account(acting, "eccang", "Thai", desk.eccang_form())
    with acting.scope("trouble"):
        WarehouseAccount.objects.update(state="paused", pause_reason="revoked")
    connect.replace_secrets(
        acting,
        "account",
        done.account_id,
        {**{key: desk.known["eccang"][key] for key in ("app_token", "app_key")}, "customer_code": "SOMEBODY ELSE"},
    )
    with acting.scope("look"):
        line = account_line(done.account_id)
    assert line.credentials["customer_code"] == desk.known["eccang"]["customer_code"]
    assert line.credential_version == 2


def test_an_unknown_partner_and_an_empty_form_are_told_apart(acting: Acting) -> None:
    with pytest.raises(NotConnected) as missing:
        connect_account(acting, "nowhere", "X", {})
    assert missing.value.code == "connector_missing"
    with pytest.raises(FormInvalid) as empty:
        connect_account(acting, "eccang", "X", {})
    assert set(empty.value.checked.wrong) == {"base_url", "app_token", "app_key", "customer_code"}


def test_settings_that_are_still_to_be_chosen_are_named(acting: Acting, desk: Desk) -> None:
    done = connect_account(acting, "eccang", "Thai", desk.eccang_form())
    with acting.scope("look"):
        lacking = connect.missing_settings(WarehouseAccount.objects.get())
        assert [field.key for field in lacking] == ["shipping_method"]
    connect.change_settings(acting, "account", done.account_id, {"shipping_method": "OWN_LABEL"})
    with acting.scope("look"):
        assert connect.missing_settings(WarehouseAccount.objects.get()) == ()
        assert account_line(done.account_id).credentials["shipping_method"] == "OWN_LABEL"
