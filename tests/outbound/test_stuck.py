"""What the dashboard counts of lists that do not go on by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from salur.foundation.clock import now
from salur.outbound.models import Outbound
from salur.outbound.queries import Stuck, blocked_groups, push_counts, stuck_lists
from salur.tenancy import counting
from salur.tenancy.counting import Counted
from tests.pages.shop import open_shop

READY: dict[str, Any] = {"push": "ready", "closed_gates": {}, "blocked_by": ""}
SENDING = {"push": "pushing", "push_lease_until": 5}
UNSURE = {"push": "unknown"}
PUSHED = {"push": "pushed", "pushed_at": 0}
ASKED, SENT = {"cancellation": "asked"}, {"cancellation": "sent"}
TIMES = ("push_lease_until", "created_at", "pushed_at", "settled_at")
"""Given in minutes from now."""


STUCK: list[list[dict[str, Any]]] = [
    [READY, SENDING, UNSURE | {"push_lease_until": -31}],
    [READY | {"push_attempts": 3, "created_at": -31}],
    [READY, SENDING, PUSHED, {"task": "exception"}],
    [READY, SENDING, PUSHED, ASKED, SENT, {"cancellation": "refused"}],
    [READY, SENDING, PUSHED, ASKED, SENT, {"cancellation": "conflict"}],
]
NOT_YET: list[list[dict[str, Any]]] = [
    [READY, SENDING, UNSURE | {"push_lease_until": -29}],
    [READY | {"push_attempts": 2, "created_at": -31}],
    [READY | {"push_attempts": 3, "created_at": -29}],
    [READY, SENDING, PUSHED, ASKED, SENT, {"cancellation": "conflict", "settled_at": 0}],
]


def test_only_what_stands_for_long_is_stuck(db: Any) -> None:
    shop = open_shop(filled=14)
    with shop.world.scope():
        rows = list(Outbound.objects.filter(push="waiting").values_list("pk", flat=True))
        cases = NOT_YET + STUCK
        for pk, moves in zip(rows[: len(cases)], cases, strict=True):
            if moves == STUCK[0]:
                assert stuck_lists() == Stuck(0, 0, 0, 0)
            for move in moves:
                at = {key: now() + timedelta(minutes=value) for key, value in move.items() if key in TIMES}
                Outbound.objects.filter(pk=pk).update(**move | at)
        assert stuck_lists() == Stuck(in_doubt=1, not_sent=1, exceptions=1, conflicts=2)


def test_a_count_stops_at_its_limit(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(filled=6)
    with shop.world.scope():
        waiting = Outbound.objects.filter(push="waiting").count()
        assert waiting > 2
        assert push_counts()["waiting"] == Counted(waiting)
        monkeypatch.setattr(counting, "COUNTED_UP_TO", 2)
        assert push_counts()["waiting"] == Counted(2, more=True)


def test_reasons_are_counted_with_their_oldest_up_to_the_limit(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(filled=14)
    with shop.world.scope():
        waiting = Outbound.objects.filter(push="waiting").exclude(blocked_by="")
        by_reason: dict[str, list[datetime]] = {}
        for reason, since in waiting.values_list("blocked_by", "blocked_since"):
            assert since is not None
            by_reason.setdefault(reason, []).append(since)
        groups = blocked_groups()
        assert {g.code: (g.count, g.oldest, g.more) for g in groups} == {
            reason: (len(times), min(times), False) for reason, times in by_reason.items()
        }
        assert [g.count for g in groups] == sorted((g.count for g in groups), reverse=True)
        assert groups[0].count > 2
        monkeypatch.setattr(counting, "COUNTED_UP_TO", 2)
        assert {g.code: (g.count, g.more) for g in blocked_groups()} == {
            reason: (min(len(times), 2), len(times) > 2) for reason, times in by_reason.items()
        }
