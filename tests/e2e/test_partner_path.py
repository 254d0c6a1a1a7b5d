"""Three partners along their whole path as an operator walks it, on pages, with a real worker.

JD by its login, with stock; Fastock by typed numbers; Gearment, which makes to order and takes no label.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.flows.pdf import pdf

from .operator import Operator, make_merchant, until

BUDI = {
    "recipient_name": "Budi Santoso",
    "recipient_phone": "+62 812 3456 7890",
    "address1": "Jl. Sudirman 12",
    "district": "Setiabudi",
    "city": "Jakarta Selatan",
    "province": "DKI Jakarta",
    "postal_code": "12920",
    "country": "ID",
    "currency": "IDR",
}
EMILY = {
    "recipient_name": "Emily Carter",
    "recipient_phone": "+1 512 555 0142",
    "address1": "100 Congress Avenue",
    "district": "",
    "city": "Austin",
    "province": "Texas",
    "postal_code": "78701",
    "country": "US",
    "currency": "USD",
}
CUT_OFF_PASSED, HANDED_OVER = "10018", "10019"  # JD: packed; with the courier


def bought(number: str, buyer: dict[str, str], sku: str, pieces: int, status: str = "paid") -> dict[str, str]:
    """A row of the order file. What the store says last is the newest."""
    at = {"paid": "2026-05-01T10:00:00+07:00", "cancelled": "2026-05-01T11:00:00+07:00"}[status]
    order = {"order_id": number, "status": status, "ordered_at": "2026-05-01T09:00:00+07:00", "updated_at": at}
    return {**order, **buyer, "sku": sku, "quantity": str(pieces)}


def text(operator: Operator, selector: str) -> str:
    """The words in all of these, as they are seen."""
    return " ".join(" ".join(operator.main(selector).all_inner_texts()).split())


def chips(operator: Operator, *wanted: str) -> bool:
    """Whether the heading shows all of these states."""
    return set(wanted) <= set(operator.main(".head .chip").all_inner_texts())


def lists(operator: Operator, path: str = "/outbound/") -> dict[str, str]:
    """The addresses of outbound lists by order number."""
    operator.go(path)
    found = operator.main("tbody tr").evaluate_all(
        """rows => rows.map((row) => [row.querySelector('a[href^="/orders/"]').innerText,
             row.querySelector('a[href^="/outbound/"]').pathname])"""
    )
    return dict(found)


def there(operator: Operator, partner: str) -> dict[str, dict[str, Any]]:
    """Outbound lists as the partner has them, by our reference."""
    return {row["reference"]: row for row in operator.sandbox.look(f"{partner}/orders")["orders"]}


def move(operator: Operator, partner: str, reference: str, status: str) -> None:
    operator.sandbox.control(f"{partner}/orders/{reference}/status", {"status": status})


def refreshed(operator: Operator, path: str, *wanted: str) -> None:
    """On a list's page: ask the warehouse until the heading shows these states."""
    operator.go(path)
    until(lambda: chips(operator, *wanted), f"{path} shows {wanted}", meanwhile=lambda: ask(operator))


def ask(operator: Operator) -> None:
    """Refresh status, where it is offered; else only look again."""
    if operator.main('button[name="action"][value="refresh"]').count():
        operator.press("action", "refresh")
    else:
        operator.page.reload()


# -- JD --------------------------------------------------------------------------------------------------------------


