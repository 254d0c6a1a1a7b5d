"""Recorded exchanges used again: judged by today's code, or done once more without sending anything twice (idea 3).

Judging calls nobody: today's connector builds its request and is given the recorded answer. Doing again goes the ways
that pushes and looks go anyway, so a list whose fate is not known is looked up by reference, never sent blindly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.errors import PartnerError, RateLimited, Retryable, UnknownOutcome
from salur.connectors.base.transport import Answer, Call, Effect
from salur.connectors.base.types import PartnerRef
from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.integrations.lines import PartnerLine, load_line
from salur.integrations.models import ExchangeRecord, WebhookDelivery
from salur.outbound.models import Outbound, PushAttempt
from salur.outbound.requests import PushContent, push_contents
from salur.outbound.states import PushState
from salur.tenancy import audit

from .follow_up import refreshed_now
from .push_again import push_again
from .wakeups import wake

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "replay_not_failed",
        _("This call did not fail"),
        _("“%(operation)s” was answered; there is nothing to do again."),
        _("Refresh the status if you want the partner’s latest word."),
        "operator",
    ),
    Problem(
        "replay_not_possible",
        _("This call cannot be done again by itself"),
        _("“%(operation)s” belongs to no list that is under way."),
        _("Use the button of the step itself: sync, arrange, confirm or push again."),
        "operator",
    ),
    Problem(
        "replay_there_already",
        _("The warehouse has the list"),
        _("The list %(reference)s arrived meanwhile; its number there is %(number)s. Nothing is sent a second time."),
        _("Nothing needs to be done."),
        "nobody",
    ),
    Problem(
        "replay_changed",
        _("The list has changed since"),
        _("What would be sent of %(reference)s today is not what was sent then."),
        _("Look at the list. “Push again” on its page sends it as it is now, under the same reference."),
        "operator",
    ),
)


class ReplayRefused(Refusal):
    """The exchange is not done again; the code says why."""

    code = "replay_not_possible"


def find_exchange(number: int) -> ExchangeRecord | None:
    """One exchange of the scope's merchant."""
    return ExchangeRecord.objects.select_related("store", "account").filter(pk=number).first()


OK = "ok"


def outcome_of(exchange: ExchangeRecord) -> str:
    """How the call ended: a partner may answer, and refuse in its answer, which the try at pushing knows."""
    outbound = _list_of(exchange)
    tries = PushAttempt.objects.filter(outbound=outbound, exchange_id=exchange.exchange_id) if outbound else None
    told = tries.values_list("outcome", flat=True).first() if tries is not None else None
    if told is None:
        return exchange.outcome
    return told if told[:1].isupper() else OK  # what failed is kept as its class, what did not as the list's new state


def _list_of(exchange: ExchangeRecord) -> Outbound | None:
    """The outbound list that the exchange was about."""
    if exchange.account_id is None or not exchange.subject:
        return None
    lists = Outbound.objects.filter(account_id=exchange.account_id).select_related("warehouse", "account")
    return (
        lists.filter(reference=exchange.subject).first()
        or lists.filter(partner_number=exchange.subject).order_by("-id").first()
    )


# -- done again -----------------------------------------------------------------------------------------------------


def do_again(number: int) -> str:
    """Do what a failed exchange was for (inside a scope); answers how: ``asked``, ``looked_up``, ``pushed``, ``waits``.

    Raises :class:`ReplayRefused`, and ``ExchangeRecord.DoesNotExist``.
    """
    exchange = ExchangeRecord.objects.get(pk=number)
    if outcome_of(exchange) == OK:
        raise ReplayRefused("replay_not_failed", operation=exchange.operation)
    outbound = _list_of(exchange)
    if outbound is None or outbound.push == PushState.VOID:
        raise ReplayRefused(operation=exchange.operation)
    how = _push_once(exchange, outbound) if exchange.effect == Effect.CREATE.value else _ask(exchange, outbound)
    audit.record("exchange.done_again", f"outbound:{outbound.pk}", exchange=exchange.exchange_id, how=how)
    return how


def _ask(exchange: ExchangeRecord, outbound: Outbound) -> str:
    if not refreshed_now([outbound.pk]):
        raise ReplayRefused(operation=exchange.operation)
    return "asked"


def _push_once(exchange: ExchangeRecord, outbound: Outbound) -> str:
    """A list is created at most once: what may have arrived is looked up, what surely has not goes the push's way."""
    account = outbound.account_id or 0
    if outbound.push == PushState.PUSHED:
        raise ReplayRefused("replay_there_already", reference=outbound.reference, number=outbound.partner_number or "–")
    if outbound.push in (PushState.UNKNOWN, PushState.PUSHING):
        wake("doubt", account)  # not before the partner's look-up can be trusted: the row says when
        return "looked_up"
    if outbound.push == PushState.REJECTED:
        _refuse_changed(exchange, outbound)
        push_again([outbound.pk])
        return "pushed"
    Outbound.objects.filter(pk=outbound.pk, push=PushState.READY).update(push_next_at=now())
    wake("push", account)
    return "waits"


