"""The sandbox's own pages, used as a person uses them: without JavaScript, by their buttons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from salur.connectors.base.capabilities import FormField
from salur.integrations.registry import STORE, WAREHOUSE, find_plugin
from tests.sandbox.clients import Control, Shop, Warehouse
from tests.sandbox.gearment import Vendor
from tests.sandbox.jd_client import Jd
from tests.sandbox.qimen_client import QimenWarehouse

MUG = "MUG-350-WHT"
NASTY = "<b onmouseover=alert(1)>\"'&"


@pytest.fixture(params=[1366], ids=str)
def screen(request: pytest.FixtureRequest, browser: Browser, control: Control) -> Iterator[Page]:
    """A page in a browser that runs no scripts, of the width asked for."""
    context = browser.new_context(
        base_url=control.url, java_script_enabled=False, viewport={"width": request.param, "height": 900}
    )
    yield context.new_page()
    context.close()


def values(screen: Page, partner: str) -> dict[str, dict[str, str]]:
    """The tables below the partner's heading: title -> label -> value."""
    section = screen.locator("section", has=screen.locator(f"h2#{partner}"))
    return {
        table.locator("caption").inner_text(): {
            row.locator("th").inner_text(): row.locator("code").inner_text() for row in table.locator("tbody tr").all()
        }
        for table in section.locator("table").all()
    }


def labels(*forms: tuple[FormField, ...]) -> dict[str, str]:
    """The label of every field of some forms."""
    return {one.key: one.label for form in forms for one in form}


def row(screen: Page, anchor: str, text: str) -> Any:
    """The row of a section's table in which a text stands."""
    section = screen.locator("section", has=screen.locator(f"h2#{anchor}"))
    return section.locator("tbody tr", has_text=text)


def test_every_value_of_every_partner_stands_there_by_the_name_on_the_hubs_form(control: Control, screen: Page) -> None:
    screen.goto("/")
    for partner, known in control.get("credentials").items():
        plugin = find_plugin(STORE, partner) or find_plugin(WAREHOUSE, partner)
        assert plugin is not None, partner
        shown = values(screen, partner)
        wanted = known.get("form") or {key: known[key] for key in ("base_url", "partner_id", "partner_key", "push_key")}
        first, settings = next(iter(shown.values())), shown.get("Settings", {})
        typed = labels(plugin.settings_form, plugin.form, *(mode.form for mode in plugin.modes))
        chosen = labels(plugin.settings_form)
        for form, named, part in ((first, typed, wanted), (settings, chosen, known.get("settings", {}))):
            for key, value in part.items():
                assert form[named[key]] == str(value), (partner, key)
    quick, known = values(screen, "jd")["Quick authorisation: its form"], control.get("credentials")["jd"]
    assert (quick["PIN"], "App key" in quick, len(quick)) == (known["pin"], False, len(known["quick_form"]))


def test_each_page_says_that_everything_is_simulated_and_asks_for_nothing_from_elsewhere(
    control: Control, screen: Page
) -> None:
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    for path in ("/", *(f"/partners/{name}" for name in control.get("credentials"))):
        screen.goto(path)
        expect(screen.locator("body > p")).to_contain_text("Everything here is simulated.")
        expect(screen.locator("script")).to_have_count(0)
    assert all(url.startswith(control.url) for url in asked)


