"""Asking stores how parcels may be handed over, for a person who chooses (R108).

Each list's own store is asked, because slots and branches differ by courier; ways that several lists share are
gathered, so that many can be given one slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.errors import AlreadyExists, AuthRejected, PartnerError
from salur.connectors.base.types import ShippingOption
from salur.foundation.problems import Problem, code_of, evidence_of
from salur.integrations import budgets
from salur.integrations.calling import ConnectionPaused, Job, NotConnected, PartnerLine, call_many, record, store_line
from salur.outbound.judge import read_records
from salur.outbound.models import Outbound
from salur.outbound.queries import outbounds_named
from salur.tenancy.scope import merchant_scope

from .arrange import stands_in_the_way
from .handover import Choice
from .patience import take_patiently
from .wakeups import store_changed

WIDTH = 8
CALLS_PER_LIST = 2  # the options, and the order itself where the store's refusal is unclear
MOST_ASKED = 50
"""Lists whose stores are asked at once. For more a kind may be chosen, and the store gives each its first slot."""

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "handover_by_hand",
        _("Only with a number of your own"),
        _("The store offers nothing but a shipment whose AWB number the seller brings."),
        _("Enter the AWB number on the outbound list's page."),
        "operator",
    ),
    Problem(
        "handover_arranged",
        _("Arranged already"),
        _("The store says that the shipment was arranged before, so its way of handing over is settled."),
        _("Arrange it here without a choice: AWB number and label are then fetched."),
        "operator",
    ),
    Problem(
        "handover_busy",
        _("The store is asked too often"),
        _("The calls that the store allows were used up by other work."),
        _("Ask again in a minute, or for fewer orders."),
        "nobody",
    ),
)


@dataclass(frozen=True)
class Way:
    """One way of handing over, and the lists to which their store offers it."""

    kind: str
    fields: Mapping[str, str]
    description: str
    begins: datetime | None
    ends: datetime | None
    lists: list[int] = field(default_factory=list)

    @property
    def choice(self) -> Choice:
        """What is kept when it is chosen."""
        return Choice(self.kind, self.fields)


@dataclass(frozen=True)
class Hindered:
    """A list that cannot be given a way now: ``code`` and ``evidence`` of a problem or a push condition."""

    outbound: Outbound
    code: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class StoreWays:
    """What one store offers: ways that most of its lists share come first."""

    store_id: int
    name: str
    lists: list[Outbound]
    ways: list[Way] = field(default_factory=list)
    hindered: list[Hindered] = field(default_factory=list)

    @property
    def ready(self) -> int:
        """How many lists may be given a way."""
        return len(self.lists) - len(self.hindered)


def ask_for_ways(merchant_id: int, outbound_ids: Iterable[int], *, actor: str) -> list[StoreWays]:
    """Ask the stores of these lists (no scope open), at most :data:`MOST_ASKED`; one answer for each store."""
    with merchant_scope(merchant_id, actor=actor, cause="handover"):
        rows = outbounds_named(sorted(set(outbound_ids))[:MOST_ASKED])
        closed = {judged.id: stands_in_the_way(judged) for judged in read_records([row.pk for row in rows])}
    stores: dict[int, StoreWays] = {}
    for row in rows:
        store = stores.setdefault(row.store_id, StoreWays(row.store_id, row.store.name, []))
        store.lists.append(row)
        code = closed.get(row.pk, "") or ("handed_over_otherwise" if row.shipment in ("arranged", "numbered") else "")
        if code:
            store.hindered.append(Hindered(row, code))
    for store in stores.values():
        _ask_store(merchant_id, store, actor)
    return list(stores.values())


def _ask_store(merchant_id: int, store: StoreWays, actor: str) -> None:
    left = {one.outbound.pk for one in store.hindered}
    rows = [row for row in store.lists if row.pk not in left]
    if not rows:
        return
    try:
        with merchant_scope(merchant_id, actor=actor, cause="handover"):
            line = store_line(store.store_id)
    except (ConnectionPaused, NotConnected) as refusal:
        store.hindered += [Hindered(row, refusal.code, refusal.evidence) for row in rows]
        return
    granted = take_patiently(line, CALLS_PER_LIST * len(rows), actor) // CALLS_PER_LIST
    store.hindered += [Hindered(row, "handover_busy") for row in rows[granted:]]
    rows = rows[:granted]
    results = call_many(line, [Job(row.pk, _options(row.order.external_id)) for row in rows], width=WIDTH)
    with merchant_scope(merchant_id, actor=actor, cause="handover"):
        record(line, results)
        budgets.refund("store", line.id, CALLS_PER_LIST * len(rows) - sum(len(r.exchanges) for r in results))
        if any(isinstance(result.error, AuthRejected) for result in results):
            store_changed(line.id)
    ways: dict[tuple[str, frozenset[tuple[str, str]]], Way] = {}
    for row, result in zip(rows, results, strict=True):
        if result.error is not None:
            store.hindered.append(_refused(row, result.error, line))
        else:
            _gather(ways, row, result.answer(), store)
    store.ways = sorted(ways.values(), key=lambda way: -len(way.lists))


def _options(order: str) -> Any:
    return lambda connector: connector.shipping_options(order)


def _gather(ways: dict[Any, Way], row: Outbound, options: Sequence[ShippingOption], store: StoreWays) -> None:
    ready = [option for option in options if option.complete]
    if not ready:
        store.hindered.append(Hindered(row, "handover_by_hand"))
    for option in ready:
        key = (option.kind, frozenset(option.chosen_by.items()))
        if key not in ways:
            ways[key] = Way(option.kind, option.chosen_by, option.description, option.begins, option.ends)
        ways[key].lists.append(row.pk)


def _refused(row: Outbound, error: PartnerError, line: PartnerLine) -> Hindered:
    if isinstance(error, AlreadyExists):
        return Hindered(row, "handover_arranged")
    return Hindered(row, code_of(error), evidence_of(error, line.plugin.capabilities.title))
