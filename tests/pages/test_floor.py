"""Own warehouses on the pages: made by a form, lists scanned and shipped, many shipped by a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from salur.connectors.base.types import OrderStatus
from salur.outbound.models import Outbound, PickList
from salur.stock.models import Warehouse
from salur.tenancy.accounts import add_member
from salur.tenancy.entitlements import grant
from salur.tenancy.models import Entitlement, Role, User
from tests.flows.own import books_agree, own_world, take
from tests.world import World, store_order


@pytest.fixture
def world(db: object) -> World:
    made = own_world(TEA=10, CUP=10)
    with made.scope():
        grant(Entitlement.MASTER_PRODUCTS)
        grant(Entitlement.WAREHOUSE_MANAGEMENT)
    return made


@pytest.fixture
def clerk(world: World) -> Client:
    person = User.objects.create(username="clerk", email="clerk@example.test")
    with world.scope():
        add_member(person, Role.OPERATOR)
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def owner(world: World) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(pk=world.user_id))
    return browser


def shown(browser: Client, address: str, sent: dict[str, object] | None = None) -> str:
    """The page, after a post the one that follows."""
    answer = browser.get(address) if sent is None else browser.post(address, sent, follow=True)
    return str(answer.content.decode())


def test_an_owner_makes_an_own_warehouse_and_a_wrong_field_is_told_there(owner: Client, world: World) -> None:
    wanted = {"name": "Shed", "code": "HOME", "country": "TH", "time_zone": "", "return_address": "1 Road\n Bangkok "}
    answer = owner.post("/warehouses/new/", wanted)
    assert (answer.status_code, "code of another own warehouse" in answer.content.decode()) == (422, True)
    assert owner.post("/warehouses/new/", {**wanted, "code": ""}).status_code == 422
    assert owner.post("/warehouses/new/", {**wanted, "code": "SHED"}).status_code == 302
    with world.scope():
        made = Warehouse.objects.get(code="SHED")
    assert (made.account_id, made.time_zone, made.return_address) == (None, "Asia/Bangkok", "1 Road\nBangkok")
    page = f"/warehouses/{made.pk}/"
    owner.post(page, {"action": "save", **wanted, "code": "SHED", "name": "Big shed"})
    owner.post(page, {"action": "active"})
    with world.scope():
        made.refresh_from_db()
    assert (made.name, made.active) == ("Big shed", False)


def test_a_clerk_makes_no_warehouse(clerk: Client) -> None:
    assert clerk.post("/warehouses/new/", {"name": "x", "code": "x", "country": "TH"}).status_code == 403


def test_from_the_pick_list_to_the_courier_by_pages_alone(clerk: Client, world: World) -> None:
    made = take(world, "A1", ("TEA", 2))
    other = take(world, "A2", "TEA")
    assert "A1" in shown(clerk, "/floor/")
    page = shown(clerk, "/floor/act/", {"action": "pick", "outbound": [made.pk, other.pk]})
    assert "What to fetch" in page
    with world.scope():
        number = PickList.objects.get().pk
    assert clerk.get(f"/floor/?scan=pl{number}")["Location"] == f"/floor/pick-lists/{number}/"
    clerk.post(f"/floor/pick-lists/{number}/")
    assert {world.the_list(name).task for name in ("A1", "A2")} == {"picked"}
    assert clerk.get("/floor/?scan=A1")["Location"] == f"/floor/lists/{made.pk}/"
    wrong = clerk.post(f"/floor/lists/{made.pk}/", {"action": "scan", "code": "HAT"})
    assert (wrong.status_code, 'data-sound="bad"' in wrong.content.decode()) == (422, True)
    for code, sound in (("TEA", "good"), ("tea", "done")):
        answer = clerk.post(
            f"/floor/lists/{made.pk}/", {"action": "scan", "code": code}, headers={"HX-Request": "true"}
        )
        assert (answer.status_code, f'data-sound="{sound}"' in answer.content.decode()) == (200, True)
    assert "AWB number is missing" in shown(clerk, f"/floor/lists/{made.pk}/", {"action": "ship"})
    shown(clerk, f"/floor/lists/{made.pk}/", {"action": "ship", "awb": "TH77", "courier": "Flash"})
    assert (world.the_list("A1").task, world.balance("TEA")) == ("completed", (8, 1))
    books_agree(world)


def test_a_cancelled_order_shows_stop_when_it_is_scanned(clerk: Client, world: World) -> None:
    made = take(world, "A1", "TEA")
    shown(clerk, "/floor/act/", {"action": "pick", "outbound": made.pk})
    world.ingest(store_order("A1", "TEA", status=OrderStatus.CANCELLED, version=5))
    page = clerk.get("/floor/?scan=A1", follow=True).content.decode()
    assert "STOP" in page
    assert 'data-sound="bad"' in page
    with world.scope():
        number = PickList.objects.get().pk
    assert "STOP" in shown(clerk, f"/floor/pick-lists/{number}/")


def test_an_unknown_barcode_is_said_to_be_unknown(clerk: Client) -> None:
    answer = clerk.get("/floor/?scan=NOBODY")
    assert (answer.status_code, "Nothing found" in answer.content.decode()) == (200, True)


def test_a_shortage_leads_to_the_list_that_waits_in_its_place(clerk: Client, world: World) -> None:
    made = take(world, "A1", ("TEA", 10))
    page = f"/floor/lists/{made.pk}/"
    assert "Check the figure" in shown(clerk, page, {"action": "short", "product": world.products["TEA"], "found": "x"})
    shown(clerk, page, {"action": "short", "product": world.products["TEA"], "found": "9"})
    old, new = world.lists("A1")
    assert (old.push, new.push, world.balance("TEA")) == ("void", "waiting", (9, 0))


def by_text(text: str) -> dict[str, object]:
    return {"lines": text}


def by_file(text: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("s.csv", ("reference,awb,courier\n" + text).encode())}


@pytest.mark.parametrize("sent", [by_text, by_file], ids=["typed", "file"])
def test_many_parcels_are_shipped_by_a_table_and_bad_lines_come_back(
    clerk: Client, world: World, sent: Callable[[str], dict[str, object]]
) -> None:
    made = [take(world, f"A{i}", "TEA") for i in range(4)]
    text = f"{made[0].reference},X1,Flash\nA1,X2,Flash\nA2,,Flash\nA3,X1,Flash\nA9,X9,\n{made[0].reference},X8,"
    answer = clerk.post("/floor/ship/", sent(text))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert [f"Line {i}:" in page for i in range(1, 7)] == [False, False, True, True, True, True]
    tasks = [world.the_list(f"A{i}").task for i in range(4)]
    assert tasks == ["completed", "completed", "none", "none"]
    assert clerk.post("/floor/ship/", sent("A2,X3,Flash\nA3,X4,Flash")).status_code == 302
    assert world.balance("TEA") == (6, 0)
    with world.scope():
        assert set(Outbound.objects.values_list("awb", flat=True)) == {"X1", "X2", "X3", "X4"}


def test_the_table_to_fill_in_holds_what_is_packed(clerk: Client, world: World) -> None:
    made, _other = take(world, "5001", "TEA", number="#1001"), take(world, "5002", "TEA", number="#1002")
    shown(clerk, "/floor/act/", {"action": "packed", "outbound": made.pk})
    text = clerk.get("/floor/ship/template.csv").content.decode("utf-8-sig")
    row = f"{made.reference},#1001,,SPX Standard,5001"
    assert text.splitlines() == ["reference,order,awb,courier,order_id", row]
    filled = "order,awb,order_id\n#1001,X1,\n#1001,X2,5002"  # the store's own number is the surer one
    sent = {"file": SimpleUploadedFile("s.csv", filled.encode())}
    assert clerk.post("/floor/ship/", sent).status_code == 302
    assert [world.the_list(number).awb for number in ("5001", "5002")] == ["X1", "X2"]


def test_the_number_people_use_stands_on_the_pages_and_finds_the_list(clerk: Client, world: World) -> None:
    made = take(world, "5001", "TEA", number="#1001")
    assert clerk.get("/floor/?scan=1001").headers["Location"].startswith(f"/floor/lists/{made.pk}/")
    for address in (f"/floor/lists/{made.pk}/", "/floor/"):
        assert "#1001" in shown(clerk, address)
        assert "5001" not in shown(clerk, address)


def test_a_number_that_two_stores_gave_out_names_no_list(clerk: Client, world: World) -> None:
    made = take(world, "5001", "TEA", number="#1001")
    take(world, "#1001", "TEA")
    page = clerk.post("/floor/ship/", by_text("#1001,X1,Flash")).content.decode()
    assert "No list of an own warehouse that is ready" in page
    assert clerk.post("/floor/ship/", by_text(f"{made.reference},X1,Flash")).status_code == 302
