"""Delivery-warehouse rules: listed in the order in which they are tried, made, changed, moved (R72)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.wakeups import bindings_changed
from salur.integrations.queries import stores
from salur.routing.editing import RuleNameTaken, delete_rule, move_rule, save_rule
from salur.routing.models import RoutingRule
from salur.routing.queries import find_rule, rules
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting
from salur.web.words import channel_title

from .forms import RuleForm, initial_of


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_list(request: MerchantRequest) -> HttpResponseBase:
    """All rules with their conditions in words; a POST moves, switches or removes one."""
    if request.method == "POST":
        return _act(request)
    names = {store.pk: store.name for store in stores()}
    shown = [
        {
            "rule": rule,
            "stores": [names.get(pk, f"#{pk}") for pk in rule.store_ids],
            "channels": [channel_title(name) for name in rule.channels],
        }
        for rule in rules()
    ]
    return fragment_or_page(request, "web/rules/list.html", {"rules": shown})


def _act(request: MerchantRequest) -> HttpResponseBase:
    action, _, number = request.POST.get("action", "").partition(":")
    if not number.isdigit():
        raise Http404
    with acting(request, "rules"):
        rule = find_rule(int(number))
        if rule is None:
            raise Http404
        if action in ("up", "down"):
            move_rule(rule.pk, up=action == "up")
        elif action == "switch":
            rule.active = not rule.active
            save_rule(rule)
        elif action == "delete":
            delete_rule(rule.pk)
        bindings_changed()
    return redirect("web:rules")


@page(get=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_edit(request: MerchantRequest, rule_id: int | None = None) -> HttpResponseBase:
    """The form of a new or existing rule. Orders that had no way to go are planned again when it is saved."""
    if request.method != "POST":
        rule = _rule(rule_id)
        form = RuleForm(initial=initial_of(rule) if rule.pk else None, stores=stores(), places=warehouses())
        return _form_page(request, form, rule)
    with reading(request):
        rule = _rule(rule_id)
        form = RuleForm(request.POST, stores=stores(), places=warehouses())
    if form.is_valid():
        try:
            with acting(request, "rules"):
                save_rule(form.fill(rule))
                bindings_changed()
        except RuleNameTaken:
            form.add_error("name", gettext("Another rule has this name."))
        else:
            messages.success(
                request, gettext("The rule is saved. Orders that waited for a warehouse are planned again.")
            )
            return redirect("web:rules")
    return _form_page(request, form, rule)


def _rule(rule_id: int | None) -> RoutingRule:
    if rule_id is None:
        return RoutingRule()
    rule = find_rule(rule_id)
    if rule is None:
        raise Http404
    return rule


def _form_page(request: MerchantRequest, form: RuleForm, rule: RoutingRule) -> HttpResponseBase:
    status = 422 if form.is_bound else 200
    return fragment_or_page(request, "web/rules/edit.html", {"form": form, "rule": rule}, status=status)