def _refuse_changed(exchange: ExchangeRecord, outbound: Outbound) -> None:
    tries = PushAttempt.objects.filter(outbound=outbound, exchange_id=exchange.exchange_id).exclude(digest="")
    then = tries.values_list("digest", flat=True).first() or outbound.push_digest
    content = push_contents([outbound.pk]).get(outbound.pk)
    if then and content is not None and content.digest != then:
        raise ReplayRefused("replay_changed", reference=outbound.reference)


def judge_message_again(delivery_id: int) -> WebhookDelivery:
    """Work on a partner's message once more (inside a scope): the partner is asked for the facts it tells of.

    Raises ``WebhookDelivery.DoesNotExist``.
    """
    delivery = WebhookDelivery.objects.get(pk=delivery_id)
    WebhookDelivery.objects.filter(pk=delivery_id).update(processed_at=None)
    wake("store_event" if delivery.store_id else "account_event", delivery.store_id or delivery.account_id or 0)
    audit.record("message.judged_again", f"message:{delivery.pk}", delivery=delivery.delivery_id)
    return delivery


# -- judged by today's code -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judgement:
    """What today's code makes of a recorded answer, beside what was made of it then."""

    operation: str
    then: str
    today: str
    detail: str


class _OtherCall(Exception):
    """The connector's method begins with another operation than the recorded one."""


class RecordedTransport:
    """Answers from the record instead of from the partner; a call that was not recorded is told as such."""

    def __init__(self, wanted: ExchangeRecord, beside: Sequence[ExchangeRecord]) -> None:
        self.wanted = wanted
        self.beside = {record.operation: record for record in reversed(beside)}
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


def _answered(record: ExchangeRecord, call: Call) -> Answer:
    lost = UnknownOutcome if call.effect is Effect.CREATE else Retryable
    if record.status is None:
        raise (Retryable if record.outcome == "Retryable" else lost)("no_answer", "no answer was recorded")
    if record.status == 429 and not call.reads_429:
        raise RateLimited("429", "the partner asks to slow down", retry_after=1.0)
    if record.status >= 500:
        raise lost(str(record.status), record.response_body[:300])
    return Answer(record.status, {}, record.response_body.encode(), record.exchange_id)


def judge(number: int) -> Judgement:
    """Give a recorded answer to today's connector (inside a scope): nobody is called and nothing is changed.

    Masked fields stay masked, which today's code sees as they are. Raises :class:`ReplayRefused` where no method of
    the connector begins with the recorded call.
    """
    exchange = ExchangeRecord.objects.get(pk=number)
    line = (
        load_line("store", exchange.store_id) if exchange.store_id else load_line("account", exchange.account_id or 0)
    )
    near = ExchangeRecord.objects.filter(subject=exchange.subject, account_id=exchange.account_id)
    beside = list(near.filter(store_id=exchange.store_id).exclude(pk=number).order_by("-id")[:50])
    for method in _methods(exchange):
        transport = RecordedTransport(exchange, beside)
        told = _heard(line, transport, method)
        if told is not None:
            return replace(told, operation=exchange.operation, then=outcome_of(exchange))
    raise ReplayRefused(operation=exchange.operation)


Method = Callable[[Any], object]


def _methods(exchange: ExchangeRecord) -> list[Method]:
    """What the connector may have been asked, the likeliest first."""
    if exchange.store_id is not None:
        subject = exchange.subject
        return [lambda connector: connector.order_details([subject])] if subject else []
    outbound = _list_of(exchange)
    if outbound is None:
        return []
    content, reference = push_contents([outbound.pk])[outbound.pk], outbound.reference
    ref = PartnerRef(outbound.partner_number or reference, reference)
    looks: list[Method] = [
        lambda connector: connector.outbound_reports([ref]),
        lambda connector: connector.find_outbound(reference),
    ]
    push = _push(content)
    return [push, *looks] if exchange.effect == Effect.CREATE.value else [*looks, push]


def _push(content: PushContent) -> Method:
    return lambda connector: connector.push_outbound(content.request, content.label)


def _heard(line: PartnerLine, transport: RecordedTransport, method: Method) -> Judgement | None:
    """What the method made of the record; None if it begins with another call."""
    try:
        value = method(line.plugin.build(line.credentials, transport))  # type: ignore[operator]  # checked on registration
    except _OtherCall:
        return None
    except PartnerError as error:
        detail = f"{error.code} {error.message}".strip()
        return Judgement("", "", type(error).__name__, detail) if transport.met else None
    except Exception as error:  # noqa: BLE001 - what a connector makes of a record is told, whatever it is
        return Judgement("", "", "ContractBroken", type(error).__name__)
    return Judgement("", "", "ok", _in_brief(value)) if transport.met else None


def _in_brief(value: object) -> str:
    """An answer in one line, without the buyer."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_in_brief(one) for one in list(value)[:5])
    names = ("number", "reference", "external_id", "status", "raw_status", "tracking", "reason")
    told = [f"{name}={getattr(value, name)}" for name in names if getattr(value, name, "") not in ("", None)]
    return " ".join(told) or type(value).__name__
