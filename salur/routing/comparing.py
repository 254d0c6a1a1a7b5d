"""What two ways of routing make of one order: the same, moved, newly stuck, newly cured."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What a change of the rules does to an order."""

    MOVED = "moved", _("Goes to another warehouse")
    STUCK = "stuck", _("Newly stuck")
    CURED = "cured", _("Newly cured")
    SAME = "same", _("Stays as it is")
    STUCK_BOTH = "stuck_both", _("Stuck either way")
    FIXED = "fixed", _("Pushed already: cannot move")
    BY_HAND = "by_hand", _("Placed by hand: stays there")
    NO_LIST = "no_list", _("Needs no outbound list")


class Plan(NamedTuple):
    """Where rules send an order: warehouses in turn, the names of the rules, and why it would be stuck there."""

    at: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    cause: str = ""


def outcome_of(before: Plan, after: Plan) -> Outcome:
    """The difference between two plans."""
    if before.cause and after.cause:
        return Outcome.STUCK_BOTH if before.at == after.at or not (before.at and after.at) else Outcome.MOVED
    if after.cause:
        return Outcome.STUCK
    if before.cause:
        return Outcome.CURED
    return Outcome.SAME if sorted(before.at) == sorted(after.at) else Outcome.MOVED


@dataclass(slots=True)
class Summary:
    """What a run counts."""

    outcomes: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    before_split: int = 0
    after_split: int = 0
    moved_pushed: int = 0

    def add(self, outcome: str, before: Plan, after: Plan, *, fixed: bool = False) -> None:
        """Count one order."""
        self.outcomes[outcome] += 1
        if outcome == Outcome.STUCK:
            self.causes[after.cause] += 1
        self.before_split += len(before.at) > 1
        self.after_split += len(after.at) > 1
        self.moved_pushed += fixed and outcome == Outcome.MOVED

    def stored(self) -> dict[str, Any]:
        """As the run keeps it."""
        return {
            "outcomes": dict(self.outcomes),
            "causes": dict(self.causes),
            "before_split": self.before_split,
            "after_split": self.after_split,
            "moved_pushed": self.moved_pushed,
        }
