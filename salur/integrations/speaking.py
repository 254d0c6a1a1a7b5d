"""Speaking to a partner once: connector built, call made, whatever happened told as a value.

One HTTP client per process serves all calls, so connections are kept; nothing of one merchant's calls (cookies) is
kept for another's. Nothing here touches the database.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Generic, TypeVar

import httpx
import structlog

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import ContractBroken, PartnerError
from salur.connectors.base.transport import Exchange, HttpTransport, Redactor
from salur.connectors.base.types import Credentials

from .forms import every_field
from .redaction import redactor

log = structlog.get_logger(__name__)

T = TypeVar("T")

THREADS = 96
"""Most calls under way in one process; the client keeps as many connections."""


@dataclass
class Spoken(Generic[T]):
    """What one call ended with: ``value`` or ``error``, and the exchanges it took."""

    value: T | None = None
    error: PartnerError | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def answer(self) -> T:
        """The value; raises the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None only where the call itself answers None


_lock = threading.Lock()
_client: httpx.Client | None = None
_executor: ThreadPoolExecutor | None = None


def client() -> httpx.Client:
    """The process's HTTP client; certificates are verified, redirects not followed, cookies not kept."""
    global _client
    if _client is None:
        with _lock:
            if _client is None:
                _client = httpx.Client(
                    limits=httpx.Limits(max_connections=THREADS, max_keepalive_connections=THREADS),
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                    headers={"User-Agent": "Salur"},
                    follow_redirects=False,
                )
    return _client


def executor() -> ThreadPoolExecutor:
    """The process's threads for partner calls."""
    global _executor
    if _executor is None:
        with _lock:
            if _executor is None:
                _executor = ThreadPoolExecutor(THREADS, thread_name_prefix="partner")
    return _executor


def _forget() -> None:
    """Neither connections nor threads survive into a forked process."""
    global _client, _executor, _lock
    _client = _executor = None
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget)


def redactor_for(plugin: Plugin, credentials: Credentials) -> Redactor:
    """Masks what the connector lists, the forms' secret fields, and the secret values themselves."""
    secret = {field.key for field in (*every_field(plugin), *plugin.places_form) if field.secret}
    fields = plugin.capabilities.secret_fields | secret
    # The installation's own keys serve all merchants, so none of them may read them in a record.
    hidden = fields | {"access_token", "refresh_token"} | {key for mode in plugin.modes for key in mode.hub_keys}
    return redactor(fields, (value for key, value in credentials.values.items() if key in hidden))


def connector(plugin: Plugin, credentials: Credentials, exchanges: list[Exchange], redact: Redactor) -> Any:
    """The plugin's connector; its exchanges are added to the list."""
    transport = HttpTransport(client(), plugin.capabilities.call_deadline, exchanges.append, redact)
    return plugin.build(credentials, transport)  # type: ignore[operator]  # checked at registration


def speak(
    plugin: Plugin, credentials: Credentials, call: Callable[[Any], T], *, redact: Redactor | None = None
) -> Spoken[T]:
    """Call once. An exception that no connector may raise becomes :class:`ContractBroken`, its traceback logged."""
    spoken: Spoken[T] = Spoken()
    hide = redact or redactor_for(plugin, credentials)
    return _ended(plugin, spoken, lambda: call(connector(plugin, credentials, spoken.exchanges, hide)))


def listen(plugin: Plugin, read: Callable[[], T]) -> Spoken[T]:
    """Let a connector read what its partner sent; errors are told as by :func:`speak`."""
    return _ended(plugin, Spoken(), read)


def _ended(plugin: Plugin, spoken: Spoken[T], work: Callable[[], T]) -> Spoken[T]:
    try:
        spoken.value = work()
    except PartnerError as error:
        spoken.error = error
    except Exception as error:  # a connector's fault must not take the rest of its batch along
        log.exception("connector_failed", connector=plugin.name)
        last = spoken.exchanges[-1].id if spoken.exchanges else ""
        spoken.error = ContractBroken("connector_failed", type(error).__name__, exchange_id=last)
    return spoken
