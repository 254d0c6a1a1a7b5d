"""Partner errors: the class is the policy (what the hub does next), the fields are the evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class PartnerError(Exception):
    """Something a partner call ended with.

    ``code`` is the partner's own code (or our transport's, e.g. ``timeout``), ``message`` the partner's own
    words, ``field`` the request field it complains of, ``exchange_id`` the record of the call (see
    :class:`salur.connectors.base.transport.Exchange`).
    """

    code: str = ""
    message: str = ""
    field: str = ""
    exchange_id: str = ""

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.code}): {self.message}"


class Retryable(PartnerError):
    """Certainly not done: try again later with backoff."""


@dataclass(eq=False)
class RateLimited(PartnerError):
    """Certainly not done, the partner asks to wait ``retry_after`` seconds; not counted as an attempt."""

    retry_after: float = 1.0


class UnknownOutcome(PartnerError):
    """May be done: look it up by reference before sending again."""


class AuthExpired(PartnerError):
    """The access token is too old: refresh once and repeat."""


class AuthRejected(PartnerError):
    """Keys wrong or revoked: the account pauses until its owner acts."""


class KeyNeeded(AuthRejected):
    """A message is signed with a key that is not at hand; ``field`` is its name. Not believed until it is."""


class Rejected(PartnerError):
    """The partner refuses this content; it will not get better by itself."""


@dataclass(eq=False)
class AlreadyExists(PartnerError):
    """The partner knows our reference; ``ref`` is its own number where it tells."""

    ref: str = ""


class TooLate(PartnerError):
    """Past the partner's cut-off (for instance a cancellation after picking)."""


class ContractBroken(PartnerError):
    """The answer is not as documented; ``field`` names where. After a write: treat as unknown outcome."""
