"""Pages in a real browser: signing in, walking through, keyboard, narrow screens, dark, filtering by script.

The fixture ``page`` fails a test whose page breaks a script or the content security policy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.web import LiveWeb

from .addresses import OWNER, PAGES
from .shop import PASSWORD, Shop, open_shop

if TYPE_CHECKING:
    from playwright.sync_api import Page

CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const rgb = (color) => known.get(color) ?? known.set(color, drawn(color)).get(color);
  const drawn = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgb(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, [r, g, b, a]) =>
      [r, g, b].map((v, i) => v * a / 255 + under[i] * (1 - a / 255)), [255, 255, 255]);
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !node.checkVisibility() || node.closest(".unseen, option")) continue;
    const [one, two] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.className} ${walk.currentNode.textContent.trim()}`);
  }
  return poor;
}
"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def inside(live_web: LiveWeb, page: Page) -> tuple[Page, Shop, str]:
    """An owner who has signed in by the form."""
    shop = open_shop(filled=6)
    sign_in(page, live_web.url, shop)
    return page, shop, live_web.url


def sign_in(page: Page, url: str, shop: Shop) -> None:
    page.goto(f"{url}/orders/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("E-mail or user name").fill(shop.people[OWNER].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/orders/")


def test_an_order_is_followed_by_clicking(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, url = inside
    page.goto(url)
    page.get_by_role("link", name="Not enough stock").first.click()
    page.get_by_role("link", name=re.compile("^SN0000")).first.click()
    expect(page.get_by_role("heading", name="Why is it not there?")).to_be_visible()
    page.locator("#main").get_by_role("link", name=re.compile("^M-")).first.click()
    expect(page.get_by_role("heading", name="SKUs that mean it")).to_be_visible()


def test_the_first_tab_skips_to_the_content_and_menus_open_and_close_by_key(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, _url = inside
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    menu = page.locator("details.drop", has_text="Account menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Fulfilment services")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Fulfilment services")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_what_has_the_focus_is_seen(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, _url = inside
    page.keyboard.press("Tab")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline not in ("none", ""), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_filtering_by_script_changes_rows_and_address_and_can_be_taken_back(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, _url = inside
    page.evaluate("window.stayed = true")
    page.get_by_label("Problem").select_option("unmapped_sku")
    page.wait_for_url(re.compile("problem=unmapped_sku"))
    expect(page.locator("tbody tr")).to_have_count(2)
    assert page.evaluate("window.stayed") is True
    page.go_back()
    page.wait_for_url(re.compile("/orders/$"))
    page.locator("tbody tr").nth(5).wait_for()
    expect(page.locator("tbody tr")).to_have_count(6)


def test_ticking_counts_and_the_bulk_bar_acts(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, _url = inside
    page.get_by_label("Choose all on this page").check()
    expect(page.locator("output[data-ticked]")).to_have_text("6")
    page.get_by_role("button", name="Arrange shipment").click()
    expect(page.locator(".notice").first).to_be_visible()


def test_every_page_fits_its_window_and_can_be_read_in_light_and_dark(inside: tuple[Page, Shop, str]) -> None:
    page, shop, url = inside
    for address in PAGES:
        page.goto(url + address.of(shop))
        for width in (360, 1366):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(OVERFLOW) <= 0, (str(address), width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert page.evaluate(CONTRAST) == [], (str(address), scheme)
    page.locator("h1").evaluate("node => { node.style.color = getComputedStyle(document.body).backgroundColor }")
    assert page.evaluate(CONTRAST) != []  # the measure itself sees a text that is hard to read


def test_on_a_narrow_screen_the_menu_opens_over_the_page(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, url = inside
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(url)
    expect(page.get_by_role("link", name="Warehouses")).to_be_hidden()
    page.get_by_role("button", name="Main menu").click()
    page.get_by_role("link", name="Warehouses").click()
    page.wait_for_url(f"{url}/warehouses/")


def test_the_theme_chosen_goes_before_the_systems(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, _url = inside
    page.emulate_media(color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name=re.compile("Change to dark")).click()
    page.wait_for_selector('html[data-theme="dark"]')
    page.wait_for_load_state()  # the styles are there
    dark = page.evaluate(background)
    assert light != dark
    page.get_by_role("button", name=re.compile("Change to light")).click()
    page.wait_for_selector('html[data-theme="light"]')
    page.wait_for_load_state()
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) == light


def test_the_language_is_changed_from_the_menu(inside: tuple[Page, Shop, str]) -> None:
    page, _shop, _url = inside
    page.locator("details.drop", has_text="Bahasa Indonesia").locator("summary").click()
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(page.locator("html")).to_have_attribute("lang", "id")


def test_reading_and_forms_work_without_scripts(live_web: LiveWeb, browser: Browser) -> None:
    shop = open_shop(filled=6)
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        sign_in(page, live_web.url, shop)
        page.get_by_label("Problem").select_option("unmapped_sku")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("tbody tr")).to_have_count(2)
        page.locator("details.drop", has_text="Sign out").locator("summary").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Sign out").click()
        page.goto(f"{live_web.url}/orders/")
        expect(page).to_have_url(re.compile("/accounts/login/"))
    finally:
        context.close()


def test_rules_are_put_in_order_by_dragging(inside: tuple[Page, Shop, str]) -> None:
    from salur.routing.editing import save_rule
    from salur.routing.models import RoutingRule

    page, shop, url = inside
    with shop.world.scope():
        for name in ("Bali", "Rest"):
            save_rule(RoutingRule(name=name, warehouse_id=shop.world.warehouse_id))
    page.goto(f"{url}/orders/rules/")
    rows, grip = page.locator("tr[data-row]"), page.locator("[data-grip]").last.bounding_box()
    before = rows.evaluate_all("rows => rows.map((row) => row.dataset.row)")
    top = rows.first.bounding_box()
    assert grip is not None and top is not None
    page.mouse.move(grip["x"] + 4, grip["y"] + 4)
    page.mouse.down()
    page.mouse.move(top["x"] + 60, top["y"] + 3, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    after = rows.evaluate_all("rows => rows.map((row) => row.dataset.row)")
    assert after == [before[-1], *before[:-1]]
    with shop.world.scope():
        stored = RoutingRule.objects.filter(draft=False).order_by("position").values_list("pk", flat=True)
        assert [str(pk) for pk in stored] == after
