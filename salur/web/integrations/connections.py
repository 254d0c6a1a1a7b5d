"""The pages of a store and of a warehouse account: settings, runs, health, budget (R16, R37, R148)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from salur.connectors.base.capabilities import Plugin
from salur.flows.connect import disconnect, fetch_warehouses
from salur.flows.places import add_place
from salur.flows.store_switches import set_switches, switches_of
from salur.flows.subscribing import messages_of
from salur.flows.sync import start_store_sync
from salur.foundation.problems import Refusal
from salur.integrations.connect import FormInvalid, change_settings, missing_settings, set_subscribed
from salur.integrations.lines import connector_of
from salur.integrations.models import ConnectionState, StoreConnection, WarehouseAccount
from salur.integrations.queries import budget_of, find_account, find_store, last_exchanges
from salur.integrations.registry import WAREHOUSE, find_plugin
from salur.orders.queries import last_runs
from salur.stock.queries import warehouses_of
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.words import channel_title

from .abilities import facts_of, notes_of
from .authorising import who
from .forms import PLACE, PlaceForm, SettingsForm
from .last_look import LastLookForm, look_form, save_look
from .ranges import RangeForm
from .store_stock import AGAIN, StockRuleForm, save_stock_rule, stock_panel, tell_again
from .subscribing import ask_for_messages
from .ways import how_authorised


def _store(store_id: int) -> StoreConnection:
    store = find_store(store_id)
    if store is None:
        raise Http404
    return store


def _settings_form(request: MerchantRequest, plugin: Plugin | None, held: dict[str, str]) -> SettingsForm | None:
    if plugin is None or not plugin.settings_form:
        return None
    posted = request.POST if request.POST.get("action") == "settings" else None
    return SettingsForm(posted, plugin=plugin, initial={k: v for k, v in held.items() if v != ""})


@page(post=Role.OPERATOR)
def store_page(request: MerchantRequest, store_id: int) -> HttpResponseBase:
    """One store. A POST syncs now or flips a switch; owners also change settings and disconnect."""
    with reading(request):
        store = _store(store_id)
        plugin = connector_of(store)
    form = _settings_form(request, plugin, store.settings)
    ranged = _range_form(request, store, plugin)
    abilities = plugin.capabilities.abilities if plugin else frozenset[str]()
    stock = stock_panel(request, store, abilities)
    rule = stock.form if stock is not None else None
    asking = look_form(request, store) if plugin is not None else None
    if request.method == "POST":
        done = _store_forms(request, store, form, ranged, rule, asking)
        if done is not None:
            return done
    with reading(request):
        context = {
            "store": store,
            "plugin": plugin,
            "title": channel_title(store.channel),
            "abilities": abilities,
            "form": form,
            "range_form": ranged,
            "stock": stock,
            "look": asking,
            "sending": messages_of(store, plugin),
            "connected": store.state == ConnectionState.CONNECTED,
            "runs": last_runs(6, store_id),
            "budget": budget_of(store_id=store_id),
            "troubles": last_exchanges(store_id=store_id),
        }
    return fragment_or_page(request, "web/integrations/store.html", context, status=_status(form, ranged, rule, asking))


def _status(*forms: SettingsForm | RangeForm | PlaceForm | StockRuleForm | LastLookForm | None) -> int:
    return 422 if any(form is not None and form.is_bound for form in forms) else 200


def _range_form(request: MerchantRequest, store: StoreConnection, plugin: Plugin | None) -> RangeForm | None:
    if plugin is None or store.state != ConnectionState.CONNECTED or not request.merchant.may_operate:
        return None
    return RangeForm(request.POST if request.POST.get("action") == "range" else None, home=request.merchant.zone)


def _store_forms(
    request: MerchantRequest,
    store: StoreConnection,
    form: SettingsForm | None,
    ranged: RangeForm | None,
    stock: StockRuleForm | None,
    look: LastLookForm | None,
) -> HttpResponseBase | None:
    """Do what was posted; None if a form has to be shown again with its errors."""
    if form is not None and form.is_bound:
        _require_owner(request)
        if not _save_settings(request, "store", store.pk, form):
            return None
    elif ranged is not None and ranged.is_bound:
        return _sync_range(request, store, ranged)
    elif stock is not None and stock.is_bound:
        if not save_stock_rule(request, store, stock):
            return None
    elif look is not None and look.is_bound:
        if not save_look(request, store, look):
            return None
    else:
        _act_on_store(request, store)
    return redirect("web:store", store.pk)


def _sync_range(request: MerchantRequest, store: StoreConnection, form: RangeForm) -> HttpResponseBase | None:
    if not form.is_valid():
        return None
    since, until, zone = (form.cleaned_data[name] for name in ("since", "until", "zone"))
    with acting(request, "button"):
        run = start_store_sync(store.pk, trigger="button", since=since, until=until, zone=zone)
    if run is None:
        messages.warning(request, gettext("The store is not connected, so nothing can be fetched from it."))
        return redirect("web:store", store.pk)
    messages.success(request, gettext("The sync has begun."))
    return redirect("web:report", run.pk)


def _require_owner(request: MerchantRequest) -> None:
    if not request.merchant.may_own:
        raise PermissionDenied(gettext("Only an owner may change the settings of a connection or end it."))


def _save_settings(request: MerchantRequest, kind: str, connection_id: int, form: SettingsForm) -> bool:
    try:
        change_settings(who(request), "store" if kind == "store" else "account", connection_id, form.typed())
    except FormInvalid as invalid:
        form.errors.clear()
        form.take_errors(invalid.checked.errors)
        return False
    messages.success(request, gettext("Saved."))
    return True


def _act_on_store(request: MerchantRequest, store: StoreConnection) -> None:
    action = request.POST.get("action", "")
    if action == "sync":
        with acting(request, "button"):
            run = start_store_sync(store.pk, trigger="button")
        if run is None:
            messages.warning(request, gettext("A sync is under way already, or the store is not connected."))
        else:
            messages.success(request, gettext("The sync has begun."))
    elif action == "subscribe":
        _require_owner(request)
        ask_for_messages(request, "store", store.pk)
    elif action == "subscribed":
        _require_owner(request)
        set_subscribed(who(request), "store", store.pk, not store.settings.get("subscribed"))
        messages.success(request, gettext("Noted."))
    elif action == AGAIN:
        tell_again(request, store)
    elif (on := switches_of(store).get(action)) is not None:
        with acting(request, "settings"):
            set_switches(store.pk, {action: not on})
    elif action == "disconnect":
        _require_owner(request)
        disconnect(who(request), "store", store.pk)
        messages.success(request, gettext("Disconnected. Its orders and records stay."))


def _account(account_id: int) -> WarehouseAccount:
    account = find_account(account_id)
    if account is None:
        raise Http404
    return account


@page(post=Role.OPERATOR)
def account_page(request: MerchantRequest, account_id: int) -> HttpResponseBase:
    """One warehouse account. A POST fetches or adds warehouses; owners also change settings and disconnect."""
    with reading(request):
        account = _account(account_id)
        plugin = find_plugin(WAREHOUSE, account.partner)
    form = _settings_form(request, plugin, account.settings)
    place_form = _place_form(request, account, plugin)
    if request.method == "POST":
        done = _account_forms(request, account, form, place_form)
        if done is not None:
            return done
    with reading(request):
        context = {
            "account": account,
            "plugin": plugin,
            "title": plugin.capabilities.title if plugin else account.partner,
            "facts": facts_of(plugin),
            "notes": notes_of(plugin) if plugin else [],
            "how": how_authorised(plugin, account_id),
            "lacking": [gettext(field.label) for field in missing_settings(account)] if plugin else [],
            "by_login": plugin is not None and "oauth" in plugin.capabilities.abilities,
            "form": form,
            "place_form": place_form,
            "sending": messages_of(account, plugin),
            "connected": account.state == ConnectionState.CONNECTED,
            "warehouses": warehouses_of(account),
            "budget": budget_of(account_id=account_id),
            "troubles": last_exchanges(account_id=account_id),
        }
    return fragment_or_page(request, "web/integrations/account.html", context, status=_status(form, place_form))


def _place_form(request: MerchantRequest, account: WarehouseAccount, plugin: Plugin | None) -> PlaceForm | None:
    if plugin is None or not plugin.places_form or account.state != ConnectionState.CONNECTED:
        return None
    if not request.merchant.may_operate:
        return None
    return PlaceForm(request.POST if request.POST.get("action") == PLACE else None, plugin=plugin)


def _account_forms(
    request: MerchantRequest, account: WarehouseAccount, form: SettingsForm | None, place_form: PlaceForm | None
) -> HttpResponseBase | None:
    """Do what was posted; None if a form has to be shown again with its errors."""
    if form is not None and form.is_bound:
        _require_owner(request)
        if not _save_settings(request, "account", account.pk, form):
            return None
    elif place_form is not None and place_form.is_bound:
        if not _add_place(request, account.pk, place_form):
            return None
    else:
        _act_on_account(request, account)
    return redirect("web:account", account.pk)


def _add_place(request: MerchantRequest, account_id: int, form: PlaceForm) -> bool:
    form.errors.clear()  # what the service finds is shown, not what this form would find
    try:
        made = len(add_place(who(request), account_id, form.typed()))
    except Refusal as refusal:
        form.take_refusal(refusal)
        return False
    _tell_new(request, made)
    return True


def _tell_new(request: MerchantRequest, fresh: int) -> None:
    told = ngettext("%(n)s new warehouse.", "%(n)s new warehouses.", fresh) % {"n": fresh}
    messages.success(request, told if fresh else gettext("No new warehouse: all are here already."))


def _act_on_account(request: MerchantRequest, account: WarehouseAccount) -> None:
    action = request.POST.get("action", "")
    if action == "fetch":
        try:
            _tell_new(request, len(fetch_warehouses(who(request), account.pk)))
        except Refusal as refusal:
            tell_refusal(request, refusal)
    elif action == "subscribe":
        _require_owner(request)
        ask_for_messages(request, "account", account.pk)
    elif action == "subscribed":
        _require_owner(request)
        set_subscribed(who(request), "account", account.pk, not account.settings.get("subscribed"))
        messages.success(request, gettext("Noted."))
    elif action == "disconnect":
        _require_owner(request)
        disconnect(who(request), "account", account.pk)
        messages.success(request, gettext("Disconnected. Its warehouses, stock and records stay."))
