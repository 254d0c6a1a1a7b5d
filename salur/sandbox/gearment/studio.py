"""The simulated vendor's state and everything that changes it."""

import itertools
from datetime import UTC, datetime

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import Bucket
from salur.sandbox.engine.partner import HandOver, State
from salur.sandbox.gearment import codes, webhooks
from salur.sandbox.gearment.catalogue import Catalogue
from salur.sandbox.gearment.limits import Window
from salur.sandbox.gearment.model import Account, Draft, Label, Order, Ticket, Variant, Wanted
from salur.sandbox.gearment.settings import GearmentSettings

DEFAULT_TEAM = "GM88001"
_CANCELLED = f"{codes.ORDER}CANCELLED"
_SHIPPED = f"{codes.ORDER}SHIPPED"
_ON_HOLD = f"{codes.ORDER}ON_HOLD"
#: From these on the goods are made and packed, and a cancellation is refused.
_TOO_LATE = (f"{codes.ORDER}PACKED", _SHIPPED)
_UNDER_WAY = (f"{codes.CANCEL}REQUESTED", f"{codes.CANCEL}PROCESSING")
#: (order status, payment status) that a new order begins with, by the setting ``payment``
_PAYMENTS = {
    "success": (f"{codes.ORDER}AWAITING_FULFILLMENT", f"{codes.PAYMENT}SUCCESS"),
    "pending": (f"{codes.ORDER}AWAITING_PAYMENT", f"{codes.PAYMENT}PENDING"),
    "failed": (f"{codes.ORDER}PAYMENT_FAILED", f"{codes.PAYMENT}FAILED"),
}


