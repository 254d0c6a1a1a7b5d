"""An operator at a browser: what people do on the pages, found by form fields and addresses and not by wording."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.harness.partners import Sandbox

PATIENCE = 180.0
"""Seconds that anything may take before the test gives it up."""
OWN_LABEL = "OWN_LABEL"
ORDERS_REPORT = re.compile(r"/orders/reports/\d+/$")


def until(condition: Callable[[], bool], what: str, *, meanwhile: Callable[[], object] | None = None) -> None:
    """Look again and again; ``meanwhile`` is done between two looks. Fails with ``what`` when patience ends."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, f"it did not come to that: {what}"
        if meanwhile is not None:
            meanwhile()
        time.sleep(0.3)


def make_merchant(name: str, owner: str) -> str:
    """A merchant and its owner, made by the command line as an installation does it; answers the password."""
    command = ["merchant", "create", name, "--owner", owner]
    command += ["--country", "TH", "--zone", "Asia/Bangkok", "--currency", "THB"]
    made = subprocess.run(
        [sys.executable, "-m", "salur", *command], capture_output=True, text=True, check=False, timeout=240
    )
    password = re.search(r"^password (\S+)", made.stdout, re.MULTILINE)
    assert password is not None, made.stdout + made.stderr
    return password[1]


class Operator:
    """The owner of a merchant at work. ``account``, ``warehouse`` and ``store`` are ids read from addresses."""

    def __init__(self, page: Page, url: str, sandbox: Sandbox) -> None:
        self.page, self.url, self.sandbox = page, url, sandbox
        self.account = self.warehouse = self.store = 0
        page.set_default_timeout(60_000)

    # -- moving about ------------------------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        """Open a page; one that fails is a failure here."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def main(self, selector: str) -> Locator:
        """Something in the page's content."""
        return self.page.locator(f"#main {selector}")

    def press(self, name: str, value: str) -> None:
        """Press the button that sends ``name=value``, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.main(f'button[name="{name}"][value="{value}"]').first.click()

    def send(self, form: str = "form.form") -> None:
        """Press the main button of a form, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.main(f"{form} button.button-main").click()

    def fill(self, form: str = "form.form", /, **values: str) -> None:
        """Type into fields by their names; choices are chosen, and of several boxes the one with the value ticked."""
        for name, value in values.items():
            field = self.main(f'{form} [name="{name}"]')
            kind = field.first.evaluate("node => node.type")
            if kind == "checkbox":
                self.main(f'{form} [name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                field.select_option(value)
            else:
                field.fill(value)

    def number_here(self) -> int:
        """The number at the end of this page's address."""
        found = re.search(r"/(\d+)/$", self.page.url.partition("?")[0])
        assert found is not None, self.page.url
        return int(found[1])

    def sign_in(self, login: str, password: str) -> None:
        """By the form, to which any page leads who is not signed in."""
        self.go("/")
        expect(self.page).to_have_url(re.compile("/accounts/login/"))
        self.page.fill('[name="login"]', login)
        self.page.fill('[name="password"]', password)
        with self.page.expect_navigation():
            self.page.press('[name="password"]', "Enter")
        expect(self.page).not_to_have_url(re.compile("/accounts/login/"))

    # -- connecting --------------------------------------------------------------------------------------------------

    def open_form(self, kind: str, name: str) -> None:
        """Integration > Add > the partner's form, by the links."""
        self.go("/integrations/")
        with self.page.expect_navigation():
            self.main('a[href="/integrations/add/"]').first.click()
        with self.page.expect_navigation():
            self.main(f'a[href="/integrations/add/{kind}/{name}/"]').click()

    def send_eccang_form(self, **changes: str) -> None:
        """Fill the warehouse company's form, and send it."""
        known = self.sandbox.look("credentials")["eccang"]
        keys = ("base_url", "app_token", "app_key", "customer_code")
        self.fill(name="ECCANG", **({key: str(known[key]) for key in keys} | changes))
        self.send()

    def connect_eccang(self) -> None:
        """The whole way, to the account's page; its settings then name the method for parcels with own label."""
        self.open_form("warehouse", "eccang")
        self.send_eccang_form()
        self.note_account("TH01")
        self.fill(shipping_method=OWN_LABEL, rate_per_second="200")
        self.press_save()

    def send_form_of(self, partner: str, known: Mapping[str, Any] | None = None, **changes: str) -> None:
        """Fill a partner's form with what the partner gave its customer, and send it."""
        given = (known or self.sandbox.look("credentials")[partner])["form"]
        self.fill(name=partner, **({key: str(value) for key, value in given.items()} | changes))
        self.send()

    def note_account(self, code: str) -> None:
        """On the account's page: its number, and that of the warehouse with this code."""
        self.account = self.number_here()
        link = self.warehouse_row(code).locator('a[href*="/stock/?warehouse="]').get_attribute("href")
        self.warehouse = int(str(link).partition("=")[2])

    def warehouse_row(self, code: str) -> Locator:
        """The row of a warehouse on the account's page."""
        return self.main("tbody tr").filter(has=self.page.locator(".code").get_by_text(code, exact=True))

    def press_save(self) -> None:
        """Send the settings form of a connection."""
        with self.page.expect_navigation():
            self.main('form.form:has(input[name="action"][value="settings"]) button').click()

    def connect_shopee(self) -> None:
        """The form, the store's own login page in the browser, and back on the store's page."""
        known = self.sandbox.look("credentials")["shopee"]
        self.open_form("store", "shopee")
        keys = ("base_url", "partner_id", "partner_key", "push_key")
        self.fill(name="Shop", country="TH", **{key: str(known[key]) for key in keys})
        self.send()
        with self.page.expect_navigation():
            self.main(f'a[href^="{known["base_url"]}"]').click()
        expect(self.page).to_have_url(re.compile(re.escape(known["base_url"])))
        self.page.select_option('select[name="shop_id"]', str(known["shop_id"]))
        with self.page.expect_navigation():
            self.page.get_by_role("button").click()
        expect(self.page).to_have_url(re.compile(r"/integrations/stores/\d+/$"))
        self.store = self.number_here()
        self.fill(rate_per_second="200")
        self.press_save()

    # -- products and stock ------------------------------------------------------------------------------------------

    def make_products(self, skus: Sequence[str]) -> None:
        """The store's listings become master products, which go to the warehouse, until it has accepted them."""
        self.go(f"/products/channel/?store={self.store}")
        self.press("action", "fetch")
        expect(self.main("tbody tr")).to_have_count(len(skus))
        with self.page.expect_navigation():
            self.main(f'a[href="/products/channel/store/{self.store}/make/"]').click()
        expect(self.main("tbody .code")).to_have_text(sorted(skus))  # what it would make, looked over first
        self.press("action", "all")
        self.go("/products/")
        self.main('[data-tick-all="product"]').check()
        self.main('form:has([value="add"]) select[name="warehouse"]').select_option(str(self.warehouse))
        self.press("action", "add")
        pushed = f"/stock/?warehouse={self.warehouse}&push=pushed"
        until(lambda: self.count(pushed) == len(skus), "all products are at the warehouse")

    def add_product(self, msku: str, *, to_warehouse: bool = True) -> int:
        """A master product made by its form, added to the warehouse with it or not; answers its id."""
        self.go("/products/new/")
        form = 'form:has([name="msku"])'
        size = {"weight_g": "300", "length_mm": "100", "width_mm": "80", "height_mm": "90"}
        self.fill(form, msku=msku, name=f"{msku} of the shop", **size)
        if to_warehouse:
            self.fill(form, warehouse=str(self.warehouse))
        self.send(form)
        return self.number_here()

    def count(self, path: str) -> int:
        """How many rows a list shows."""
        self.go(path)
        return self.main("tbody tr").count()

    def receive_stock(self, pieces: dict[str, int]) -> None:
        """Pieces arrive at the warehouse, and the operator synchronises its stock."""
        self.sandbox.control("eccang/stock", {"warehouse": "TH01", "stock": pieces})
        self.sync_stock()

    def sync_stock(self) -> None:
        """Tick all products of the warehouse and synchronise them; the sync's record says that it went well."""
        self.go(f"/stock/?warehouse={self.warehouse}&push=pushed")
        self.main('[data-tick-all="row"]').check()
        with self.page.expect_navigation():
            self.main('form[action="/stock/act/"] .bulk button[value="sync"]').click()
        expect(self.page).to_have_url(re.compile(r"/stock/syncs/\d+/$"))
        expect(self.main(".head .chip-good")).to_have_count(1)

    def stock(self) -> dict[str, tuple[int, int]]:
        """On hand and reserved pieces by MSKU, as the stock list shows them."""
        self.go(f"/stock/?warehouse={self.warehouse}")
        shown = {}
        for row in self.main("tbody tr").all():
            on_hand, reserved = (
                int(row.locator(f'a[href$="figure={name}"]').inner_text()) for name in ("on_hand", "reserved")
            )
            shown[row.locator('a[href^="/products/"]').inner_text()] = (on_hand, reserved)
        return shown

    def add_rule(self, country: str = "TH") -> None:
        """What goes to the country is sent from the warehouse."""
        self.go("/orders/rules/new/")
        self.fill(name=f"To {country}", warehouse=str(self.warehouse), countries=country)
        self.send()
        expect(self.page).to_have_url(f"{self.url}/orders/rules/")

    def open_shop(self, stock: dict[str, int]) -> None:
        """Everything an order needs on its way: warehouse, store, products, stock, rule."""
        self.sandbox.control("shopee/items", {"skus": list(stock)})
        self.connect_eccang()
        self.connect_shopee()
        self.make_products(list(stock))
        self.receive_stock(stock)
        self.add_rule()
        until(lambda: self.count(f"/orders/reports/?store={self.store}&state=done") > 0, "the store's first sync")

    # -- orders ------------------------------------------------------------------------------------------------------

    def sell(self, *lines: tuple[str, int], count: int = 1) -> list[str]:
        """Paid orders at the store, each with these lines of SKU and pieces."""
        items = [{"sku": sku, "quantity": pieces} for sku, pieces in lines]
        wanted = {"count": count, "items": items, "carrier": "SPX Express"}
        return list(self.sandbox.control("shopee/orders", wanted)["order_sns"])

    def open_file_store(self, channel: str, country: str, currency: str) -> None:
        """A store whose orders come by file."""
        self.go(f"/integrations/add/file/{channel}/")
        self.fill(name="Webshop", country=country, currency=currency)
        self.send()
        self.store = self.number_here()

    def import_file(self, rows: Sequence[Mapping[str, str]]) -> str:
        """Upload orders in Salur's own template, one row per order line, and import; answers the run's page."""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        self.go("/orders/import/")
        self.fill(store=str(self.store))
        content = out.getvalue().encode()
        self.main('input[name="file"]').set_input_files(
            {"name": "orders.csv", "mimeType": "text/csv", "buffer": content}
        )
        self.send()
        self.press("action", "import")
        report = ORDERS_REPORT.search(self.page.url)
        assert report is not None, self.page.url
        return report[0]

    def sync_orders(self) -> None:
        """The store's page, and its button."""
        self.go(f"/integrations/stores/{self.store}/")
        self.press("action", "sync")

    def fetch(self, numbers: Sequence[str]) -> None:
        """Synchronise until the order list shows all of these."""
        wanted = set(numbers)
        self.sync_orders()
        until(lambda: wanted <= self.shown("/orders/"), "the orders are in the list")

    def shown(self, path: str) -> set[str]:
        """Order numbers in an order list."""
        self.go(path)
        return set(self.main('tbody th a[href^="/orders/"]').all_inner_texts())

    def open_order(self, number: str) -> None:
        """An order's page, by way of the search."""
        self.go(f"/orders/?q={quote(number)}")
        with self.page.expect_navigation():
            self.main("tbody").get_by_role("link", name=number, exact=True).click()
        expect(self.main("h1")).to_have_text(number)

    def refresh_lists(self) -> None:
        """Ask the warehouse for the status of every list, as the bulk bar offers."""
        self.go("/outbound/?push=pushed")
        if self.main("tbody tr").count():
            self.main('[data-tick-all="outbound"]').check()
            self.press("action", "refresh")

    def see_through(self, numbers: Sequence[str]) -> None:
        """Until the warehouse has completed every list and the store shows every order as shipped."""
        wanted = set(numbers)
        completed = "/outbound/?task=completed&push=pushed"
        until(lambda: self.count(completed) == len(wanted), "all lists completed", meanwhile=self.refresh_lists)
        shipped = "/orders/?status=shipped"
        until(lambda: wanted <= self.shown(shipped), "all orders shipped", meanwhile=self.sync_orders)

    # -- the partners' side ------------------------------------------------------------------------------------------

    def at_shop(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        """The orders as the store has them."""
        found = {order["order_sn"]: order for order in self.sandbox.look("shopee/orders")["orders"]}
        return [found[number] for number in numbers]

    def at_warehouse(self) -> list[dict[str, Any]]:
        """The lists as the warehouse has them."""
        return list(self.sandbox.look("eccang/orders")["orders"])