def connect_jd(operator: Operator) -> None:
    """The way chosen, the form, JD's own login page with its box, and back; the settings are filled in."""
    known = operator.sandbox.look("credentials")["jd"]
    operator.open_form("warehouse", "jd")
    assert text(operator, ".ways").count("1,000 orders a day") == 2
    recommended = operator.main(".card-chosen:has(.chip-good)")
    expect(recommended).to_have_count(1)
    expect(recommended.locator("h3")).to_have_text("Basic authorisation")
    expect(operator.main('input[name="mode"]')).to_have_attribute("value", "basic")
    expect(operator.main('[name="subscribed"]')).to_be_checked()
    operator.send_form_of("jd")
    with operator.page.expect_navigation():
        operator.main(f'a[href^="{known["login_url"]}"]').click()
    operator.page.fill('[name="pin"]', known["pin"])
    operator.page.check('[name="subscribe"]')
    with operator.page.expect_navigation():
        operator.page.get_by_role("button").click()
    expect(operator.page).to_have_url(re.compile(r"/integrations/accounts/\d+/$"))
    number, department = known["form"]["warehouse_no"], known["form"]["department_no"]
    assert f"{number} - {department} - {known['pin']}" in text(operator, "tbody th")
    (subscribed,) = operator.sandbox.look("jd/subscriptions")["subscriptions"]
    assert subscribed["pin"] == known["pin"]
    code = operator.main("tbody .code").first.inner_text()
    operator.note_account(code)
    expect(operator.main(".notice-warn")).to_have_count(1)  # what is still to be set
    operator.fill(rate_per_second="200", **{key: str(value) for key, value in known["settings"].items()})
    operator.press_save()
    expect(operator.main(".notice-warn")).to_have_count(0)


def receive_at_jd(operator: Operator) -> None:
    """Ten pieces announced on the page; four arrive, then the rest. Stock rises with the completed list (A12)."""
    operator.go("/inbound/new/")
    operator.main("#id_sku_1").fill("TEA")
    operator.main("#id_quantity_1").fill("10")
    operator.press("action", "submit")
    path = f"/inbound/{operator.number_here()}/"
    until(lambda: chips(operator, "Pushed"), "JD has the list; the page shows it by itself")
    (announced,) = operator.sandbox.look("jd/inbounds")["inbounds"]
    assert (announced["planned"], announced["times_created"]) == ({"TEA": 10}, 1)
    for status, pieces, shown, received in (("30", 4, "Being received", "0"), ("70", 10, "Completed", "10")):
        sent = {"status": status, "quantities": {"TEA": pieces}}
        operator.sandbox.control(f"jd/inbounds/{announced['reference']}/status", sent)
        refreshed(operator, path, shown)
        cell = text(operator, 'table.lines td[data-label="Received"]')
        assert re.findall(r"\d+", cell) == [received, *(["4"] if shown != "Completed" else [])], cell
        assert operator.stock() == {"TEA": (int(received), 0)}


def give_awb(operator: Operator, path: str, awb: str, label: bytes = b"") -> None:
    """On the list's page, by hand."""
    operator.go(path)
    operator.main('[name="awb"]').fill(awb)
    if label:
        operator.main('[name="label"]').set_input_files(
            {"name": "label.pdf", "mimeType": "application/pdf", "buffer": label}
        )
    with operator.page.expect_navigation():
        operator.main("form:has([name=awb]) button").click()


def three_orders_reach_jd(operator: Operator) -> dict[str, str]:
    """From a file, held because Etsy gives no AWB number; with numbers given by hand they go. Answers their pages."""
    from salur.outbound.messages import GATE_TEXTS

    operator.open_file_store("etsy", "ID", "IDR")
    rows = [bought(f"E-{n}", BUDI, "TEA", pieces) for n, pieces in ((1, 2), (2, 1), (3, 3))]
    operator.import_file(rows)
    held = "/outbound/?why=channel_gives_no_awb"
    until(lambda: len(lists(operator, held)) == 3, "all three are held")
    pages = lists(operator, held)
    told = GATE_TEXTS["channel_gives_no_awb"]
    operator.go(pages["E-1"])
    assert str(told.title) in text(operator, ".gate-shut") and str(told.cure) in text(operator, ".gate-shut")
    for n, (_number, path) in enumerate(sorted(pages.items()), 1):
        give_awb(operator, path, f"JX 00{n}", pdf() if n == 1 else b"")
    assert str(told.title) not in text(operator, "#main")
    until(lambda: len(lists(operator, "/outbound/?push=pushed")) == 3, "JD has all three")
    assert operator.shown("/orders/?problem=any") == set()
    at_jd = there(operator, "jd")
    assert sorted(row["tracking"] for row in at_jd.values()) == ["JX001", "JX002", "JX003"]
    assert {row["times_created"] for row in at_jd.values()} == {1}
    return pages


