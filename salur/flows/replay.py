"""Recorded exchanges done once more without sending anything twice (idea 3).

Doing again goes the ways that pushes and looks go anyway, so a list whose fate is not known is looked up by reference,
never sent blindly. What today's code makes of a recorded answer is judged in ``judging``.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.transport import Effect
from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.integrations.models import ExchangeRecord, WebhookDelivery
from salur.outbound.models import Outbound, PushAttempt
from salur.outbound.requests import push_contents
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
    outbound = list_of(exchange)
    tries = PushAttempt.objects.filter(outbound=outbound, exchange_id=exchange.exchange_id) if outbound else None
    told = tries.values_list("outcome", flat=True).first() if tries is not None else None
    if told is None:
        return exchange.outcome
    return told if told[:1].isupper() else OK  # what failed is kept as its class, what did not as the list's new state


def list_of(exchange: ExchangeRecord) -> Outbound | None:
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
    outbound = list_of(exchange)
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
