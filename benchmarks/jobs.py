"""The job engine by itself: what an alarm costs that wakes somebody who finds nothing to do."""

from __future__ import annotations

from .measuring import measured, report

ALARMS = 1000


def ring() -> None:
    """Report wake-ups deferred per second, each in a transaction of its own, and run per second by one worker."""
    from salur.flows import jobs  # noqa: F401 - makes the task known
    from salur.flows.engine import Engine
    from salur.flows.wakeups import defer_wakeup

    with measured() as deferring:
        for number in range(1, ALARMS + 1):
            defer_wakeup("run", 1, number)  # no such run: whoever wakes reads that there is nothing, and ends
    with measured() as running:
        Engine(4).run(wait=False, delete_jobs="always")
    for name, spent in (("jobs_deferred", deferring), ("jobs_run", running)):
        report(
            name,
            ALARMS / spent.wall,
            "jobs/s",
            ALARMS,
            cpu_ms_per_job=spent.cpu / ALARMS * 1000,
            database_cpu_ms_per_job=None if spent.database_cpu is None else spent.database_cpu / ALARMS * 1000,
        )
