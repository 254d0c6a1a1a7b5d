"""Asking for a partner's messages from a page, and telling how it ended (R27, R39)."""

from __future__ import annotations

from django.contrib import messages
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from salur.connectors.base.capabilities import Plugin
from salur.flows import subscribing
from salur.foundation.problems import Refusal
from salur.integrations.connect import Acting
from salur.integrations.connections import Kind
from salur.web.access import MerchantRequest, actor
from salur.web.acting import tell_refusal


def ask_at_once(request: MerchantRequest, plugin: Plugin, store_id: int) -> None:
    """For a new store that takes a subscription by call."""
    if subscribing.subscribes_at_once(plugin):
        ask_for_messages(request, "store", store_id)


def ask_for_messages(request: MerchantRequest, kind: Kind, connection_id: int) -> None:
    """Subscribe at the partner, and tell how it ended. No scope is open while the partner is asked."""
    try:
        until = subscribing.ask_for_messages(Acting(request.merchant.id, actor(request)), kind, connection_id)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return
    if until is None:
        messages.success(request, gettext("Subscribed to messages."))
    else:
        day = {"day": date_format(localtime(until), "DATE_FORMAT")}
        messages.success(request, gettext("Subscribed to messages until %(day)s.") % day)
