"""Doing what a button asks: inside a scope that names the person, with refusals told in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from salur.foundation.problems import Refusal, Text, describe
from salur.tenancy.scope import merchant_scope

from .access import MerchantRequest, actor
from .words import told_words


@contextmanager
def acting(request: MerchantRequest, cause: str = "button") -> Iterator[None]:
    """The scope in which a service does what this person asked for."""
    with merchant_scope(request.merchant.id, actor=actor(request), cause=cause):
        yield


def refusal_text(refusal: Refusal) -> Text:
    """What a refusal says to people."""
    return describe(refusal.code, refusal.evidence)


def tell_refusal(request: MerchantRequest, refusal: Refusal) -> None:
    """Show a refusal on the next page: title, cause and cure."""
    messages.error(request, told_words(refusal_text(refusal)))


def tell_left(request: MerchantRequest, told: str, reasons: Iterable[str]) -> None:
    """Say on the next page how many were left out, for each reason; ``told`` names ``n`` and ``reason``."""
    for reason, n in Counter(reasons).items():
        messages.warning(request, told % {"n": n, "reason": reason})


def back_to(request: MerchantRequest, otherwise: str) -> HttpResponse:
    """Return to the page that the form was on, if it is one of ours."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if ours else otherwise)
