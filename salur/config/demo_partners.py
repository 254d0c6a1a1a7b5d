"""The demo's second part: every other partner, along its whole path, by the services behind the pages.

The worker does the work as always; here is only what a person would click, and waiting for what comes of it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from django.utils.translation import gettext as _

from salur.catalog.details import save_details
from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.config.demo_guests import ANNOUNCED, PIECES, Guest, guests, order_file
from salur.config.demo_stores import RETURN, authorise_shopee
from salur.flows.arrange import attach_label
from salur.flows.connect import connect_account, finish_login
from salur.flows.follow_up import refresh_now
from salur.flows.imports import start_file_import
from salur.flows.inbound_follow import refresh_inbound_now
from salur.flows.inbound_push import submit_inbound
from salur.flows.products import add_to_warehouse
from salur.flows.verify import verify_stock
from salur.flows.wakeups import bindings_changed
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list
from salur.inbound.models import InboundList
from salur.integrations.acting import Acting
from salur.integrations.connect import connect_file_store
from salur.integrations.login import begin_account_authorisation
from salur.integrations.models import StoreConnection
from salur.outbound.models import Outbound
from salur.routing.editing import move_rule, save_rule
from salur.routing.models import RoutingRule
from salur.sandbox.engine.labels import Label, draw
from salur.stock.models import Balance, Warehouse

if TYPE_CHECKING:
    from salur.config.demo import Sandbox

SECOND_SHOP, SECOND_NAME = 600002, "Baan Suan Shopee export"
STEPS = 5
"""Waits of a tour; each may take its share of the patience, so that one partner cannot use up the others'."""
UNIT_COST = "3.50"
ASK_AGAIN = 2.0
"""Seconds after which a warehouse that has not told of a change is asked once more."""


