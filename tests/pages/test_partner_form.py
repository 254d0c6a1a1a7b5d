"""The form made of what a connector declares, in a real browser: limits, several values, errors, screens (R10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.harness.kargo import Partner
from tests.harness.web import LiveWeb

from .shop import Shop, open_shop
from .test_in_browser import CONTRAST, OVERFLOW, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

KARGO = "/integrations/add/warehouse/kargo/"
PATTERNS = """
() => [...document.querySelectorAll("input[pattern]")].map((field) => {
  new RegExp(`^(?:${field.pattern})$`, "v");
  return field.name;
})
"""
PASTE = """
(field, text) => {
  field.focus();
  const data = new DataTransfer();
  data.setData("text", text);
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}
"""


@pytest.fixture
def inside(live_web: LiveWeb, page: Page, kargo: Partner, hub_app: dict[str, str]) -> tuple[Page, str]:
    """An owner at the partner's form."""
    shop: Shop = open_shop()
    sign_in(page, live_web.url, shop)
    page.goto(f"{live_web.url}{KARGO}")
    return page, live_web.url


def valid(page: Page, name: str) -> bool:
    return bool(page.evaluate(f"document.querySelector('[name={name}]').validity.valid"))


def count(page: Page, name: str) -> Locator:
    return page.locator(f'output[data-count-of="id_{name}"]')


def test_the_browser_holds_to_the_limits_that_the_connector_declares(inside: tuple[Page, str]) -> None:
    page, _url = inside
    pin = page.locator("[name=pin]")
    expect(pin).to_have_attribute("maxlength", "20")
    expect(page.locator("[name=pin][required]")).to_have_count(1)
    pin.fill("ABCDE")
    expect(count(page, "pin")).to_have_text("Characters left: 15")
    pin.fill("")
    expect(count(page, "pin")).to_be_hidden()
    for typed, good in (("EBU12", True), (" EBU12 ", True), ("12", False), ("EBU1x", False)):
        page.locator("[name=department]").fill(typed)
        assert valid(page, "department") is good, typed


def test_leaving_a_field_moves_nothing_under_the_mouse(inside: tuple[Page, str]) -> None:
    """Else the button has moved between pressing and letting go, and nothing happens."""
    page, url = inside
    page.goto(f"{url}/integrations/add/warehouse/eccang/")
    button = page.get_by_role("button", name="Authorise", exact=True)
    page.locator("[name=customer_code]").fill("C1")
    expect(count(page, "customer_code")).to_be_visible()
    before = button.bounding_box()
    page.locator("[name=customer_code]").blur()
    expect(count(page, "customer_code")).to_be_hidden()
    assert button.bounding_box() == before


def test_several_values_are_counted_as_they_will_be_understood(inside: tuple[Page, str]) -> None:
    page, _url = inside
    numbers = page.locator("[name=warehouses]")
    for typed, told in (
        ("1101", "Understood as 1: 1101"),
        ("1101， 1102、1103،1101,", "Understood as 3: 1101 · 1102 · 1103"),
        (" , ", "Understood as 0: "),
    ):
        numbers.fill(typed)
        expect(count(page, "warehouses")).to_have_text(told.strip())
    for typed, good in (("1101，1102 , 1103,", True), ("1101,ABC", False), ("1101 1102", False)):
        numbers.fill(typed)
        assert valid(page, "warehouses") is good, typed


def test_patterns_of_all_partners_are_understood_by_browsers(inside: tuple[Page, str]) -> None:
    """One that is not would be passed over in silence."""
    page, url = inside
    assert "department" in page.evaluate(PATTERNS)
    page.goto(f"{url}/integrations/add/")
    addresses = page.eval_on_selector_all("a.button-main[href*='/add/']", "links => links.map((one) => one.href)")
    assert len(addresses) >= 3
    for address in addresses:
        page.goto(address)
        page.evaluate(PATTERNS)


def test_what_is_pasted_is_never_cut_in_silence(inside: tuple[Page, str]) -> None:
    page, _url = inside
    pin = page.locator("[name=pin]")
    pin.evaluate(PASTE, "  PIN-77\n")
    expect(pin).to_have_value("PIN-77")
    pin.fill("")
    pin.evaluate(PASTE, "X" * 21)
    expect(pin).to_have_value("")
    expect(count(page, "pin")).to_contain_text("it has 21 characters, at most 20 fit")


def test_an_empty_form_does_not_leave_the_browser(inside: tuple[Page, str], kargo: Partner) -> None:
    page, url = inside
    page.get_by_role("button", name="Continue to the login page").click()
    expect(page).to_have_url(f"{url}{KARGO}")
    expect(page.locator("[name=name]:invalid")).to_have_count(1)
    assert not kargo.asked


def test_errors_of_the_server_stand_by_their_fields_and_are_read_out(inside: tuple[Page, str]) -> None:
    page, _url = inside
    page.get_by_label("Name here").fill("Jakarta")
    page.locator("form.form").evaluate("form => { form.noValidate = true }")
    page.locator("[name=warehouses]").fill("1101,ABC")
    page.get_by_role("button", name="Continue to the login page").click()
    page.locator(".errors").first.wait_for()
    told = page.locator("#id_warehouses_error")
    expect(told).to_contain_text("“ABC”")
    described = page.locator("[name=warehouses]").get_attribute("aria-describedby") or ""
    assert "id_warehouses_error" in described and "id_warehouses_helptext" in described
    expect(page.locator("[name=warehouses]")).to_have_attribute("aria-invalid", "true")
    expect(count(page, "warehouses")).to_have_text("Understood as 2: 1101 · ABC")
    expect(page.get_by_label("Name here")).to_have_value("Jakarta")


def test_the_way_is_chosen_and_its_form_follows(inside: tuple[Page, str]) -> None:
    page, _url = inside
    expect(page.locator("[name=app_secret]")).to_have_count(0)
    page.get_by_role("link", name=re.compile("Choose.*Basic authorisation")).click()
    page.wait_for_url(re.compile("mode=basic"))
    expect(page.locator("[name=app_secret]")).to_have_attribute("type", "password")


@pytest.mark.parametrize("width", [360, 1366])
def test_the_form_fits_the_screen_and_is_legible(inside: tuple[Page, str], width: int) -> None:
    page, url = inside
    page.set_viewport_size({"width": width, "height": 900})
    for address in ("/integrations/add/", KARGO, "/integrations/add/warehouse/eccang/"):
        page.goto(f"{url}{address}")
        assert page.evaluate(OVERFLOW) <= 0, address
        assert page.evaluate(CONTRAST) == [], address
