"""02:00 by the clocks of the warehouse, once a day, whatever the clocks do (R130)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salur.stock.daily import next_sync_after


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "following"),
    [
        ("Asia/Jakarta", "2026-05-01T01:59:59+07:00", "2026-05-01T02:00:00+07:00"),
        ("Asia/Jakarta", "2026-05-01T02:00:00+07:00", "2026-05-02T02:00:00+07:00"),
        ("Asia/Kuala_Lumpur", "2026-12-31T20:00:00+08:00", "2027-01-01T02:00:00+08:00"),
        # New York: on 8 March 2026 the clocks jump from 02:00 to 03:00, so the night's sync is at the jump.
        ("America/New_York", "2026-03-07T23:00:00-05:00", "2026-03-08T03:00:00-04:00"),
        ("America/New_York", "2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"),
        # Berlin: on 25 October 2026 the clocks go back from 03:00 to 02:00, so 02:00 comes twice: the first counts.
        ("Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T02:00:00+02:00"),
        ("Europe/Berlin", "2026-10-25T02:00:00+02:00", "2026-10-26T02:00:00+01:00"),
        ("Europe/Berlin", "2026-10-25T02:00:00+01:00", "2026-10-26T02:00:00+01:00"),
        # Lord Howe Island: half an hour back from 02:00 to 01:30, so 02:00 is there once, and so is each night.
        ("Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", "2026-04-05T02:00:00+10:30"),
        # Samoa had no 30 December 2011: its 02:00 and that of the 31st are one moment, and one sync.
        ("Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T02:00:00+14:00"),
        ("Pacific/Apia", "2011-12-31T02:00:00+14:00", "2012-01-01T02:00:00+14:00"),
    ],
)
def test_r130_the_next_two_o_clock(zone: str, moment: str, following: str) -> None:
    assert next_sync_after(at(moment), ZoneInfo(zone)) == at(following)


@given(
    moment=st.integers(0, 15 * 366 * 86400).map(lambda seconds: at("2020-01-01T00:00Z") + timedelta(seconds=seconds)),
    zone=st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Jakarta", "Africa/Cairo"]),
)
def test_r130_every_calendar_day_has_one_sync(moment: datetime, zone: str) -> None:
    clocks = ZoneInfo(zone)
    first = next_sync_after(moment, clocks)
    second = next_sync_after(first, clocks)
    assert moment < first <= moment + timedelta(hours=26)
    assert second.astimezone(clocks).date() - first.astimezone(clocks).date() == timedelta(days=1)
    assert first.astimezone(clocks).hour in (2, 3), "03:00 is where clocks jumped over two"
