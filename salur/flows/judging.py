"""What today's code makes of a recorded call to a partner, beside what was made of it then (idea 3).

Nobody is called: today's connector builds its request and is given the recorded answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import PartnerError, RateLimited, Retryable, UnknownOutcome
from salur.connectors.base.transport import Answer, Call, Effect
from salur.connectors.base.types import Credentials, PartnerRef
from salur.integrations.lines import PartnerLine, load_line
from salur.integrations.models import ExchangeRecord
from salur.outbound.requests import push_contents

from .replay import ReplayRefused, find_exchange, list_of, outcome_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """What today's code makes of a recorded answer, beside what was made of it then."""

    operation: str
    then: str
    today: str
    detail: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A recorded call as far as its answer matters: what the partner said to which operation."""

    operation: str
    effect: str
    status: int | None
    outcome: str
    body: str


class Ask(NamedTuple):
    """A method of the connector with what it is given: what the hub asked for when the call was made."""

    method: str
    arguments: tuple[Any, ...]


class _OtherCall(Exception):
    """The connector's method begins with another operation than the recorded one."""


class RecordedTransport:
    """Answers from the record instead of from the partner; a call that was not recorded is told as such."""

    def __init__(self, wanted: Heard, beside: Iterable[Heard]) -> None:
        self.wanted = wanted
        self.beside = {record.operation: record for record in beside}
        self.met = False

    def send(self, call: Call) -> Answer:
        """The recorded answer of this operation, by the same policy as a live one."""
        if call.operation == self.wanted.operation:
            self.met = True
            return _answered(self.wanted, call)
        if call.operation in self.beside:
            return _answered(self.beside[call.operation], call)
        if not self.met:
            raise _OtherCall(call.operation)
        raise Retryable("not_recorded", call.operation)


def _answered(record: Heard, call: Call) -> Answer:
    lost = UnknownOutcome if call.effect is Effect.CREATE else Retryable
    if record.status is None:
        raise (Retryable if record.outcome == "Retryable" else lost)("no_answer", "no answer was recorded")
    if record.status == 429 and not call.reads_429:
        raise RateLimited("429", "the partner asks to slow down", retry_after=1.0)
    if record.status >= 500:
        raise lost(str(record.status), record.body[:300])
    return Answer(record.status, {}, record.body.encode(), "")


class Case(NamedTuple):
    """A recorded call with the calls about the same order or list around it (the newest of each operation counts)."""

    line: PartnerLine
    wanted: Heard
    then: str
    beside: tuple[Heard, ...]
    asks: tuple[Ask, ...]


def judge(number: int) -> Judgement:
    """Give a recorded answer to today's connector (inside a scope): nobody is called and nothing is changed.

    Masked fields stay masked, which today's code sees as they are. Raises :class:`ReplayRefused` where no method of
    the connector begins with the recorded call.
    """
    case = case_of(number)
    for ask in case.asks:
        told = hear(case.line.plugin, case.line.credentials, RecordedTransport(case.wanted, case.beside), ask)
        if told is not None:
            return replace(told, then=case.then)
    raise ReplayRefused(operation=case.wanted.operation)


def case_of(number: int) -> Case:
    """A recorded call and what the hub may have asked for (inside a scope), the likeliest first."""
    exchange = find_exchange(number)
    if exchange is None:
        raise ReplayRefused(operation="–")
    line = (
        load_line("store", exchange.store_id) if exchange.store_id else load_line("account", exchange.account_id or 0)
    )
    near = ExchangeRecord.objects.filter(subject=exchange.subject, account_id=exchange.account_id)
    beside = near.filter(store_id=exchange.store_id).exclude(pk=number).order_by("-id")[:50]
    return Case(
        line,
        _heard(exchange),
        outcome_of(exchange),
        tuple(_heard(one) for one in reversed(beside)),
        tuple(_asks(exchange)),
    )


def _heard(exchange: ExchangeRecord) -> Heard:
    return Heard(exchange.operation, exchange.effect, exchange.status, exchange.outcome, exchange.response_body)


def _asks(exchange: ExchangeRecord) -> list[Ask]:
    if exchange.store_id is not None:
        return [Ask("order_details", ([exchange.subject],))] if exchange.subject else []
    outbound = list_of(exchange)
    if outbound is None:
        return []
    content, reference = push_contents([outbound.pk])[outbound.pk], outbound.reference
    looks = [
        Ask("outbound_reports", ([PartnerRef(outbound.partner_number or reference, reference)],)),
        Ask("find_outbound", (reference,)),
    ]
    push = Ask("push_outbound", (content.request, content.label))
    return [push, *looks] if exchange.effect == Effect.CREATE.value else [*looks, push]


def hear(plugin: Plugin, credentials: Credentials, transport: RecordedTransport, ask: Ask) -> Judgement | None:
    """What the method made of the record; None if it begins with another call."""
    wanted = transport.wanted
    try:
        connector = plugin.build(credentials, transport)  # type: ignore[operator]  # checked on registration
        value = getattr(connector, ask.method)(*ask.arguments)
    except _OtherCall:
        return None
    except PartnerError as error:
        detail = f"{error.code} {error.message}".strip()
        return Judgement(wanted.operation, "", type(error).__name__, detail) if transport.met else None
    except Exception as error:  # noqa: BLE001 - what a connector makes of a record is told, whatever it is
        return Judgement(wanted.operation, "", "ContractBroken", type(error).__name__)
    return Judgement(wanted.operation, "", "ok", _in_brief(value)) if transport.met else None


def _in_brief(value: object) -> str:
    """An answer in one line, without the buyer."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_in_brief(one) for one in list(value)[:5])
    names = ("number", "reference", "external_id", "status", "raw_status", "tracking", "reason")
    told = [f"{name}={getattr(value, name)}" for name in names if getattr(value, name, "") not in ("", None)]
    return " ".join(told) or type(value).__name__
