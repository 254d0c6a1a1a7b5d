"""One recorded call: what was sent and answered, what today's code makes of it, and doing it once more (idea 3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.flows.judging import Judgement, judge
from salur.flows.replay import OK, do_again, find_exchange, judge_message_again, outcome_of
from salur.flows.told import outcome_words
from salur.foundation.problems import Refusal
from salur.integrations.models import WebhookDelivery
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, back_to, refusal_text, tell_refusal
from salur.web.words import told_words

DONE: dict[str, str | Promise] = {
    "asked": _("The warehouse is being asked for the list."),
    "looked_up": _("It is not known whether the list arrived, so it is looked up by its reference first."),
    "pushed": _("The list goes to the warehouse again, under the same reference."),
    "waits": _("The list surely did not arrive; it is sent as soon as its conditions are met."),
}


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def exchange_page(request: MerchantRequest, exchange_id: int) -> HttpResponseBase:
    """The record; ``judge`` in the address gives it to today's code, a POST does what it was for once more."""
    if request.method == "POST":
        return _again(request, exchange_id)
    exchange = find_exchange(exchange_id)
    if exchange is None:
        raise Http404
    judged: Judgement | None = None
    unjudged = ""
    if "judge" in request.GET:
        try:
            judged = judge(exchange_id)
        except Refusal as refusal:
            unjudged = told_words(refusal_text(refusal))
    outcome = outcome_of(exchange)
    context = {
        "exchange": exchange,
        "partner": exchange.store or exchange.account,
        "outcome": outcome_words(outcome),
        "judged": judged,
        "then": outcome_words(judged.then) if judged else "",
        "today": outcome_words(judged.today) if judged else "",
        "unjudged": unjudged,
        "failed": outcome != OK,
    }
    return fragment_or_page(request, "web/exchanges/page.html", context)


def _again(request: MerchantRequest, exchange_id: int) -> HttpResponseBase:
    try:
        with acting(request, "replay"):
            if find_exchange(exchange_id) is None:
                raise Http404
            how = do_again(exchange_id)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, str(DONE[how]))
    return redirect("web:exchange", exchange_id)


@page(post=Role.OPERATOR)
def message_again(request: MerchantRequest, message_id: int) -> HttpResponseBase:
    """A partner's message is worked on once more."""
    if request.method != "POST":
        return redirect("web:orders")
    try:
        with acting(request, "replay"):
            judge_message_again(message_id)
    except WebhookDelivery.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, gettext("The message is being judged again: its sender is asked for the facts."))
    return back_to(request, reverse("web:orders"))
