"""An order's story: its lists with every gate, and what happened in time order, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from salur.catalog.bindings import Part, parts_of
from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.flows.moving import ENDED, MOVABLE
from salur.integrations.channels import channel
from salur.integrations.lines import connector_of
from salur.integrations.queries import budget_of
from salur.orders.models import Order, OrderLine, OrderProblem
from salur.orders.problems import ProblemCause
from salur.orders.queries import lines_of, open_problems_of
from salur.outbound.gates import ARRANGING_OPENS
from salur.outbound.models import Outbound
from salur.outbound.queries import GatedList, every_list_of, gated_lists
from salur.outbound.race import Race, is_running, races
from salur.outbound.stopping import capabilities_of, cut_off, may_be_stopped
from salur.outbound.why import CLOSED, NOT_ASKED, PASSED, Answer, Condition, conditions_of, explain
from salur.outbound.why_messages import NAMES
from salur.web.words import Explained, problem_words, reason_words

from .remedies import Button, button_for
from .timeline import Event, timeline


@dataclass(frozen=True)
class ShownGate:
    """A gate as the page lists it."""

    name: str
    open: bool
    since: datetime | None = None
    words: Explained | None = None
    asked: bool = True
    remedy: Button | None = None


@dataclass(frozen=True)
class ShownList:
    """An outbound list with its gates in words; settled lists need no gates any more."""

    outbound: Outbound
    gated: GatedList
    gates: list[ShownGate]
    settled: bool
    keeps_stock: bool = True
    may_stop: bool = False
    arranges: bool = False
    takes_awb: bool = False
    label_needed: bool = False
    race: Race | None = None

    @property
    def cut_off(self) -> str:
        """Until when it can be stopped, in words; empty where nobody is asked to."""
        return cut_off(self.outbound).text if self.may_stop else ""

    @property
    def may_push_again(self) -> bool:
        """The warehouse refused it."""
        return self.outbound.push == "rejected"

    @property
    def ended(self) -> bool:
        """Nothing of it is under way any more."""
        return self.outbound.push == "void" or self.outbound.task in ("completed", "cancelled")

    @property
    def may_refresh(self) -> bool:
        """It is at the warehouse and not at its end."""
        return self.outbound.push == "pushed" and self.outbound.task not in ("completed", "cancelled")

    @property
    def may_arrange(self) -> bool:
        """AWB number or label are still missing, the store gives them, and the order has not left."""
        if not self.arranges:
            return False
        gone = self.outbound.order.status in ("shipped", "completed", "cancelled")
        return not self.settled and not gone and self.outbound.shipment != "labelled"

    @property
    def closed(self) -> int:
        """How many gates are closed."""
        return sum(gate.words is not None for gate in self.gates)


@dataclass(frozen=True)
class ShownLine:
    """An order line with what its SKU means."""

    line: OrderLine
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Story:
    """All that the order's page tells."""

    lines: list[ShownLine]
    lists: list[ShownList]
    may_push_again: bool
    may_refresh: bool
    may_arrange: bool
    problems: list[tuple[OrderProblem, Explained]]
    may_stop: bool = False
    may_send_anew: bool = False
    may_move: bool = False
    gates: list[ShownGate] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def read_story(order: Order) -> Story:
    """Everything about one order."""
    outbounds = every_list_of(order)
    lines = lines_of([order.pk]).get(order.pk, [])
    parts = parts_of(order.store_id, (line.sku for line in lines))
    problems = open_problems_of([order.pk]).get(order.pk, [])
    run = races([one for one in outbounds if is_running(one)])
    shown = [shown_list(gated, run.get(gated.outbound.pk)) for gated in gated_lists(outbounds)]
    return Story(
        [ShownLine(line, parts.get(line.sku, ())) for line in lines],
        shown,
        any(one.may_push_again for one in shown),
        any(one.may_refresh for one in shown),
        any(one.may_arrange for one in shown),
        [(p, problem_words(p.cause, p.evidence)) for p in problems],
        any(one.may_stop for one in shown),
        any(p.cause == ProblemCause.INTERCEPTED for p in problems),
        order.status not in ENDED and all(one.push in (*MOVABLE, "void") for one in outbounds),
        [] if any(one.push != "void" for one in outbounds) else shown_gates(explain(order)[0], order.pk, None),
        timeline(order, outbounds),
    )


def shown_list(gated: GatedList, race: Race | None = None) -> ShownList:
    """A list with its gates in words, and its race against the warehouse where one is running."""
    settled = gated.outbound.push in ("pushed", "void")
    can = capabilities_of(gated.outbound)
    own = gated.outbound.account_id is None
    account = gated.outbound.account_id
    answer = conditions_of(gated, budget_of(account_id=account) if account else None)
    gates = [] if settled else shown_gates(answer, gated.outbound.order_id, can)
    plugin = connector_of(gated.outbound.store)
    return ShownList(
        gated.outbound,
        gated,
        gates,
        settled,
        keeps_stock=can is None or can.keeps_stock,
        may_stop=(can is not None or own) and may_be_stopped(gated.outbound),
        arranges=plugin is not None and "arrange" in plugin.capabilities.abilities,
        takes_awb=not settled and (_own_lacks_label(gated) if can is None else _takes_awb(gated, can)),
        label_needed=channel(gated.outbound.store.channel).gives_label if can is None else can.needs_label,
        race=race,
    )


def shown_gates(answer: Answer, order_id: int, can: WarehouseCapabilities | None) -> list[ShownGate]:
    """Every condition in words, each closed one with its button."""
    return [
        ShownGate(
            str(NAMES[one.gate]),
            one.state == PASSED,
            one.since,
            reason_words(one.code, one.evidence) if one.state == CLOSED else None,
            asked=one.state != NOT_ASKED,
            remedy=button_for(one, answer.outbound, order_id) if one.state == CLOSED else None,
        )
        for one in answer.conditions
        if _concerns(one, answer.outbound, can)
    ]


OWN_ASKS_NOTHING_OF = {"channel_supported", "country_served", "products_pushed"}


def _concerns(gate: Condition, outbound: Outbound | None, can: WarehouseCapabilities | None) -> bool:
    """Whether the warehouse asks for it at all: that a label is stored is not told where none is wanted."""
    if gate.state == PASSED and outbound is not None and outbound.account_id is None:
        gives = channel(outbound.store.channel).gives_label
        return gate.gate not in OWN_ASKS_NOTHING_OF and (gives or gate.gate not in ARRANGING_OPENS)
    if can is None or gate.state != PASSED:
        return True
    asked = {"awb_known": can.needs_awb, "label_stored": can.needs_label, "stock_reserved": can.keeps_stock}
    return asked.get(gate.gate, True)


def _takes_awb(gated: GatedList, can: WarehouseCapabilities) -> bool:
    """Whether AWB number (and label) may still be given by hand and would be of use there (A15)."""
    useless = any(gate.code == "channel_gives_no_label" for gate in gated.gates)
    return (can.needs_awb or can.needs_label) and not useless and gated.outbound.push not in ("pushing", "unknown")


def _own_lacks_label(gated: GatedList) -> bool:
    """Whether an own warehouse waits for what its store gives on a parcel; a person may give it as well."""
    own = gated.outbound.account_id is None
    return own and any(gate.gate in ARRANGING_OPENS and not gate.open for gate in gated.gates)