def stock_differs(operator: Operator) -> None:
    """Two of the ten are gone; six are under way. The record shows the figures and why."""
    assert operator.stock() == {"TEA": (10, 6)}
    operator.sandbox.control("jd/stock", {"stock": {"TEA": 2}})
    operator.sync_stock()
    row = operator.main("tbody tr").filter(has_text="TEA")
    figures = [row.locator(f'td[data-label="{name}"]').inner_text() for name in ("Before", "After", "Difference")]
    assert [figure.replace("\u2212", "-") for figure in figures] == ["10", "8", "-2"]
    said = " ".join(row.inner_text().split())
    assert "2 to sell and 6 set aside for orders" in said
    assert "Reserved for outbound lists that the warehouse has: 6." in said
    assert operator.stock() == {"TEA": (8, 6)}


def refused_and_settled(operator: Operator, path: str, reference: str) -> None:
    """The order is flagged with what to do; somebody agrees it with JD, and says so on the list's page."""
    from salur.orders.problems import ProblemCause
    from salur.web.words import problem_cure

    flagged = f"/orders/?problem={ProblemCause.CANCEL_REFUSED}"
    until(lambda: operator.shown(flagged) == {"E-3"}, "the order that JD would not stop is flagged")
    number = there(operator, "jd")[reference]["number"]
    operator.open_order("E-3")
    assert problem_cure(ProblemCause.CANCEL_REFUSED) in text(operator, ".notice-bad")
    assert number in text(operator, ".notice-bad")
    operator.go(path)
    assert number in text(operator, "section[aria-labelledby=settle]")
    operator.main('section[aria-labelledby=settle] [name="note"]').fill("Rina at JD: it left at noon")
    operator.press("action", "shipped")
    assert "Rina at JD: it left at noon" in text(operator, "dl.facts")
    assert operator.shown("/orders/?problem=any") == set()


@pytest.mark.usefixtures("worker")
def test_jd_from_its_login_to_a_cancellation_that_came_too_late(operator: Operator) -> None:
    connect_jd(operator)
    operator.add_product("TEA")
    until(lambda: operator.count(f"/stock/?warehouse={operator.warehouse}&push=pushed") == 1, "JD has the product")
    assert "Pushed" in text(operator, "tbody .chip")
    receive_at_jd(operator)
    operator.add_rule("ID")
    pages = three_orders_reach_jd(operator)
    stock_differs(operator)

    reference = {row["items"][0]["quantity"]: name for name, row in there(operator, "jd").items()}
    move(operator, "jd", reference[2], HANDED_OVER)
    refreshed(operator, pages["E-1"], "Completed")
    move(operator, "jd", reference[3], CUT_OFF_PASSED)
    operator.import_file([bought(f"E-{n}", BUDI, "TEA", pieces, "cancelled") for n, pieces in ((2, 1), (3, 3))])
    operator.go(pages["E-2"])
    until(lambda: chips(operator, "Void"), "JD has stopped it", meanwhile=operator.page.reload)
    refused_and_settled(operator, pages["E-3"], reference[3])
    at_jd = there(operator, "jd")
    assert {row["times_created"] for row in at_jd.values()} == {1}
    assert operator.stock() == {"TEA": (3, 0)}


# -- Fastock ---------------------------------------------------------------------------------------------------------


def at_alert(operator: Operator) -> str:
    """What the form says is wrong."""
    return text(operator, "form.form [role=alert], form.form .errors")


