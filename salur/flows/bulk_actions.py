"""What may be done with many orders or lists at once: one row of the table for each action.

A row names the service that does it for one or for many. What it leaves out is told by code, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.foundation.problems import Problem
from salur.orders.desk import add_note, change_tags
from salur.outbound.bulk import BulkOutcome
from salur.outbound.queries import outbounds_named
from salur.outbound.stopping import cut_off, held_evidence
from salur.tenancy.models import Entitlement
from salur.tenancy.tags import TagsRefused

from .arrange import arrange_now
from .follow_up import refreshed_now
from .handover import Choice
from .holds import hold_orders, release_orders
from .intercept import intercept, sent_anew
from .moving import move_orders
from .push_again import push_again
from .store_acts import act_at_store
from .wishes import ship_anyway

ORDERS, LISTS = "order", "outbound"
WAREHOUSES = Entitlement.WAREHOUSE_MANAGEMENT


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row; ``code`` is of the catalogue of problems or of the push conditions."""

    outcome: str
    code: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


DONE = Verdict(BulkOutcome.DONE)


def skipped(code: str, **evidence: Any) -> Verdict:
    """Left out, because the action makes no sense for it."""
    return Verdict(BulkOutcome.SKIPPED, code, evidence)


def failed(code: str, **evidence: Any) -> Verdict:
    """Tried in vain."""
    return Verdict(BulkOutcome.FAILED, code, evidence)


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom, by whom and how an action is carried out."""

    merchant_id: int
    actor: str
    options: Mapping[str, Any]


Act = Callable[[Sequence[int], Asking], Mapping[int, Verdict]]


@dataclass(frozen=True, slots=True)
class BulkAction:
    """One action. ``act`` is called inside a scope with some ids; with ``calls`` outside of any, as it calls partners.

    ``takes`` says what the ids are. ``scope`` is what a token needs. ``asks`` marks what is not easily taken back.
    ``plan`` is what the merchant's plan must include, as for a single order.
    """

    name: str
    takes: str
    title: str | Promise
    act: Act
    scope: str = "outbound:write"
    icon: str = "arrows"
    calls: bool = False
    asks: bool = False
    plan: str = ""


# -- how services tell what they did, as verdicts --------------------------------------------------------------------


def changed(service: Callable[[Sequence[int]], Iterable[int]], otherwise: str = "bulk_not_concerned") -> Act:
    """Of a service that answers the ids it changed."""

    def act(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
        did = set(service(ids))
        return {one: DONE if one in did else skipped(otherwise) for one in ids}

    return act


def _held(held: Mapping[int, str], ids: Sequence[int]) -> dict[int, Verdict]:
    return {one: skipped(held[one]) if one in held else DONE for one in ids}


def _arranged(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    return _held(arrange_now(ids, Choice(str(asking.options.get("handover", "")))).held, ids)


def _stopped(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    held = intercept(ids).held
    told = {row.pk: held_evidence(row, cut_off(row)) for row in outbounds_named(list(held))}
    return {one: skipped(held[one], **told.get(one, {})) if one in held else DONE for one in ids}


def _put_aside(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    options = asking.options
    until = datetime.fromisoformat(str(options["until"])) if options.get("until") else None
    held = hold_orders(ids, str(options.get("reason", "other")), str(options.get("note", "")), until)
    return _held(held.refused, ids)


def _overruled(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    refused = ship_anyway(ids).refused
    return {one: skipped(refused[one][0], **refused[one][1]) if one in refused else DONE for one in ids}


NO_SENSE_TO_MOVE = ("move_ended", "move_pushed", "move_there_already", "cure_gone")


def _moved(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    moved = move_orders(ids, int(asking.options["warehouse"]), held_by=str(asking.options.get("held_by", "")))
    told = dict.fromkeys(moved.lists, DONE)
    for one, held in moved.held.items():
        told[one] = (skipped if held.code in NO_SENSE_TO_MOVE else failed)(held.code, **held.evidence)
    return told


def _noted(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    add_note(ids, str(asking.options.get("note", "")))
    return dict.fromkeys(ids, DONE)


def _tagged(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
    try:
        change_tags(ids, add=asking.options.get("add", ()), remove=asking.options.get("remove", ()))
    except TagsRefused:
        return dict.fromkeys(ids, failed("tags_refused"))
    return dict.fromkeys(ids, DONE)


NO_SENSE_FOR_IT = ("order_not_in_status", "store_cannot")


def at_store(act: str) -> Act:
    """Of what is done at the store."""

    def carry_out(ids: Sequence[int], asking: Asking) -> Mapping[int, Verdict]:
        reason = str(asking.options.get("reason", ""))
        verdicts = {}
        for one in act_at_store(asking.merchant_id, ids, act, reason, actor=asking.actor):
            told = skipped if one.code in NO_SENSE_FOR_IT else failed
            verdicts[one.order_id] = told(one.code, **(one.evidence or {})) if one.code else DONE
        return verdicts

    return carry_out


# -- the table -------------------------------------------------------------------------------------------------------

TABLE: tuple[BulkAction, ...] = (
    BulkAction("push_again", LISTS, _("Push again"), changed(push_again)),
    BulkAction("refresh", LISTS, _("Refresh status"), changed(refreshed_now), icon="down"),
    BulkAction("arrange", LISTS, _("Arrange shipment"), _arranged, icon="truck"),
    BulkAction("stop", LISTS, _("Stop at the warehouse"), _stopped, icon="stop", asks=True, plan=WAREHOUSES),
    BulkAction("anew", ORDERS, _("Send after all"), changed(sent_anew), icon="truck"),
    BulkAction("accept", ORDERS, _("Accept order"), at_store("accept"), "orders:write", "check", calls=True),
    BulkAction(
        "cancel", ORDERS, _("Cancel at the store"), at_store("cancel"), "orders:write", "cross", calls=True, asks=True
    ),
    BulkAction("hold", ORDERS, pgettext_lazy("an order", "Hold"), _put_aside, "orders:write", "pause"),
    BulkAction(
        "release", ORDERS, pgettext_lazy("a held order", "Release"), changed(release_orders), "orders:write", "right"
    ),
    BulkAction("ship_anyway", ORDERS, _("Ship anyway"), _overruled, "orders:write", "truck", asks=True),
    BulkAction("move", ORDERS, _("Move to another warehouse"), _moved, icon="route", plan=WAREHOUSES),
    BulkAction("note", ORDERS, _("Note"), _noted, "orders:write", "file"),
    BulkAction("tag", ORDERS, _("Tags"), _tagged, "orders:write", "tag"),
)
ACTIONS: dict[str, BulkAction] = {action.name: action for action in TABLE}

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "bulk_not_concerned",
        _("Nothing to do"),
        _("It is not in a state in which this makes sense."),
        _("Look at the order's page: it says what may be done now."),
        "operator",
    ),
    Problem(
        "bulk_row_failed",
        _("Failed in the hub"),
        _("Something went wrong in the hub itself: %(error)s."),
        _("Do it once more for this order alone. If it fails again, tell the hub's support; the log has the details."),
        "developer",
    ),
    Problem(
        "bulk_gone",
        _("Not there any more"),
        _("The order or list was not found when its turn came."),
        _("Nothing has to be done."),
        "nobody",
    ),
    Problem(
        "bulk_too_many",
        _("Too many at once"),
        _("%(count)s match, and one run takes %(most)s at most."),
        _("Narrow the filter, for example by store or status, and do it in parts."),
        "operator",
    ),
    Problem(
        "bulk_none",
        _("Nothing matches"),
        _("No order or list matches, so there is nothing to do."),
        _("Change the filter."),
        "operator",
    ),
    Problem(
        "bulk_nothing_left",
        _("Nothing to go on with"),
        _("Run %(run)s is “%(state)s”: only a run that was stopped or failed, and has rows not begun, can go on."),
        _("Begin a new run over the orders that still need it."),
        "operator",
    ),
    Problem(
        "bulk_action_unknown",
        _("No such action"),
        _("There is no action “%(action)s” over many orders."),
        _("Choose one of the actions offered."),
        "operator",
    ),
)
