"""Until when a warehouse stops a list, and what is said before it is asked to (R116 to R118)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.connectors.base.types import OutboundTask
from salur.foundation.problems import Problem
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities

from .models import Outbound
from .states import CancellationState, PushState, TaskState

NOT_SUPPORTED = "not_supported"  # the reason of a refusal that no warehouse has spoken

STAGES = ("none", "accepted", "picking", "picked", "packed", "completed")
AT_WAREHOUSE = (PushState.PUSHED, PushState.UNKNOWN, PushState.PUSHING)
UNDER_WAY = (CancellationState.ASKED, CancellationState.SENT, CancellationState.PENDING)

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "stop_not_there",
        _("The warehouse does not have this list"),
        _("The outbound list %(reference)s is not at the warehouse, so there is nothing to stop there."),
        _("Nothing to do at the warehouse. To end the order, cancel it at the store."),
        "nobody",
    ),
    Problem(
        "stop_gone",
        _("The goods have left"),
        _("The warehouse reports the outbound list %(reference)s as completed."),
        _("Talk to the courier or the buyer: the warehouse cannot stop it any more."),
        "operator",
    ),
    Problem(
        "stop_asked",
        _("The warehouse has been asked already"),
        _("The outbound list %(reference)s is being stopped, or was stopped before."),
        _("Nothing to do: the answer is shown on the list's page."),
        "nobody",
    ),
    Problem(
        "stop_not_supported",
        _("%(partner)s takes no such request"),
        _("Lists cannot be stopped through Salur at this partner."),
        _("Contact the warehouse and name the number %(number)s, or cancel the order at the store."),
        "operator",
    ),
    Problem(
        "settle_nothing",
        _("Nothing to settle"),
        _("The outbound list %(reference)s does not wait for anybody's decision."),
        _("Look at the list's page again: the warehouse may have answered meanwhile."),
        "nobody",
    ),
    Problem(
        "settle_note_missing",
        _("The note is missing"),
        _("What was agreed with the warehouse is not written down."),
        _("Write who said what, in a few words, so that everybody can follow it later."),
        "operator",
    ),
)


@dataclass(frozen=True, slots=True)
class CutOff:
    """Whether the warehouse will still stop a list. ``held``: a problem's code, where asking makes no sense.

    ``partner`` is empty for an own warehouse. ``late``: it may be asked, but will probably refuse, because ``until``
    (the last state that allows it) is over.
    """

    partner: str
    until: str
    task: str
    late: bool = False
    held: str = ""

    @property
    def text(self) -> str:
        """One sentence for whoever is about to ask."""
        if not self.partner:
            return str(OWN)
        names: dict[str, Any] = {
            "partner": self.partner,
            "until": TaskState(self.until).label,
            "task": TaskState(self.task).label,
        }
        if self.late:
            return str(LATE) % names
        special = {OutboundTask.EXCEPTION: IN_EXCEPTION, OutboundTask.NONE: NOT_BEGUN}
        return str(special.get(OutboundTask(self.task), IN_TIME)) % names


OWN = _("Your own warehouse: it is stopped at once, and what was taken from the shelf goes back there.")
IN_TIME = _("%(partner)s stops lists up to the state “%(until)s”. The last it reported is “%(task)s”.")
LATE = _(
    "%(partner)s stops lists only up to the state “%(until)s”, and the last it reported is “%(task)s”:"
    " this will probably be refused."
)
NOT_BEGUN = _("%(partner)s stops lists up to the state “%(until)s”. It has not reported anything of this one yet.")
IN_EXCEPTION = _("%(partner)s stops lists up to the state “%(until)s”. It reports an exception, so just ask.")


def capabilities_of(outbound: Outbound) -> WarehouseCapabilities | None:
    """What the partner of the list's warehouse can do; None for an own warehouse. Takes lists with their account."""
    account = outbound.account
    plugin = find_plugin(WAREHOUSE, account.partner) if account else None
    return None if plugin is None else warehouse_capabilities(plugin)


def cut_off(outbound: Outbound) -> CutOff:
    """How the list stands to its partner's cut-off; takes lists with their account at hand."""
    can = capabilities_of(outbound)
    if outbound.account_id is None:
        return CutOff("", OutboundTask.PACKED, outbound.task, held=_held(outbound, asked_through_us=True))
    if can is None:
        return CutOff("", OutboundTask.NONE, outbound.task, held="stop_not_there")
    held = _held(outbound, asked_through_us="cancel" in can.abilities)
    return CutOff(can.title, can.cancel_until, outbound.task, is_past(outbound.task, can.cancel_until), held)


def is_past(task: str, until: str) -> bool:
    """Whether a list in this state is beyond the last one that allows stopping it; an exception is no stage."""
    return task in STAGES and STAGES.index(task) > STAGES.index(until)


def _held(outbound: Outbound, *, asked_through_us: bool) -> str:
    if outbound.task == TaskState.COMPLETED:
        return "stop_gone"
    if outbound.push not in AT_WAREHOUSE:
        return "stop_not_there"
    stopped = outbound.task == TaskState.CANCELLED or outbound.cancellation == CancellationState.DONE
    if stopped or outbound.cancellation in UNDER_WAY:
        return "stop_asked"
    return "" if asked_through_us else "stop_not_supported"


def held_evidence(outbound: Outbound, cut: CutOff) -> dict[str, str]:
    """What the texts of a list that is not asked for name."""
    return {"reference": outbound.reference, "partner": cut.partner, "number": outbound.partner_number or "–"}


def may_be_stopped(outbound: Outbound) -> bool:
    """Whether the warehouse can be asked to stop it, for the first time or again."""
    return not cut_off(outbound).held
