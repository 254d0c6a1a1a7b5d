"""When a warehouse's daily stock sync is next (R130): at 02:00 by the clocks of the warehouse."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = time(2, 0)


def next_sync_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first 02:00 in the zone after ``moment``, in UTC.

    Once for each day of the calendar: where clocks are put back and show 02:00 twice, the first one counts; where they
    are put forward and never show it, the moment at which they jump.
    """
    day = moment.astimezone(zone).date()
    while True:
        # Fold 0 reads a time that comes twice as the earlier one, and one in a gap by the offset before the gap.
        candidate = datetime.combine(day, HOUR, zone).astimezone(UTC)
        if candidate > moment:
            return candidate
        day += timedelta(days=1)