def accounts(operator: Operator) -> int:
    operator.go("/integrations/")
    return operator.main('a[href^="/integrations/accounts/"]').count()


def test_fastock_by_typed_numbers_and_for_one_merchant_only(operator: Operator) -> None:
    places = [{"code": f"MY0{n}", "name": f"Kuala Lumpur {n}", "country": "MY"} for n in (1, 2, 3)]
    known = operator.sandbox.control("fastock/accounts", {"customer_code": "FMY-SUAN", "warehouses": places})
    operator.open_form("warehouse", "fastock")
    assert "Fastock has published no description of its interface" in text(operator, ".notices")
    operator.send_form_of("fastock", known, secret_key="surely-not-the-key")
    expect(operator.page).to_have_url(f"{operator.url}/integrations/add/warehouse/fastock/")
    assert "sign" in at_alert(operator).lower()  # Fastock's own words
    assert accounts(operator) == 0

    operator.open_form("warehouse", "fastock")
    operator.send_form_of("fastock", known, warehouse_codes=" MY01\uff0c MY02 ")
    operator.note_account("MY01")
    expect(operator.main("tbody th")).to_have_text(["MY01 + FMY-SUAN", "MY02 + FMY-SUAN"])
    assert "Fastock has published no description of its interface" in text(operator, "section[aria-labelledby=can]")
    operator.fill("form.form:has([name=action][value=place])", **{"place-warehouse_code": "MY03"})
    with operator.page.expect_navigation():
        operator.main("form.form:has([name=action][value=place]) button").click()
    expect(operator.main("tbody th")).to_have_text([f"MY0{n} + FMY-SUAN" for n in (1, 2, 3)])

    operator.page.context.clear_cookies()  # another person at another merchant
    operator.sign_in("nok", make_merchant("Krua Nok", "nok"))
    operator.open_form("warehouse", "fastock")
    operator.send_form_of("fastock", known)
    expect(operator.page).to_have_url(f"{operator.url}/integrations/add/warehouse/fastock/")
    assert "another merchant" in at_alert(operator)
    assert accounts(operator) == 0


# -- Gearment --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("worker")
def test_gearment_wants_a_design_and_ships_an_order_without_label(operator: Operator) -> None:
    blank = operator.sandbox.look("gearment/products")["products"][0]["sku"]
    operator.open_form("warehouse", "gearment")
    operator.send_form_of("gearment")
    operator.note_account(operator.main("tbody .code").first.inner_text())
    product = operator.add_product("SHIRT-CAT")
    failed = f"/stock/?warehouse={operator.warehouse}&push=failed"
    until(lambda: operator.count(failed) == 1, "the product without design is refused")
    assert "design" in text(operator, "tbody tr").lower()
    operator.go(f"/products/{product}/")
    operator.fill('form[action*="/fields/"]', variant_sku=blank, front_url="https://art.example.com/cat.png")
    operator.send('form[action*="/fields/"]')
    pushed = f"/stock/?warehouse={operator.warehouse}&push=pushed"
    until(lambda: operator.count(pushed) == 1, "Gearment makes the product")

    operator.add_rule("US")
    operator.open_file_store("etsy", "US", "USD")
    operator.import_file([bought("ETSY-77", EMILY, "SHIRT-CAT", 2)])
    until(lambda: "ETSY-77" in lists(operator, "/outbound/?push=pushed"), "Gearment has the order")
    (reference, row), *_ = there(operator, "gearment").items()
    assert (row["items"], row["label_pages"], row["times_created"]) == ([{"sku": blank, "quantity": 2}], 0, 1)
    assert row["address"]["city"] == "Austin"
    page = lists(operator, "/outbound/?push=pushed")["ETSY-77"]
    move(operator, "gearment", reference, "VENDOR_ORDER_STATUS_SHIPPED")
    refreshed(operator, page, "Completed")
    operator.open_order("ETSY-77")
    expect(operator.main(".gate-shut")).to_have_count(0)
