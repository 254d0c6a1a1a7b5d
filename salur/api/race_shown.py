"""What the API tells of a cancellation's race against the warehouse (R116 to R119)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ninja import Field, Schema

from salur.outbound import race
from salur.outbound.models import Outbound
from salur.outbound.states import TaskState
from salur.outbound.stopping import cut_off
from salur.returns.queries import expected_back

from .amounts import money


class CutOff(Schema):
    """Until when the warehouse stops a list, against what it reported last."""

    until: TaskState = Field(description="The last task status in which it can be stopped.")
    late: bool = Field(description="That status is over: the warehouse will probably refuse.")
    text: str


class Race(Schema):
    """How far the warehouse is, how earlier cancellations at this stage ended there, and what may be lost."""

    stage: TaskState
    since: datetime | None = Field(description="When the warehouse reached the stage, as far as is known.")
    cutoff_at: datetime | None = Field(
        description="When it will probably be past the last status that allows stopping, as it usually is; null where"
        " that is over or not known."
    )
    succeeded: int = Field(description="Of `ended` earlier cancellations at this stage of this account.")
    ended: int
    share: int | None = Field(description="Per cent that succeeded; null where too few are known.")
    text: str
    expected_loss: str = Field(description="Price of the goods in the parcel, without courier and fees.")
    currency: str


def race_fields(outbounds: Sequence[Outbound]) -> dict[int, dict[str, object]]:
    """Cut-off, race and whether the goods are expected back, by list; a constant number of statements."""
    run = race.races([one for one in outbounds if race.is_running(one)])
    back = expected_back(outbounds)
    return {
        one.pk: {"cut_off": _cut_off(one), "race": _race(run.get(one.pk)), "return_expected": one.pk in back}
        for one in outbounds
    }


def _cut_off(outbound: Outbound) -> CutOff | None:
    cut = cut_off(outbound)
    return None if cut.held else CutOff(until=TaskState(cut.until), late=cut.late, text=cut.text)


def _race(one: race.Race | None) -> Race | None:
    if one is None:
        return None
    return Race(
        stage=TaskState(one.stage),
        since=one.since,
        cutoff_at=one.cutoff_at,
        succeeded=one.stopped,
        ended=one.ended,
        share=one.share,
        text=one.chances,
        expected_loss=money(one.loss),
        currency=one.currency,
    )
