"""Authorising a partner: the form, the partner's own login page, and the way back (R8, R9, R12, R26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.connectors.base.capabilities import Plugin
from salur.flows.connect import connect_account, finish_key_handover, finish_login, replace_secrets
from salur.flows.open_store import (
    BY_LEAVING,
    WantedStore,
    begin_opening,
    chosen_way,
    open_store,
    open_store_again,
    return_address,
)
from salur.flows.subscribing import is_public
from salur.foundation.problems import Refusal
from salur.integrations.channels import find_channel
from salur.integrations.connect import (
    Acting,
    FormInvalid,
    begin_account_authorisation,
    begin_reauthorisation,
    begun,
    secret_fields,
)
from salur.integrations.key_handover import can_be_reached
from salur.integrations.login import Begun
from salur.integrations.models import WarehouseAccount
from salur.integrations.queries import find_account, find_store
from salur.integrations.registry import STORE, WAREHOUSE, find_plugin
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import tell_refusal
from salur.web.countries import country_names
from salur.web.words import channel_title, sentences

from .abilities import facts_of, notes_of
from .forms import AuthoriseForm, FileStoreForm, KeysForm
from .subscribing import ask_at_once, ask_for_messages
from .ways import ways_of


def who(request: MerchantRequest) -> Acting:
    """On whose behalf the services work."""
    return Acting(request.merchant.id, actor(request))


@page(get=Role.OWNER, post=Role.OWNER)
def authorise(request: MerchantRequest, kind: str, name: str) -> HttpResponseBase:
    """The form of one partner. Whatever is wrong stands by its field, in our words and the partner's.

    Where there are several ways to authorise, ``mode`` names the one whose form is shown (R22).
    """
    plugin = find_plugin(kind, name)
    if plugin is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    ways = ways_of(request, plugin, (posted or request.GET).get("mode", ""))
    mode = None if ways is None else ways.chosen.mode
    handed = HandedKeys.of(plugin, posted, request.GET)
    fields = plugin.keys_form if handed.chosen else plugin.form if mode is None else mode.form
    again = {"name": request.GET.get("name", "")}  # new keys for a store that is there: it is known by its identity
    form = AuthoriseForm(posted, plugin=plugin, fields=fields, by_default=is_public(), initial=again)
    if posted is not None:
        answer = _connect(request, plugin, form, "" if mode is None else mode.key, handed)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "plugin": plugin,
        "ways": ways,
        "is_store": kind == STORE,
        "by_login": handed.chosen or "oauth" in plugin.capabilities.abilities,
        "handed": handed,
        "countries": country_names(plugin.capabilities.countries),
        "facts": facts_of(plugin),
        "notes": [*notes_of(plugin), *_where_to_return(plugin)],
    }
    return fragment_or_page(request, "web/integrations/authorise.html", context, status=422 if form.is_bound else 200)


@dataclass(frozen=True)
class HandedKeys:
    """Whether the store can hand its keys over by a page of its own, and whether that way is chosen."""

    offered: bool
    reachable: bool
    chosen: bool

    @classmethod
    def of(cls, plugin: Plugin, posted: Mapping[str, str] | None, query: Mapping[str, str]) -> HandedKeys:
        """A form says which way it is of; the page shows the store's own way first, where it can be gone."""
        offered = "makes_keys" in plugin.capabilities.abilities
        reachable = offered and can_be_reached()
        wanted = query.get("keys") != "typed" if posted is None else posted.get("keys") == "handed"
        return cls(offered, reachable, reachable and wanted)


def _where_to_return(plugin: Plugin) -> list[str]:
    """What must be typed in at the partner before a login there can lead back."""
    if getattr(plugin.capabilities, "return_by", "link") == "link":
        return []
    told = gettext("Enter this address at the partner, as the one that a login returns to: %(address)s")
    return [told % {"address": return_address()}]


def _connect(
    request: MerchantRequest, plugin: Plugin, form: AuthoriseForm, mode: str, handed: HandedKeys
) -> HttpResponse | None:
    form.errors.clear()  # what the service finds is shown, not what this form would find
    try:
        if plugin.kind == WAREHOUSE:
            return _connect_account(request, plugin, form, mode)
        name, country = request.POST.get("name", ""), request.POST.get("country", "")
        wanted = WantedStore(plugin.name, name, country, mode=mode, values=form.typed())
        way = chosen_way(plugin.name, "page" if handed.chosen else None)
        if way in BY_LEAVING:
            return _leave(request, begin_opening(who(request), wanted, way).address, plugin.capabilities.title)
        store_id = open_store(who(request), wanted, way)
    except Refusal as refusal:
        form.take_refusal(refusal)
        return None
    messages.success(request, gettext("Verified and connected."))
    ask_at_once(request, plugin, store_id)
    return redirect("web:store", store_id)


def _ticked(request: MerchantRequest, form: AuthoriseForm | KeysForm) -> bool | None:
    """Whether the box for messages was ticked; None where there is none."""
    return "subscribed" in request.POST if "subscribed" in form.fields else None


def _connect_account(request: MerchantRequest, plugin: Plugin, form: AuthoriseForm, mode: str) -> HttpResponse:
    name, typed = request.POST.get("name", ""), form.typed()
    if "oauth" in plugin.capabilities.abilities:
        told = _ticked(request, form)
        address = begin_account_authorisation(
            who(request), plugin.name, name, typed, redirect=return_address(), mode=mode, subscribed=told
        )
        return _leave(request, address, plugin.capabilities.title)
    made = connect_account(who(request), plugin.name, name, typed, mode=mode)
    _tell_connected(request, len(made.warehouse_ids))
    if _ticked(request, form):
        ask_for_messages(request, "account", made.account_id)
    return redirect("web:account", made.account_id)


