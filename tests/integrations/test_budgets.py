"""Rate budgets: never more than was saved up, whoever asks at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from salur.connectors.base.capabilities import RateLimit
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.connect import Acting, connect_file_store
from salur.integrations.connections import NotConnected
from salur.integrations.models import RateBudget
from salur.integrations.registry import store_plugin

SLOW = RateLimit(0.01, 10)  # so slow that nothing is refilled while a test runs


@pytest.fixture
def store_id(acting: Acting) -> int:
    """A store with a budget of ten calls."""
    made = connect_file_store(acting, "manual", "Till", "TH", "THB")
    with acting.scope("limit"):
        budgets.set_limit("store", made, SLOW)
    return made


@pytest.fixture
def scope(acting: Acting, store_id: int) -> Iterator[None]:
    """A scope of the store's merchant."""
    with acting.scope("work"):
        yield


@pytest.mark.usefixtures("scope")
def test_what_is_there_is_granted_and_no_more(store_id: int) -> None:
    assert [budgets.take("store", store_id, wanted) for wanted in (4, 0, 4, 4, 4)] == [4, 0, 4, 2, 0]


@pytest.mark.usefixtures("scope")
def test_calls_not_made_come_back_up_to_the_burst(store_id: int) -> None:
    assert budgets.take("store", store_id, 10) == 10
    budgets.refund("store", store_id, 3)
    assert budgets.take("store", store_id, 10) == 3
    budgets.refund("store", store_id, 500)
    assert budgets.take("store", store_id, 500) == 10


@pytest.mark.usefixtures("scope")
def test_time_refills_up_to_the_burst(store_id: int) -> None:
    budgets.set_limit("store", store_id, RateLimit(2.0, 10))
    assert budgets.take("store", store_id, 10) == 10
    RateBudget.objects.update(counted_at=now() - timedelta(seconds=2))
    assert budgets.take("store", store_id, 10) == 4
    RateBudget.objects.update(counted_at=now() - timedelta(hours=1))
    assert budgets.take("store", store_id, 500) == 10


@pytest.mark.usefixtures("scope")
def test_nothing_is_granted_while_blocked_and_a_block_is_never_shortened(store_id: int) -> None:
    later = now() + timedelta(minutes=5)
    budgets.block("store", store_id, later)
    budgets.block("store", store_id, now() + timedelta(seconds=5))
    assert budgets.take("store", store_id, 1) == 0
    assert budgets.free_at("store", store_id) == later
    RateBudget.objects.update(blocked_until=now() - timedelta(seconds=1))
    assert budgets.take("store", store_id, 10) == 1


@pytest.mark.usefixtures("scope")
def test_a_clock_that_ran_ahead_takes_nothing_away(store_id: int) -> None:
    RateBudget.objects.update(counted_at=now() + timedelta(hours=1), tokens=5)
    assert budgets.take("store", store_id, 10) == 5


def test_sixteen_threads_together_get_no_more_than_there_is(
    acting: Acting, store_id: int, together: Callable[..., list[Any]]
) -> None:
    def work(_: int) -> int:
        got = 0
        for _round in range(5):
            with acting.scope("take"):
                got += budgets.take("store", store_id, 2)
        return got

    outcomes = together(work, 16)
    assert sum(outcomes) == SLOW.burst, outcomes


def test_work_that_is_rolled_back_has_taken_nothing(acting: Acting, store_id: int) -> None:
    with pytest.raises(ZeroDivisionError), acting.scope("fails"):
        assert budgets.take("store", store_id, 10) == 10
        raise ZeroDivisionError
    with acting.scope("again"):
        assert budgets.take("store", store_id, 10) == 10


def test_another_merchants_budget_cannot_be_taken(store_id: int, new_acting: Callable[[str], Acting]) -> None:
    with new_acting("other").scope("steal"):
        with pytest.raises(NotConnected):
            budgets.take("store", store_id, 1)
        with pytest.raises(NotConnected):
            budgets.free_at("store", store_id)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, RateLimit(10.0, 20)),
        ({"rate_per_second": "2.5"}, RateLimit(2.5, 20)),
        ({"rate_per_second": 50, "rate_burst": "5"}, RateLimit(50.0, 5)),
        ({"rate_per_second": "0", "rate_burst": "-3"}, RateLimit(10.0, 20)),
        ({"rate_per_second": "nan"}, RateLimit(10.0, 20)),
        ({"rate_per_second": "inf"}, RateLimit(10.0, 20)),
        ({"rate_per_second": "99999999"}, RateLimit(1000.0, 20)),
        ({"rate_per_second": "fast"}, RateLimit(10.0, 20)),
    ],
)
def test_settings_override_the_connectors_limit_within_reason(settings: dict[str, object], expected: RateLimit) -> None:
    assert budgets.limit_of(store_plugin("shopee"), settings) == expected
