"""Keys that a partner hands out by name for checking its messages: asked for when needed, kept for an hour.

Anybody can send a message that names any key, so what strangers can make us ask is bounded: a name that the partner
does not know is not asked for again, and only so many new names are asked for within the hour.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salur.connectors.base.errors import KeyNeeded, PartnerError, Rejected, Retryable
from salur.connectors.base.types import Credentials
from salur.tenancy.scope import merchant_scope

from .calling import Result, call, record
from .connections import Kind
from .forms import every_field
from .lines import PartnerLine

KEPT_SECONDS = 3600.0
MOST_NEW = 20
"""New names that are asked for within :data:`KEPT_SECONDS`; a key that was known is always renewed."""
LONGEST_NAME = 200
REST_SECONDS = 30.0
"""How long a partner that did not answer is left alone: whoever waits for it here takes no other message in."""
MOST_RINGS = 1000


@dataclass
class KeyRing:
    """The keys of one connection. ``clock`` counts seconds; safe to use from several threads."""

    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[str, float]] = field(default_factory=dict)
    _unknown: dict[str, float] = field(default_factory=dict)
    _asked: list[float] = field(default_factory=list)
    _rests_until: float = -math.inf
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fresh(self) -> Mapping[str, str]:
        """The keys that may still be used, by name."""
        since = self.clock() - KEPT_SECONDS
        with self._lock:
            return {name: key for name, (key, at) in self._held.items() if at > since}

    def ask(self, line: PartnerLine, needed: KeyNeeded) -> None:
        """Get the key from the partner (no scope open).

        Raises ``needed`` itself when the partner knows no such key, and Retryable when it could not be asked.
        """
        name = needed.field
        if not 0 < len(name) <= LONGEST_NAME:
            raise needed
        with self._lock:  # asking takes a moment: who needs the same key meanwhile finds it afterwards
            now = self.clock()
            since = now - KEPT_SECONDS
            held = self._held.get(name)
            if held is not None and held[1] > since:
                return
            if self._unknown.get(name, since) > since:
                raise needed
            if now < self._rests_until:
                raise Retryable("key_not_told", "the partner did not answer a moment ago")
            if held is None:
                self._count(now)
            try:
                self._held[name] = (_asked(line, name), now)
            except Rejected:
                self._unknown[name] = now
                raise needed from None
            except PartnerError as error:
                self._rests_until = self.clock() + REST_SECONDS
                raise Retryable("key_not_told", f"{error.code} {error.message}".strip()) from error

    def _count(self, now: float) -> None:
        """One new name more; forgets what is over an hour old, so nothing here grows without end."""
        since = now - KEPT_SECONDS
        self._asked = [at for at in self._asked if at > since]
        self._unknown = {name: at for name, at in self._unknown.items() if at > since}
        if len(self._asked) >= MOST_NEW:
            raise Retryable("too_many_keys", f"{MOST_NEW} new keys were asked for within the hour")
        self._asked.append(now)


_lock = threading.Lock()
_rings: OrderedDict[tuple[Kind, int], tuple[Credentials, KeyRing]] = OrderedDict()


def ring_for(line: PartnerLine) -> KeyRing:
    """The connection's keys, which outlive changes of the connection as long as what was typed stays the same."""
    typed = Credentials({one.key: line.credentials.get(one.key) for one in every_field(line.plugin)})
    name = (line.kind, line.id)
    with _lock:
        kept = _rings.get(name)
        if kept is None or kept[0] != typed:
            kept = (typed, KeyRing())
        _rings[name] = kept
        _rings.move_to_end(name)
        while len(_rings) > MOST_RINGS:
            _rings.popitem(last=False)
    return kept[1]


def _asked(line: PartnerLine, name: str) -> str:
    """The partner's answer; the call is recorded as every other is."""

    def ask(connector: Any) -> str:
        key: str = connector.message_key(name)
        return key

    result: Result[str] = call(line, ask)
    with merchant_scope(line.merchant_id, actor="partner", cause="message"):
        record(line, [result])
    return result.answer()
