"""On whose behalf a service works."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from salur.tenancy.scope import Scope, merchant_scope


@dataclass(frozen=True, slots=True)
class Acting:
    """Who asks, for which merchant: ``actor`` as in scopes (``user:7``, ``token:3``)."""

    merchant_id: int
    actor: str

    def scope(self, cause: str) -> AbstractContextManager[Scope]:
        """A scope of this merchant and actor."""
        return merchant_scope(self.merchant_id, actor=self.actor, cause=cause)