class Tour:
    """All guests together, so that they are waited for together."""

    def __init__(self, acting: Acting, sandbox: Sandbox, patience: float) -> None:
        self._acting, self._sandbox, self._seconds = acting, sandbox, patience / STEPS
        self.guests: Sequence[Guest] = guests()

    def run(self) -> bool:
        """Connect, push products, announce and receive, ship; whether all of it went well with everybody.

        Who fails falls out, with the reason as its trouble.
        """
        keys: Mapping[str, Any] = self._sandbox.get("/credentials")
        for guest in self.guests:
            self._connect(guest, keys[guest.partner])
        self._give_products()
        self._receive()
        self._sell()
        self._ship()
        return all(not guest.trouble for guest in self.guests)

    def _well(self, *, stock: bool = False) -> list[Guest]:
        return [guest for guest in self.guests if not guest.trouble and (guest.can.keeps_stock or not stock)]

    def _wait(
        self,
        chosen: Sequence[Guest],
        step: str,
        done: Callable[[Guest], bool],
        ask: Callable[[Guest], object] | None = None,
    ) -> None:
        """Until it is done for each of them (asked inside a scope); who takes too long falls out.

        ``ask`` presses the button that asks the warehouse, now and again.
        """
        waiting, asked, until = list(chosen), 0.0, time.monotonic() + self._seconds
        while waiting and time.monotonic() < until:
            with self._acting.scope("demo"):
                if ask and time.monotonic() - asked > ASK_AGAIN:
                    asked = time.monotonic()
                    for guest in waiting:
                        ask(guest)
                waiting = [guest for guest in waiting if not guest.trouble and not done(guest)]
            if waiting:
                time.sleep(0.2)
        for guest in waiting:
            guest.trouble = guest.trouble or _("%(step)s took too long") % {"step": step}

    # -- connecting ------------------------------------------------------------------------------------------------

    def _connect(self, guest: Guest, known: Mapping[str, Any]) -> None:
        form, settings = {key: str(value) for key, value in known["form"].items()}, known["settings"]
        title = guest.can.title
        if "oauth" in guest.can.abilities:
            guest.account_id = self._log_in(guest, title, form, settings)
        else:
            guest.account_id = connect_account(self._acting, guest.partner, title, form, settings).account_id
        with self._acting.scope("demo"):
            guest.warehouse_id = Warehouse.objects.filter(account_id=guest.account_id).order_by("pk")[0].pk

    def _log_in(self, guest: Guest, title: str, form: Mapping[str, str], settings: Mapping[str, Any]) -> int:
        """By the form for the merchant's own application, and at the partner's login as the browser does it."""
        own = next(mode for mode in guest.plugin.modes if not mode.hub_keys)
        page = begin_account_authorisation(
            self._acting,
            guest.partner,
            title,
            form,
            redirect=RETURN,
            mode=own.key,
            settings=settings,
            subscribed=False,
        )
        answer = httpx.post(page, data={"pin": form["pin"]}, timeout=30)
        query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return finish_login(self._acting, query["state"], query).connection_id

    # -- goods -----------------------------------------------------------------------------------------------------

    def _give_products(self) -> None:
        for guest in self._well():
            if not guest.can.keeps_stock:  # it makes what is in its own catalogue
                self._sandbox.post(f"/{guest.partner}/products", {"skus": list(guest.mskus)})
            with self._acting.scope("demo"):
                products = list(MasterProduct.objects.filter(msku__in=guest.mskus).values_list("pk", flat=True))
                add_to_warehouse(products, guest.warehouse_id)
                for row in _products(guest) if guest.details else ():
                    save_details(row, guest.can.product_fields, guest.details)
        self._wait(self._well(), _("Pushing its products"), _has_products)

    def _receive(self) -> None:
        for guest in self._well(stock=True):
            with self._acting.scope("demo"):
                lines = [WantedLine(msku, ANNOUNCED, UNIT_COST) for msku in guest.mskus]
                made = create_inbound_list(guest.warehouse_id, lines)
                submit_inbound(made.pk)
            guest.inbound_id, guest.inbound_reference = made.pk, made.reference
        self._wait(self._well(stock=True), _("Announcing goods"), _has_announcement)
        for guest in self._well(stock=True):
            wanted = {"status": guest.received, "quantities": dict.fromkeys(guest.mskus, ANNOUNCED)}
            self._sandbox.post(f"/{guest.partner}/inbounds/{guest.inbound_reference}/status", wanted)
        self._wait(
            self._well(stock=True),
            _("Receiving goods"),
            lambda guest: InboundList.objects.get(pk=guest.inbound_id).task == "completed",
            ask=lambda guest: refresh_inbound_now([guest.inbound_id]),
        )

    # -- orders ----------------------------------------------------------------------------------------------------

    def _sell(self) -> None:
        """Orders come by file, of a store whose channel suits the partner; a person attaches the labels (A15)."""
        with_label = [guest for guest in self._well() if guest.can.needs_label]
        others = [guest for guest in self._well() if not guest.can.needs_label]
        self._import(self._shopee(), with_label)
        self._import(connect_file_store(self._acting, "ebay", "Baan Suan eBay", "TH", "THB"), others)
        self._wait(self._well(), _("Planning its order"), _has_list)
        for guest in self._well():
            if guest.can.needs_awb or guest.can.needs_label:
                with self._acting.scope("demo"):
                    attach_label(guest.outbound_id, guest.awb, _label(guest))
        self._wait(self._well(), _("Pushing its order"), _has_order)

    def _shopee(self) -> int:
        """A second shop: only a channel that hands out labels may send to a warehouse that needs them (R91).

        The shop does not know the orders of the file, so nothing is arranged or confirmed there.
        """
        shop = self._sandbox.post("/shopee/shops", {"shop_id": SECOND_SHOP, "name": SECOND_NAME})
        keys = self._sandbox.get("/credentials")["shopee"]
        store = authorise_shopee(self._acting, keys, SECOND_NAME, shop["shop_id"])
        with self._acting.scope("demo"):
            off = {"automatic_sync": False, "auto_arrange": False, "auto_confirm": False, "sync_tracking": False}
            StoreConnection.objects.filter(pk=store).update(**off)
        return store

    def _import(self, store: int, chosen: Sequence[Guest]) -> None:
        if not chosen:
            return
        with self._acting.scope("demo"):
            for guest in chosen:
                _send_orders(store, guest)
            bindings_changed()
            start_file_import(store, f"orders-{store}.csv", io.BytesIO(order_file(chosen)), trigger="command")

    def _ship(self) -> None:
        for guest in self._well():
            path = f"/{guest.partner}/orders/{guest.outbound_reference}/status"
            self._sandbox.post(path, {"status": guest.shipped})
        self._wait(
            self._well(),
            _("Shipping its order"),
            lambda guest: _outbound(guest).task == "completed",
            ask=lambda guest: refresh_now([guest.outbound_id]),
        )

    # -- what is told ----------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """One line per partner, and whether the books agree."""
        with self._acting.scope("demo"):
            told = [f"  {guest.can.title:<24} {guest.trouble or _came_to(guest)}" for guest in self.guests]
            wrong = verify_stock()
        return [*told, _("Ledger checked against balances: %(count)s differences") % {"count": len(wrong)}]