@pytest.mark.parametrize("screen", [390, 1366], indirect=True, ids=str)
def test_nothing_stands_beyond_the_edge_of_a_small_or_a_large_screen(
    control: Control, screen: Page, request: pytest.FixtureRequest, browser: Browser
) -> None:
    control.post("demo", orders=3, csv_orders=0, shopify_orders=0)
    control.fault("eccang", "createOrder", "latency", seconds=1)
    jd = Jd(control).link()
    control.post("jd/products", skus=["TEA-WITH-A-VERY-LONG-STOCK-KEEPING-UNIT-OF-FIFTY-LETTERS"], quantity=4)
    control.post("jd/products", skus=[MUG], quantity=4)
    jd.push("REFERENCE-1")
    jd.announce("REFERENCE-2")
    assert screen.viewport_size is not None
    width = screen.viewport_size["width"]
    with browser.new_context(base_url=control.url, viewport={"width": width, "height": 900}) as context:
        measured = context.new_page()
        for path in ("/", *(f"/partners/{name}" for name in control.get("credentials"))):
            measured.goto(path)
            assert measured.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_warehouses_order_moves_on_one_step_at_a_time(control: Control, screen: Page, house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1"))
    screen.goto("/partners/qimen")
    for following in ("PRINT", "PICK"):
        row(screen, "orders", "SO-1").get_by_role("button", name=f"Move on: {following}").click()
        expect(screen.get_by_role("status")).to_have_text("The order has moved on.")
        assert house.orders()[0]["status"] == following
    row(screen, "orders", "SO-1").get_by_role("button", name="Ship at once").click()
    assert house.status("SO-1") == "DELIVERED"
    expect(row(screen, "orders", "SO-1").get_by_role("button")).to_have_count(0)


def test_the_same_step_sent_twice_is_taken_once(control: Control, house: QimenWarehouse) -> None:
    house.good("deliveryorder.create", house.delivery("SO-1"))
    number = house.orders()[0]["number"]
    for _press in range(2):
        answer = control.http.post("/partners/qimen/orders", data={"number": number, "status": "PRINT"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/partners/qimen?done=moved#orders")
    assert house.orders()[0]["status"] == "PRINT"


def test_a_jd_order_goes_all_the_way_to_the_buyer_by_its_buttons(control: Control, screen: Page) -> None:
    control.post("jd/products", skus=[MUG], quantity=5)
    Jd(control).link().push("SO-1")
    screen.goto("/partners/jd")
    steps = []
    while (button := row(screen, "orders", "SO-1").get_by_role("button", name="Move on")).count():
        with screen.expect_navigation():  # the page that follows is there, with the next button or with none
            button.click()
        steps.append(control.get("jd/orders")["orders"][0]["status"])
    assert steps[-5:] == ["10019", "10020", "10032", "10033", "10034"]
    assert [steps.count(step) for step in steps] == [1] * len(steps)


def test_gearment_orders_ship_and_its_articles_change_in_words(control: Control, screen: Page) -> None:
    vendor = Vendor(control)
    vendor.order("R1")
    screen.goto("/partners/gearment")
    row(screen, "orders", "R1").get_by_role("button", name="Move on: in production").click()
    row(screen, "orders", "R1").get_by_role("button", name="Ship at once").click()
    assert control.get("gearment/orders")["orders"][0]["status"] == "VENDOR_ORDER_STATUS_SHIPPED"
    screen.get_by_label("SKU", exact=True).fill("NEW-SHIRT")
    screen.get_by_role("button", name="Offer it").click()
    line = row(screen, "stock", "NEW-SHIRT")
    line.get_by_role("combobox").select_option(label="out of stock")
    line.get_by_role("button", name="Set").click()
    labels = {one["sku"]: one["stock_label"] for one in control.get("gearment/products")["products"]}
    assert labels["NEW-SHIRT"].endswith("_OUT_OF_STOCK")


def announced(control: Control, partner: str) -> dict[str, Any]:
    """Ten mugs announced to the partner."""
    control.post(f"{partner}/products", skus=[MUG])
    if partner == "eccang":
        lines = [{"product_sku": MUG, "quantity": 10, "box_no": 1}]
        wish = {"reference_no": "IN-1", "warehouse_code": "TH01", "verify": 1, "items": lines}
        Warehouse(control).good("createAsn", **wish)
    elif partner == "jd":
        Jd(control).link().announce("IN-1")
    else:
        house = QimenWarehouse(control, partner)
        house.good("entryorder.create", house.entry("IN-1", 10, MUG))
    listed: dict[str, Any] = control.get(f"{partner}/inbounds")["inbounds"][0]
    return listed


def sellable(control: Control, partner: str) -> int:
    """Mugs for sale there."""
    return sum(one["sellable"] for one in control.get(f"{partner}/stock")["stock"] if one["sku"] == MUG)


@pytest.mark.parametrize("partner", ["eccang", "qimen", "fastock", "jd"])
def test_announced_goods_are_received_in_part_and_then_wholly(control: Control, screen: Page, partner: str) -> None:
    planned = announced(control, partner)["planned"][MUG]
    screen.goto(f"/partners/{partner}")
    line = row(screen, "inbounds", "IN-1")
    line.get_by_label(f"{MUG}, in all").fill("1")
    line.get_by_role("button", name="Receive this part").click()
    assert control.get(f"{partner}/inbounds")["inbounds"][0]["received"] == {MUG: 1}
    line.get_by_role("button", name="Receive all announced").click()
    assert sellable(control, partner) == planned
    expect(line.get_by_role("button")).to_have_count(0)


def test_less_than_announced_can_end_a_list(control: Control, screen: Page) -> None:
    announced(control, "qimen")
    screen.goto("/partners/qimen")
    line = row(screen, "inbounds", "IN-1")
    line.get_by_label(f"{MUG}, in all").fill("7")
    line.get_by_role("button", name="Receive this and end").click()
    assert sellable(control, "qimen") == 7
    assert control.get("qimen/inbounds")["inbounds"][0]["status"] == "FULFILLED"


@pytest.mark.parametrize("partner", ["eccang", "qimen", "fastock", "jd"])
def test_a_stock_figure_is_changed_where_it_stands_and_made_where_there_is_none(
    control: Control, screen: Page, partner: str
) -> None:
    control.post(f"{partner}/products", skus=[MUG], quantity=10)
    screen.goto(f"/partners/{partner}")
    line = row(screen, "stock", MUG)
    line.get_by_label("For sale").fill("3")
    line.get_by_role("button", name="Set").click()
    assert sellable(control, partner) == 3
    screen.get_by_label("SKU", exact=True).fill("CUP")
    screen.get_by_label("For sale").last.fill("8")
    screen.get_by_role("button", name="Set").last.click()
    expect(row(screen, "stock", "CUP")).to_contain_text("8")


def test_a_fault_is_switched_on_for_some_calls_and_off_again(control: Control, screen: Page) -> None:
    screen.goto("/")
    screen.get_by_role("combobox", name="Partner").select_option("eccang")
    screen.get_by_label("Operation (* is any)").fill("getProductList")
    screen.get_by_label("What happens").select_option("error_before")
    screen.get_by_label("Times (empty: until switched off)").fill("2")
    screen.get_by_role("button", name="Switch on").click()
    (fault,) = control.get("faults")["faults"]
    assert (fault["partner"], fault["operation"], fault["kind"], fault["times"]) == (
        "eccang", "getProductList", "error_before", 2,
    )  # fmt: skip
    expect(row(screen, "faults", "getProductList")).to_contain_text("2 more")
    control.fault("jd", "*", "rate_limit")
    screen.reload()
    row(screen, "faults", "getProductList").get_by_role("button", name="Switch off").click()
    assert [one["partner"] for one in control.get("faults")["faults"]] == ["jd"]
    screen.get_by_role("button", name="Switch all off").click()
    assert control.get("faults")["faults"] == []


def test_everything_is_forgotten_only_with_the_box_ticked(control: Control, screen: Page, warehouse: Warehouse) -> None:
    answer = control.http.post("/reset", data={})
    assert (answer.status_code, sellable(control, "eccang")) == (400, 10)
    assert "tick the box first" in answer.text
    screen.goto("/")
    screen.get_by_label("I am sure").check()
    screen.get_by_role("button", name="Forget everything").click()
    assert control.get("eccang/stock")["stock"] == []


def test_buyers_buy_and_cancel_at_the_store(control: Control, screen: Page, shop: Shop) -> None:
    screen.goto("/partners/shopee")
    screen.get_by_label("How many").fill("2")
    screen.get_by_role("button", name="Buy something").click()
    made = [one["order_sn"] for one in control.get("shopee/orders")["orders"]]
    assert sorted(shop.listed(time_range_field="create_time")) == sorted(made)
    assert len(made) == 2
    row(screen, "orders", made[0]).get_by_role("button", name="Buyer cancels").click()
    assert (control.order(made[0])["status"], control.order(made[1])["status"]) == ("CANCELLED", "READY_TO_SHIP")


@pytest.mark.parametrize("partner", ["shopee", "qimen", "fastock", "jd"])
def test_the_hubs_address_for_messages_is_left_with_the_partner(control: Control, screen: Page, partner: str) -> None:
    screen.goto(f"/partners/{partner}")
    screen.get_by_label("Address").fill("https://hub.example.com/callback/1")
    screen.get_by_role("button", name="Save").click()
    assert control.get("settings")[partner]["callback_url"] == "https://hub.example.com/callback/1"
    expect(screen.get_by_label("Address")).to_have_value("https://hub.example.com/callback/1")


def test_a_document_is_found_among_more_than_are_shown(control: Control, screen: Page) -> None:
    control.post("demo", orders=40, csv_orders=0, shopify_orders=0)
    oldest = control.get("shopee/orders")["orders"][0]["order_sn"]
    screen.goto("/partners/shopee")
    expect(screen.locator("main")).to_contain_text("30 of 40 are shown")
    expect(row(screen, "orders", oldest)).to_have_count(0)
    screen.get_by_label("Reference, number or SKU").fill(oldest.lower())
    screen.get_by_role("button", name="Find").click()
    expect(row(screen, "orders", oldest)).to_have_count(1)


def test_whatever_a_partner_was_told_is_text_and_never_markup(control: Control) -> None:
    control.post("eccang/stock", stock={NASTY: 3})
    control.fault("jd", NASTY, "latency")
    control.post("settings", shopee={"callback_url": NASTY})
    pages = [
        control.http.get("/partners/eccang"),
        control.http.get("/"),
        control.http.get("/partners/shopee"),
        control.http.get("/partners/jd", params={"wanted": NASTY}),
        control.http.post("/partners/eccang/orders", data={"number": NASTY, "status": "W"}),
        control.http.get("/partners/x", params={"done": NASTY}),
    ]
    for answer in pages:
        assert "<b onmouseover" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert all("&lt;b onmouseover=alert(1)&gt;&quot;&#x27;&amp;" in answer.text for answer in pages[:-1])


def test_what_cannot_be_done_is_told_and_changes_nothing(control: Control, warehouse: Warehouse) -> None:
    wishes: list[tuple[str, dict[str, str], int]] = [
        ("/partners/eccang/stock", {"warehouse": "TH01", "sku": MUG, "units": "many"}, 400),
        ("/partners/eccang/stock", {"warehouse": "TH01", "sku": MUG, "units": "-1"}, 400),
        ("/partners/eccang/stock", {"sku": MUG}, 400),
        ("/partners/eccang/orders", {"number": "none", "status": "W"}, 404),
        ("/partners/nobody/orders", {"number": "none", "status": "W"}, 404),
        ("/partners/shopee/new", {"count": "100000"}, 400),
        ("/faults", {"partner": "eccang", "operation": "*", "kind": "fire"}, 400),
    ]
    for path, form, status in wishes:
        answer = control.http.post(path, data=form)
        assert (answer.status_code, "That did not work" in answer.text) == (status, True), (path, form)
    assert (sellable(control, "eccang"), control.get("faults")["faults"]) == (10, [])
    assert control.get("shopee/orders")["orders"] == []
    assert control.http.get("/partners/nobody").status_code == 404
