"""Authorising a partner: the form, the partner's own login page, and the way back (R8, R9, R12, R26)."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from salur.connectors.base.capabilities import Plugin
from salur.flows.connect import connect_account, connect_store, finish_authorisation, replace_secrets
from salur.foundation.problems import Refusal
from salur.integrations.channels import find_channel
from salur.integrations.connect import (
    Acting,
    FormInvalid,
    begin_authorisation,
    begin_reauthorisation,
    connect_file_store,
)
from salur.integrations.queries import find_account, find_store
from salur.integrations.registry import STORE, WAREHOUSE, find_plugin
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import refusal_text, tell_refusal
from salur.web.words import channel_title, told_words

from .forms import AuthoriseForm, FileStoreForm, KeysForm


def who(request: MerchantRequest) -> Acting:
    """On whose behalf the services work."""
    return Acting(request.merchant.id, actor(request))


def return_address() -> str:
    """Where partners send people back to."""
    return f"{settings.SALUR.base_url.rstrip('/')}{reverse('web:authorise_return')}"


@page(get=Role.OWNER, post=Role.OWNER)
def authorise(request: MerchantRequest, kind: str, name: str) -> HttpResponseBase:
    """The form of one partner. Whatever is wrong stands by its field, in our words and the partner's."""
    plugin = find_plugin(kind, name)
    if plugin is None:
        raise Http404
    form = AuthoriseForm(request.POST or None, plugin=plugin)
    if request.method == "POST":
        answer = _connect(request, plugin, form)
        if answer is not None:
            return answer
    by_login = "oauth" in plugin.capabilities.abilities
    context = {"form": form, "plugin": plugin, "is_store": kind == STORE, "by_login": by_login}
    return fragment_or_page(request, "web/integrations/authorise.html", context, status=422 if form.is_bound else 200)


def _connect(request: MerchantRequest, plugin: Plugin, form: AuthoriseForm) -> HttpResponse | None:
    name, country = request.POST.get("name", ""), request.POST.get("country", "")
    form.errors.clear()  # what the service finds is shown, not what this form would find
    try:
        if plugin.kind == WAREHOUSE:
            made = connect_account(who(request), plugin.name, name, form.typed())
            messages.success(request, gettext("Verified and connected. Its warehouses stand below."))
            return redirect("web:account", made.account_id)
        if "oauth" in plugin.capabilities.abilities:
            address = begin_authorisation(
                who(request), plugin.name, name, form.typed(), redirect=return_address(), country=country
            )
            return _leave(request, address, plugin.capabilities.title)
        store_id = connect_store(who(request), plugin.name, name, form.typed(), country=country)
    except FormInvalid as invalid:
        form.take_errors(invalid.checked.errors)
        return None
    except Refusal as refusal:
        form.add_error(None, told_words(refusal_text(refusal)))
        return None
    messages.success(request, gettext("Verified and connected."))
    return redirect("web:store", store_id)


def _leave(request: MerchantRequest, address: str, title: str) -> HttpResponse:
    """A page with a link to the partner: the content security policy lets no form lead to another site."""
    if urlsplit(address).scheme not in ("https", "http"):
        raise Http404
    context: dict[str, object] = {"address": address, "host": urlsplit(address).netloc, "title": title}
    response = fragment_or_page(request, "web/integrations/leave.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page(get=Role.OWNER, post=Role.OWNER)
def authorise_again(request: MerchantRequest, store_id: int) -> HttpResponseBase:
    """Send the owner to the partner's login page once more; the keys need not be typed again."""
    if request.method != "POST":
        return redirect("web:store", store_id)
    with reading(request):
        store = find_store(store_id)
    if store is None:
        raise Http404
    try:
        address = begin_reauthorisation(who(request), store_id, redirect=return_address())
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:store", store_id)
    return _leave(request, address, channel_title(store.channel))


@page(get=Role.OWNER, post=Role.OWNER)
def account_keys(request: MerchantRequest, account_id: int) -> HttpResponseBase:
    """New keys for an account: verified with the partner before they replace the old ones; what waited goes on."""
    with reading(request):
        account = find_account(account_id)
    plugin = None if account is None else find_plugin(WAREHOUSE, account.partner)
    if account is None or plugin is None:
        raise Http404
    form = KeysForm(request.POST or None, plugin=plugin)
    if request.method == "POST":
        form.errors.clear()  # what the service finds is shown, not what this form would find
        try:
            replace_secrets(who(request), "account", account_id, form.typed())
        except FormInvalid as invalid:
            form.take_errors(invalid.checked.errors)
        except Refusal as refusal:
            form.add_error(None, told_words(refusal_text(refusal)))
        else:
            messages.success(request, gettext("Verified. What waited for the account goes on."))
            return redirect("web:account", account_id)
    context = {"form": form, "account": account, "plugin": plugin}
    return fragment_or_page(request, "web/integrations/keys.html", context, status=422 if form.is_bound else 200)


@page(get=Role.OWNER, scoped=False)
def authorise_return(request: MerchantRequest) -> HttpResponseBase:
    """Where the partner sends the owner back to: the state says what was begun, and by whom."""
    query = {key: cast(str, value) for key, value in request.GET.items()}
    try:
        store_id = finish_authorisation(who(request), query.get("state", ""), query)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:integration_add")
    messages.success(request, gettext("Verified and connected. Its orders are fetched by themselves."))
    return redirect("web:store", store_id)


@page(get=Role.OWNER, post=Role.OWNER)
def add_file_store(request: MerchantRequest, name: str) -> HttpResponseBase:
    """A store of a channel without connector."""
    channel = find_channel(name)
    if channel is None or channel.connected:
        raise Http404
    first = {"country": request.merchant.country, "currency": request.merchant.currency}
    form = FileStoreForm(request.POST or None, channel=channel, initial=first)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            store_id = connect_file_store(
                who(request), channel.name, entered["name"], entered["country"], entered["currency"]
            )
        except FormInvalid as invalid:
            form.take_errors(invalid.checked.errors)
        else:
            messages.success(request, gettext("The store is made. Import its orders from a file."))
            return redirect("web:store", store_id)
    context = {"form": form, "channel": channel}
    return fragment_or_page(request, "web/integrations/file_store.html", context, status=422 if form.is_bound else 200)