def _send_orders(store_id: int, guest: Guest) -> None:
    """A rule of its own, tried before all others: the demo's own warehouse is in one of these countries too."""
    name = f"{guest.can.title}: {guest.buyer['country']}"
    rule = RoutingRule(
        name=name, warehouse_id=guest.warehouse_id, store_ids=[store_id], countries=[guest.buyer["country"]]
    )
    save_rule(rule)
    while move_rule(rule.pk, up=True):
        pass


def _products(guest: Guest) -> list[WarehouseProduct]:
    return list(WarehouseProduct.objects.filter(warehouse_id=guest.warehouse_id))


def _has_products(guest: Guest) -> bool:
    rows = _products(guest)
    guest.trouble = next((row.error_message for row in rows if row.push == "rejected"), "")
    return all(row.push == "pushed" for row in rows)


def _has_announcement(guest: Guest) -> bool:
    row = InboundList.objects.get(pk=guest.inbound_id)
    guest.trouble = row.push_error_message if row.push == "rejected" else ""
    return row.push == "pushed"


def _has_list(guest: Guest) -> bool:
    row = Outbound.objects.filter(order__external_id=guest.order_number).first()
    if row is not None:
        guest.outbound_id, guest.outbound_reference = row.pk, row.reference
    return row is not None


def _has_order(guest: Guest) -> bool:
    row = _outbound(guest)
    guest.trouble = row.push_error_message if row.push == "rejected" else ""
    return row.push == "pushed"


def _outbound(guest: Guest) -> Outbound:
    return Outbound.objects.get(pk=guest.outbound_id)


def _label(guest: Guest) -> bytes:
    buyer = guest.buyer
    place = (buyer["address1"], buyer["city"], f"{buyer['province']} {buyer['postal_code']}", buyer["country"])
    items = ((guest.mskus[0], PIECES),)
    name, phone = buyer["recipient_name"], buyer["recipient_phone"]
    return draw([Label(guest.awb, "Courier", guest.order_number, name, phone, place, "Baan Suan Trading", items)])


def _came_to(guest: Guest) -> str:
    """What the hub has in its own books of the whole path."""
    row = _outbound(guest)
    facts = {
        "products": len(_products(guest)),
        "order": guest.order_number,
        "number": row.partner_number,
        "awb": row.awb or "-",
    }
    if not guest.inbound_id:
        return _("%(products)s products; order %(order)s shipped as %(number)s; keeps no stock") % facts
    balances = Balance.objects.filter(warehouse_id=guest.warehouse_id)
    facts["on_hand"] = sum(balances.values_list("on_hand", flat=True))
    facts["received"] = len(guest.mskus) * ANNOUNCED
    return (
        _(
            "%(products)s products; %(received)s pieces received; order %(order)s shipped as %(number)s, AWB %(awb)s; "
            "%(on_hand)s pieces left"
        )
        % facts
    )
