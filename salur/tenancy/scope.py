"""The merchant scope: one transaction, one merchant, one actor, one cause (design 11).

Inside it the manager filters by the merchant and PostgreSQL's row-level security enforces the same; outside it
tenant tables show no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection, transaction


class NoMerchantScope(RuntimeError):
    """Tenant data was asked for outside a merchant scope."""


class OtherMerchantScope(RuntimeError):
    """A scope of another merchant is open: one transaction serves one merchant."""


@dataclass
class Scope:
    """Who is at work for whom. ``before_commit`` holds what runs last in the transaction, folded by key."""

    merchant_id: int
    actor: str
    cause: str
    before_commit: dict[tuple[str, ...], Callable[[], None]] = field(default_factory=dict)

    def run_before_commit(self) -> None:
        """Run what was put off, in a fixed order (so that two transactions cannot wait for each other)."""
        while self.before_commit:
            key = min(self.before_commit)
            self.before_commit.pop(key)()


_current: ContextVar[Scope | None] = ContextVar("salur_scope", default=None)


def current_scope() -> Scope:
    """The open scope; raises :class:`NoMerchantScope`."""
    scope = _current.get()
    if scope is None:
        raise NoMerchantScope("open a merchant_scope before touching tenant data")
    return scope


def _tell_database(merchant_id: int, actor: str, cause: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('salur.merchant', %s, true), set_config('salur.actor', %s, true),"
            " set_config('salur.cause', %s, true)",
            [str(merchant_id), actor, cause],
        )


@contextmanager
def merchant_scope(merchant_id: int, *, actor: str, cause: str) -> Iterator[Scope]:
    """Open (or join) the transaction of one merchant.

    ``actor`` is who acts (``user:7``, ``token:3``, ``worker``), ``cause`` why (``push``, ``import:12``); both go into
    every transition written meanwhile. Joined scopes keep the outer transaction. Raises :class:`OtherMerchantScope`.
    """
    outer = _current.get()
    if outer is None:
        with _new_scope(Scope(merchant_id, actor, cause)) as scope:
            yield scope
        return
    if outer.merchant_id != merchant_id:
        raise OtherMerchantScope(f"scope of merchant {outer.merchant_id} is open, {merchant_id} was asked for")
    with transaction.atomic():
        _tell_database(merchant_id, actor, cause)
        yield outer
        _tell_database(merchant_id, outer.actor, outer.cause)


@contextmanager
def _new_scope(scope: Scope) -> Iterator[Scope]:
    with transaction.atomic():
        _tell_database(scope.merchant_id, scope.actor, scope.cause)
        token = _current.set(scope)
        try:
            yield scope
            scope.run_before_commit()
        finally:
            _current.reset(token)
