"""A store's next pages are fetched while the last ones are being stored (R138).

Two sides: a thread that calls and never touches the database, and the side that stores, which takes rate budget for
it, renews its access, and records its calls. Pages come out in the order in which they were fetched, each with the
place that the run has reached once it is stored, so whatever was fetched and not stored is simply fetched again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from salur.connectors.base.errors import AuthExpired
from salur.connectors.base.types import StoreOrder
from salur.integrations.calling import Job, PartnerLine, Result, ask_many

T = TypeVar("T")

BATCH = 1000
"""Orders after which no further page joins a batch."""
HELD = 3 * BATCH
"""Orders that are held at most before the next page is asked for."""
CALLS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Fetched:
    """Orders in full, those that the store did not answer, and where the run stands when these are stored."""

    orders: Sequence[StoreOrder]
    unanswered: Sequence[str]
    place: dict[str, Any]


class Stopped(Exception):
    """Nobody waits for the pages any more."""


class Ahead:
    """Fetches in a thread of its own, as long as the ``with`` block lasts. ``walk`` is what the thread does."""

    def __init__(self, line: PartnerLine, walk: Callable[[Ahead], Iterator[Fetched]]) -> None:
        self._line, self._walk = line, walk
        self._changed = threading.Condition()
        self._pages: deque[Fetched] = deque()
        self._results: list[Result[Any]] = []
        self._granted = self._wanted = 0
        self._expired = self._stopping = self._ended = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._fetch, name="ahead", daemon=True)

    # -- the side that stores ---------------------------------------------------------------------------------------

    def __enter__(self) -> Ahead:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def wait(self) -> None:
        """Until there is something to do: pages to store, budget to take, access to renew, or the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._pages or self._ended or self._expired or self.calls_wanted)

    def pages(self) -> list[Fetched]:
        """Pages that are there, for one batch."""
        taken: list[Fetched] = []
        with self._changed:
            while self._pages and sum(len(page.orders) for page in taken) < BATCH:
                taken.append(self._pages.popleft())
            self._changed.notify_all()
        return taken

    def results(self) -> list[Result[Any]]:
        """The calls made since it was asked last."""
        with self._changed:
            made, self._results = self._results, []
            return made

    @property
    def calls_wanted(self) -> int:
        """Calls that the thread waits to be granted."""
        return 0 if self._granted else self._wanted

    @property
    def expired(self) -> bool:
        """Whether the thread waits for renewed access."""
        return self._expired

    @property
    def ended(self) -> bool:
        """Whether no page will come any more."""
        with self._changed:
            return self._ended and not self._pages

    def grant(self, calls: int) -> None:
        """So many more calls may be made."""
        with self._changed:
            self._granted += calls
            self._changed.notify_all()

    def renew(self, line: PartnerLine) -> None:
        """Go on with this line."""
        with self._changed:
            self._line, self._expired = line, False
            self._changed.notify_all()

    @property
    def left_over(self) -> int:
        """Calls that were granted and not made, once it has ended."""
        return self._granted

    def check(self) -> None:
        """Raise what the thread ended with."""
        if self._error is not None:
            raise self._error

    # -- the side that calls ----------------------------------------------------------------------------------------

    def ask(self, calls: Sequence[Callable[[Any], T]]) -> list[T]:
        """The answers to these calls, several at once within the budget; raises the first error."""
        answers: list[T] = []
        waiting = list(calls)
        while waiting:
            granted = self._take(len(waiting))
            turn, waiting = waiting[:granted], waiting[granted:]
            answers += self._ask(turn)
        return answers

    def _ask(self, calls: Sequence[Callable[[Any], T]]) -> list[T]:
        jobs = [Job(number, call) for number, call in enumerate(calls)]
        results = self._note(ask_many(self._line, jobs, width=CALLS_AT_ONCE))
        late = [number for number, result in enumerate(results) if isinstance(result.error, AuthExpired)]
        if late:
            self._wait_for_renewal()
            again = self._note(ask_many(self._line, [jobs[number] for number in late], width=CALLS_AT_ONCE))
            for number, result in zip(late, again, strict=True):
                results[number] = result
        return [result.answer() for result in results]

    def _note(self, results: list[Result[T]]) -> list[Result[T]]:
        with self._changed:
            self._results += results
        return results

    def _take(self, wanted: int) -> int:
        with self._changed:
            self._wanted = wanted
            self._changed.notify_all()
            self._until(lambda: self._granted > 0)
            taken = min(self._granted, wanted)
            self._granted, self._wanted = self._granted - taken, 0
            return taken

    def _wait_for_renewal(self) -> None:
        with self._changed:
            self._expired = True
            self._changed.notify_all()
            self._until(lambda: not self._expired)

    def _until(self, true: Callable[[], bool]) -> None:
        self._changed.wait_for(lambda: self._stopping or true())
        if self._stopping:
            raise Stopped

    def _fetch(self) -> None:
        try:
            for page in self._walk(self):
                with self._changed:
                    self._pages.append(page)
                    self._changed.notify_all()
                    self._until(lambda: sum(len(held.orders) for held in self._pages) < HELD)
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised on the other side, by check
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
