"""Warehouses added to an account by their numbers (R16, R28): the partner must know them before they are saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salur.flows.connect import connect_account, fetch_warehouses
from salur.flows.places import add_place, places_of
from salur.foundation.problems import Refusal
from salur.integrations.connect import Acting, FormInvalid
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Warehouse
from tests.harness.kargo import Partner

from .conftest import Desk
from .test_login_account import log_in

NEW = {"department": "EBU2", "warehouses": "2201"}


@pytest.fixture
def account_id(acting: Acting, kargo: Partner, hub_app: dict[str, str]) -> int:
    """A connected account with one warehouse; the partner knows of another."""
    kargo.houses["EBU2", "2201"] = True
    return log_in(acting, kargo)


def codes(acting: Acting) -> list[str]:
    with acting.scope("look"):
        return list(Warehouse.objects.order_by("code").values_list("code", flat=True))


def held(acting: Acting) -> list[dict[str, str]]:
    with acting.scope("look"):
        return places_of(WarehouseAccount.objects.get().settings)


def test_a_place_that_the_partner_names_becomes_a_warehouse_and_stays(acting: Acting, account_id: int) -> None:
    (made,) = add_place(acting, account_id, {"department": " EBU2 ", "warehouses": "2201"})
    assert codes(acting) == ["1101-EBU1", "2201-EBU2"]
    assert held(acting) == [NEW]
    with acting.scope("lose it"):
        Warehouse.objects.get(pk=made).delete()
    assert len(fetch_warehouses(acting, account_id)) == 1, "the place is asked for at every fetch"


def test_adding_it_again_changes_nothing(acting: Acting, account_id: int) -> None:
    add_place(acting, account_id, NEW)
    assert add_place(acting, account_id, NEW) == []
    assert held(acting) == [NEW]


def test_a_number_that_the_partner_refuses_is_told_at_its_field(acting: Acting, account_id: int) -> None:
    with pytest.raises(FormInvalid) as refusal:
        add_place(acting, account_id, {**NEW, "warehouses": "9999"})
    told = refusal.value.checked.errors["warehouses"]
    assert "no such warehouse number" in told.cause
    assert (held(acting), codes(acting)) == ([], ["1101-EBU1"])


def test_a_place_that_may_not_be_used_is_told_apart(acting: Acting, account_id: int) -> None:
    with pytest.raises(FormInvalid) as refusal:
        add_place(acting, account_id, {"department": "EBU1", "warehouses": "1199"})
    assert refusal.value.checked.wrong["warehouses"][0] == "place_unusable"
    assert held(acting) == []


def test_a_place_that_the_partner_passes_over_in_silence_is_unknown(
    acting: Acting, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.harness.kargo import Kargo

    whole = Kargo.list_warehouses
    monkeypatch.setattr(Kargo, "list_warehouses", lambda self: whole(self)[:1])
    with pytest.raises(FormInvalid) as refusal:
        add_place(acting, account_id, NEW)
    assert refusal.value.checked.wrong["warehouses"][0] == "place_unknown"
    assert "2201" in refusal.value.checked.errors["warehouses"].cause


@pytest.mark.parametrize("told", [{}, {"x": "y"}])
def test_names_that_repeat_nothing_of_the_numbers_are_found_by_being_new(
    acting: Acting, account_id: int, monkeypatch: pytest.MonkeyPatch, told: dict[str, str]
) -> None:
    from salur.connectors.base.types import PartnerWarehouse
    from tests.harness.kargo import Kargo

    def listed(self: Kargo) -> list[PartnerWarehouse]:
        return [
            PartnerWarehouse("1101-EBU1", "Old", "ID"),
            PartnerWarehouse("H2", "Second house", "ID", time_zone="Asia/Makassar", details=told),
        ]

    monkeypatch.setattr(Kargo, "list_warehouses", listed)
    add_place(acting, account_id, NEW)
    assert codes(acting) == ["1101-EBU1", "H2"]
    with acting.scope("look"):
        assert Warehouse.objects.get(code="H2").time_zone == "Asia/Makassar"


def test_of_several_numbers_each_must_be_known(
    acting: Acting, account_id: int, kargo: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from salur.integrations import registry
    from tests.harness.kargo import Kargo

    department, number = kargo.plugin.places_form
    several = replace(kargo.plugin, places_form=(department, replace(number, several=True)))
    registry.register(several)

    def listed(self: Kargo) -> list[Any]:
        added = [place for place in places_of(self.known.values) if place["warehouses"]]
        numbers = [one for place in added for one in place["warehouses"].split(",")]
        return [self._house("EBU2", one) for one in numbers if one != "2202"]

    monkeypatch.setattr(Kargo, "list_warehouses", listed)
    kargo.houses["EBU2", "2203"] = True
    with pytest.raises(FormInvalid) as refusal:
        add_place(acting, account_id, {**NEW, "warehouses": "2201,2202"})
    assert "2202" in refusal.value.checked.errors["warehouses"].cause
    add_place(acting, account_id, {**NEW, "warehouses": "2201，2203"})
    assert codes(acting) == ["1101-EBU1", "2201-EBU2", "2203-EBU2"]


def test_the_form_is_checked_before_the_partner_is_asked(acting: Acting, account_id: int, kargo: Partner) -> None:
    before = kargo.asked.total()
    with pytest.raises(FormInvalid) as refusal:
        add_place(acting, account_id, {"department": "EBU2", "warehouses": "12x"})
    assert set(refusal.value.checked.wrong) == {"warehouses"}
    assert kargo.asked.total() == before


def test_access_that_runs_out_in_the_middle_is_renewed_and_the_place_not_forgotten(
    acting: Acting, account_id: int, kargo: Partner
) -> None:
    kargo.expire()
    assert len(add_place(acting, account_id, NEW)) == 1
    assert kargo.asked["/refresh"] == 1


def test_places_added_at_the_same_time_are_all_kept(
    acting: Acting, account_id: int, kargo: Partner, together: Callable[..., list[Any]]
) -> None:
    for number in range(4):
        kargo.houses["EBU2", f"22{number}"] = True
    outcomes = together(lambda n: add_place(acting, account_id, {**NEW, "warehouses": f"22{n}"}), 4)
    assert [len(made) for made in outcomes] == [1] * 4, outcomes
    assert sorted(place["warehouses"] for place in held(acting)) == ["220", "221", "222", "223"]


def test_authorising_again_keeps_the_places(acting: Acting, account_id: int, kargo: Partner) -> None:
    add_place(acting, account_id, NEW)
    assert log_in(acting, kargo) == account_id
    assert held(acting) == [NEW]


def test_a_partner_that_lists_its_warehouses_takes_no_numbers(acting: Acting, desk: Desk) -> None:
    done = connect_account(acting, "eccang", "Thai", desk.eccang_form())
    with pytest.raises(Refusal) as refusal:
        add_place(acting, done.account_id, NEW)
    assert refusal.value.code == "no_places"