def _tell_connected(request: MerchantRequest, warehouses: int) -> None:
    told = gettext("Verified and connected.")
    if warehouses:
        counted = ngettext("%(n)s warehouse was created.", "%(n)s warehouses were created.", warehouses)
        told = sentences(told, counted % {"n": warehouses})
    messages.success(request, told)


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
        leave = open_store_again(who(request), store_id)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:store", store_id)
    return _leave(request, leave.address, channel_title(store.channel))


@page(get=Role.OWNER, post=Role.OWNER)
def account_keys(request: MerchantRequest, account_id: int) -> HttpResponseBase:
    """Authorise an account again: new keys are verified before they replace the old ones; what waited goes on.

    A partner with a login is logged in at once more; keys typed here go along, those left out stay.
    """
    with reading(request):
        account = find_account(account_id)
        plugin = None if account is None else find_plugin(WAREHOUSE, account.partner)
        if account is None or plugin is None:
            raise Http404
        fields = secret_fields(account)
    posted = request.POST if request.method == "POST" else None
    form = KeysForm(posted, fields=fields, plugin=plugin)
    by_login = "oauth" in plugin.capabilities.abilities
    if posted is not None:
        answer = _renew(request, account, plugin, form)
        if answer is not None:
            return answer
    context = {"form": form, "account": account, "plugin": plugin, "by_login": by_login}
    return fragment_or_page(request, "web/integrations/keys.html", context, status=422 if form.is_bound else 200)


def _renew(
    request: MerchantRequest, account: WarehouseAccount, plugin: Plugin, form: KeysForm
) -> HttpResponseBase | None:
    form.errors.clear()  # what the service finds is shown, not what this form would find
    try:
        if "oauth" in plugin.capabilities.abilities:
            address = begin_reauthorisation(
                who(request),
                account.pk,
                kind="account",
                redirect=return_address(),
                values=form.typed(),
                subscribed=_ticked(request, form),
            )
            return _leave(request, address, plugin.capabilities.title)
        replace_secrets(who(request), "account", account.pk, form.typed())
    except Refusal as refusal:
        form.take_refusal(refusal)
        return None
    messages.success(request, gettext("Verified. What waited for the account goes on."))
    return redirect("web:account", account.pk)


@page(get=Role.OWNER, scoped=False)
def authorise_return(request: MerchantRequest) -> HttpResponseBase:
    """Where the partner sends the owner back to: the state says what was begun, and by whom."""
    query = {key: cast(str, value) for key, value in request.GET.items()}
    state = query.get("state", "")
    what: Begun | None = None
    try:
        what = begun(who(request), state)
        done = finish_login(who(request), state, query)
    except Refusal as refusal:
        _tell_on_return(request, refusal)
        return _where_it_began(what)
    if done.kind == "store":
        messages.success(request, gettext("Verified and connected. Its orders are fetched by themselves."))
        ask_at_once(request, what.plugin, done.connection_id)
        return redirect("web:store", done.connection_id)
    _tell_connected(request, len(done.warehouse_ids))
    return redirect("web:account", done.connection_id)


@page(get=Role.OWNER, scoped=False)
def keys_return(request: MerchantRequest, handle: str) -> HttpResponseBase:
    """Where a store sends the owner back to after it has sent us its keys."""
    query = {key: cast(str, value) for key, value in request.GET.items()}
    try:
        store_id, plugin = finish_key_handover(who(request), handle, query)
    except Refusal as refusal:
        _tell_on_return(request, refusal)
        return redirect("web:integration_add")
    messages.success(request, gettext("Verified and connected. Its orders are fetched by themselves."))
    ask_at_once(request, plugin, store_id)
    return redirect("web:store", store_id)


def _tell_on_return(request: MerchantRequest, refusal: Refusal) -> None:
    """The form is not at hand any more, so what is wrong in it is told on the next page."""
    if not isinstance(refusal, FormInvalid):
        tell_refusal(request, refusal)
        return
    for told in refusal.checked.errors.values():
        messages.error(request, sentences(told.cause, told.cure))


def _where_it_began(what: Begun | None) -> HttpResponse:
    if what is None:
        return redirect("web:integration_add")
    if what.connection_id is not None:
        return redirect(f"web:{what.kind}", what.connection_id)
    return redirect("web:authorise", what.plugin.kind, what.plugin.name)


@page(get=Role.OWNER, post=Role.OWNER)
def add_file_store(request: MerchantRequest, name: str) -> HttpResponseBase:
    """A store whose orders come by file or API."""
    channel = find_channel(name)
    if channel is None or not channel.by_file:
        raise Http404
    first = {"country": request.merchant.country, "currency": request.merchant.currency}
    form = FileStoreForm(request.POST or None, channel=channel, initial=first)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            wanted = WantedStore(channel.name, entered["name"], entered["country"], entered["currency"])
            store_id = open_store(who(request), wanted, "file")
        except FormInvalid as invalid:
            form.take_errors(invalid.checked.errors)
        else:
            messages.success(request, gettext("The store is made. Import its orders from a file."))
            return redirect("web:store", store_id)
    context = {"form": form, "channel": channel}
    return fragment_or_page(request, "web/integrations/file_store.html", context, status=422 if form.is_bound else 200)
