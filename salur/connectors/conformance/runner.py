"""Running checks: each ends as a result, whatever happens in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpx

from salur.connectors.base.errors import PartnerError

from .bench import Bench
from .checks import Bypass, Check, Fails, Mark


@dataclass(frozen=True, slots=True)
class Result:
    """How one check ended. ``reason`` belongs to a bypassed one, ``seen`` and ``expected`` to one that fails."""

    check: Check
    mark: Mark
    seconds: float = 0.0
    reason: str = ""
    seen: str = ""
    expected: str = ""


def applicable(checks: Iterable[Check], bench: Bench) -> list[Check]:
    """The checks for this kind of connector."""
    return [check for check in checks if check.kind in ("", bench.plugin.kind)]


def run(check: Check, bench: Bench) -> Result:
    """Make one check."""
    begun = time.perf_counter()

    def ended(mark: Mark, *, reason: str = "", seen: str = "", expected: str = "") -> Result:
        return Result(check, mark, time.perf_counter() - begun, _hidden(bench, reason), _hidden(bench, seen), expected)

    if reason := check.unmet(bench):
        return ended(Mark.BYPASSED, reason=reason)
    try:
        bench.begin()
        check.run(bench)
    except Bypass as bypass:
        return ended(Mark.BYPASSED, reason=str(bypass))
    except Fails as failure:
        return ended(Mark.FAILS, seen=failure.seen, expected=failure.expected)
    except PartnerError as error:
        return ended(Mark.FAILS, seen=f"raised {error}", expected="an answer")
    except httpx.HTTPError as error:
        return ended(Mark.FAILS, seen=f"the rig failed: {error}", expected="a rig that does what it is asked")
    except Exception as error:  # noqa: BLE001 - an answer of a wrong shape must end this check only, not the table
        seen = f"{type(error).__name__}: {error}"
        return ended(Mark.FAILS, seen=seen[:300], expected="answers in the shapes of salur.connectors.base")
    return ended(Mark.HOLDS)


def run_all(checks: Iterable[Check], bench: Bench, done: Callable[[Result], None] | None = None) -> list[Result]:
    """Make all checks that apply, one after the other."""
    results = []
    for check in applicable(checks, bench):
        result = run(check, bench)
        results.append(result)
        if done is not None:
            done(result)
    return results


def _hidden(bench: Bench, text: str) -> str:
    """No secret stands in a report."""
    if not text:
        return text
    secret_keys = bench.secret_keys()
    return bench.redactor((), (value for key, value in bench.credentials().items() if key in secret_keys))(text)