class Studio(State):
    """All teams with their drafts and orders. Every method runs to its end without waiting."""

    def __init__(self, core: Core, handed_over: HandOver) -> None:
        self.core = core
        self.catalogue = Catalogue()
        self.accounts: dict[str, Account] = {}
        #: calls by client key
        self.limits: dict[str, tuple[Window, Bucket]] = {}
        self._handed_over = handed_over
        self._numbers = itertools.count(1)
        self.add_account(DEFAULT_TEAM)

    @property
    def settings(self) -> GearmentSettings:
        """The knobs."""
        return self.core.settings.part("gearment", GearmentSettings)

    def add_account(self, team_id: str) -> Account:
        """Open a team with one store; one of the same id is replaced."""
        secrets = {name: token(self.core.seed, f"gearment {name}", team_id) for name in ("key", "secret", "signature")}
        store_id = f"GMS{int(token(self.core.seed, 'gearment store', team_id)[:8], 16):010d}"
        account = Account(team_id, secrets["key"], secrets["secret"], secrets["signature"], {store_id: "First store"})
        self.accounts[team_id] = account
        return account

    def account_for(self, client_key: str, client_secret: str) -> Account | None:
        """The team that this pair opens."""
        for account in self.accounts.values():
            if (account.client_key, account.client_secret) == (client_key, client_secret):
                return account
        return None

    def number(self) -> int:
        """The next number of whatever."""
        return next(self._numbers)

    def set_stock_label(self, variant: Variant, label: str) -> None:
        """Say whether a variant can be made; the catalogue is the same for all teams."""
        before, variant.stock_label = variant.stock_label, label
        if label == f"{codes.STOCK}OUT_OF_STOCK" and before != label:
            for account in self.accounts.values():
                webhooks.out_of_stock(self, account, variant)

    # --- drafts --------------------------------------------------------------------------------------------------

    def create(self, account: Account, wanted: Wanted, label: Label) -> Draft:
        """Take a draft in. The address is looked up, and unless told otherwise it is approved, at once."""
        now = self.core.clock.seconds()
        # The seller's own label needs no address to be looked up.
        good = bool(wanted.label_urls) or self.settings.address_check == "verified"
        verified = f"{codes.ADDRESS}ADDRESS_{'VERIFIED' if good else 'UNVERIFIED'}"
        status = f"{codes.DRAFT}DRAFT"
        draft = Draft(self._document("D"), wanted, label, status, verified, now, history=[(now, status)])
        account.drafts[draft.draft_id] = draft
        if wanted.reference:
            account.by_reference.setdefault(wanted.reference, []).append(draft.draft_id)
        if wanted.auto_approve and self.may_approve(draft):
            self.approve(account, draft)
        if wanted.address:
            webhooks.address_checked(self, account, draft)
        return draft

    def _document(self, kind: str) -> str:
        day = datetime.fromtimestamp(self.core.clock.now(), UTC).strftime("%y%m%d")
        return f"{day}{kind}-GM{self.number():07d}"

    def may_approve(self, draft: Draft) -> bool:
        """Whether the address is good enough."""
        return draft.address_status == f"{codes.ADDRESS}ADDRESS_VERIFIED" or draft.wanted.agree_at_risk

    def set_draft_status(self, draft: Draft, status: str) -> None:
        """Move a draft."""
        draft.status = status
        draft.history.append((self.core.clock.seconds(), status))

    def approve(self, account: Account, draft: Draft) -> None:
        """It is to be charged and to become an order, at once or after the setting's seconds."""
        draft.approved = self.core.clock.seconds()
        waiting = f"{codes.DRAFT}AWAITING_CHECKOUT"
        self.set_draft_status(draft, waiting)
        if not self.settings.checkout_seconds:
            self._check_out(account, draft)
            return

        def check_out() -> None:
            if draft.status == waiting:
                self._check_out(account, draft)

        self.core.timers.at(self.core.clock.now() + self.settings.checkout_seconds, check_out)

    def _check_out(self, account: Account, draft: Draft) -> None:
        now = self.core.clock.seconds()
        status, payment = _PAYMENTS[self.settings.payment]
        order = Order(self._document(""), draft, status, payment, now, now, history=[(now, status)])
        order.paid = now if payment.endswith("SUCCESS") else 0
        account.orders[order.order_id] = order
        draft.order_id = order.order_id
        self.set_draft_status(draft, f"{codes.DRAFT}CHECKED_OUT")
        self._follow(account, order)

    # --- orders --------------------------------------------------------------------------------------------------

    def set_status(self, account: Account, order: Order, status: str, tracking: str = "") -> None:
        """Move an order; the news goes out. ``tracking`` replaces the number that shipping would give it."""
        before, now = order.status, self.core.clock.seconds()
        order.status, order.changed = status, now
        order.history.append((now, status))
        if tracking:
            order.tracking, order.tracked = tracking, now
        if status in codes.CHAIN and not order.paid:
            order.paid, order.payment = now, f"{codes.PAYMENT}SUCCESS"
        if status == before:
            return
        if status == _SHIPPED:
            self._ship(account, order, now)
        elif status == _CANCELLED:
            self._cancel(account, order)
        elif status == _ON_HOLD:
            webhooks.order_on_hold(self, account, order)
        self._follow(account, order)

    def _ship(self, account: Account, order: Order, now: int) -> None:
        order.shipped = now
        if not order.tracking:
            order.tracking = order.draft.label.tracking or f"94001{self.number():017d}"
            order.tracked = now
        self._handed_over(order.tracking)
        webhooks.order_shipped(self, account, order)

    def _cancel(self, account: Account, order: Order) -> None:
        order.cancel_status = f"{codes.CANCEL}CANCELED"
        if order.paid:
            order.refund_status, order.refunded = f"{codes.REFUND}REFUNDED", True
        webhooks.order_cancelled(self, account, order)

    def follow_all(self) -> None:
        """The settings changed: set the timers of all orders that may ship by themselves."""
        for account in self.accounts.values():
            for order in account.orders.values():
                self._follow(account, order)

    def _follow(self, account: Account, order: Order) -> None:
        after = self.settings.ship_after
        if after is None or not self._goes_on(order):
            return

        def ship() -> None:
            if not self._goes_on(order):
                return
            for status in codes.CHAIN[codes.CHAIN.index(order.status) + 1 :]:
                self.set_status(account, order, status)

        self.core.timers.at(self.core.clock.now() + after, ship)

    def _goes_on(self, order: Order) -> bool:
        return order.status in codes.CHAIN[:-1] and order.cancel_status not in _UNDER_WAY

    # --- support -------------------------------------------------------------------------------------------------

    def open_ticket(self, account: Account, order: Order, ticket: Ticket) -> None:
        """Take a support request; one about a cancellation is worked on."""
        account.tickets.append(ticket)
        if ticket.category != codes.CANCEL_BY_BUYER:
            return
        if order.status == _CANCELLED:
            ticket.status = "STATUS_COMPLETED"
        elif order.status in _TOO_LATE:
            self._decide(account, order, ticket, "REJECTED")
        elif order.cancel_status not in _UNDER_WAY:
            self._ask_to_cancel(account, order, ticket)

    def _ask_to_cancel(self, account: Account, order: Order, ticket: Ticket) -> None:
        order.cancel_reason = ticket.detail
        self._set_cancel_status(order, "REQUESTED")

        def look_at_it() -> None:
            if order.cancel_status == f"{codes.CANCEL}REQUESTED":
                self._set_cancel_status(order, "PROCESSING")
                ticket.status = "STATUS_PROCESSING"

        def decide() -> None:
            if order.cancel_status in _UNDER_WAY:
                late = order.status in _TOO_LATE
                self._decide(account, order, ticket, "REJECTED" if late else self.settings.cancel_result.upper())

        now, seconds = self.core.clock.now(), self.settings.cancel_seconds
        self.core.timers.at(now + seconds / 2, look_at_it)
        self.core.timers.at(now + seconds, decide)

    def _decide(self, account: Account, order: Order, ticket: Ticket, result: str) -> None:
        self._set_cancel_status(order, result)
        if result == "CANCELED":
            ticket.status = "STATUS_COMPLETED"
            self.set_status(account, order, _CANCELLED)
        else:
            ticket.status = "STATUS_REJECTED"
            self._follow(account, order)

    def _set_cancel_status(self, order: Order, name: str) -> None:
        order.cancel_status = f"{codes.CANCEL}{name}"
        order.changed = self.core.clock.seconds()
