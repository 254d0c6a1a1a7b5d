"""Delivery-warehouse rules: listed in the order in which they are tried, made, changed, moved (R72).

The same pages serve the published rules and the draft beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.wakeups import bindings_changed
from salur.foundation.problems import Refusal
from salur.integrations.queries import stores
from salur.outbound.facts import warehouse_facts
from salur.routing.checking import RuleRefused
from salur.routing.drafts import find_draft
from salur.routing.editing import RuleNameTaken, delete_rule, move_rule, order_rules, save_rule
from salur.routing.models import PUBLISHED, Conditions, RoutingRule
from salur.routing.queries import find_rule, rules
from salur.routing.sentences import Names, sentence
from salur.routing.versions import current_version
from salur.routing.warnings import RuleWarning, read_known, warnings_of
from salur.stock.models import Warehouse
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.countries import country_name
from salur.web.filters import as_id
from salur.web.words import channel_title

from .forms import RuleForm, initial_of


@dataclass(frozen=True)
class ShownRule:
    """A rule with what it does in words, and what is to be known of it."""

    rule: RoutingRule
    sentence: str
    warnings: list[RuleWarning]


def names_for(listed: Sequence[Conditions]) -> Names:
    """What the things are called that these rules name."""
    return Names(
        {store.pk: store.name for store in stores()},
        {name: channel_title(name) for rule in listed for name in rule.channels},
        {place.pk: place.name for place in warehouses()},
        {code: country_name(code) for rule in listed for code in rule.countries},
    )


def shown_rules(listed: Sequence[RoutingRule]) -> list[ShownRule]:
    """Rules in words with their warnings."""
    called = names_for(listed)
    warned = warnings_of(listed, read_known(listed, warehouse_facts(called.warehouses)))
    return [ShownRule(rule, sentence(rule, called), warned.get(rule.pk, [])) for rule in listed]


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_list(request: MerchantRequest, *, draft: bool = PUBLISHED) -> HttpResponseBase:
    """All rules of a set with what they do in words; a POST moves, switches or removes one."""
    if request.method == "POST":
        return _act(request, draft)
    opened = find_draft()
    if draft and opened is None:
        return redirect("web:rules")
    listed = shown_rules(rules(draft=draft))
    context = {
        "rules": listed,
        "warned": sum(bool(one.warnings) for one in listed),
        "draft": draft,
        "opened": opened,
        "version": current_version(),
    }
    return fragment_or_page(request, "web/rules/list.html", context)


def _act(request: MerchantRequest, draft: bool) -> HttpResponseBase:
    action, _, value = request.POST.get("action", "").partition(":")
    try:
        with acting(request, "rules"):
            if action == "order":
                order_rules([pk for one in value.split(",") if (pk := as_id(one))], draft=draft)
            else:
                _act_on_one(action, value, draft)
            if not draft:
                bindings_changed()
    except Refusal as refusal:
        tell_refusal(request, refusal)
    return redirect("web:rules_draft" if draft else "web:rules")


def _act_on_one(action: str, number: str, draft: bool) -> None:
    rule = find_rule(as_id(number) or 0, draft=draft)
    if rule is None:
        raise Http404
    if action in ("up", "down"):
        move_rule(rule.pk, up=action == "up", draft=draft)
    elif action == "switch":
        rule.active = not rule.active
        save_rule(rule)
    elif action == "delete":
        delete_rule(rule.pk, draft=draft)


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_edit(request: MerchantRequest, rule_id: int | None = None, *, draft: bool = PUBLISHED) -> HttpResponseBase:
    """The form of a new or existing rule. Orders that had no way to go are planned again when it is saved."""
    if request.method != "POST":
        rule = _rule(rule_id, draft)
        form = RuleForm(initial=initial_of(rule) if rule.pk else None, stores=stores(), places=_places(rule))
        return _form_page(request, form, rule)
    with reading(request):
        rule = _rule(rule_id, draft)
        form = RuleForm(request.POST, stores=stores(), places=_places(rule))
    if form.is_valid():
        try:
            with acting(request, "rules"):
                save_rule(form.fill(rule))
                if not rule.draft:
                    bindings_changed()
        except RuleNameTaken:
            form.add_error("name", gettext("Another rule has this name."))
        except RuleRefused as refused:
            form.tell(refused)
        else:
            messages.success(request, _saved(rule))
            return redirect("web:rules_draft" if rule.draft else "web:rules")
    return _form_page(request, form, rule)


def _saved(rule: RoutingRule) -> str:
    if rule.draft:
        return gettext("The rule is saved in the draft. Nothing changes until the draft is published.")
    return gettext("The rule is saved. Orders that waited for a warehouse are planned again.")


def _places(rule: RoutingRule) -> list[Warehouse]:
    """Warehouses in use, and those that the rule names already."""
    named = {rule.warehouse_id, *rule.fallback_ids}
    return [place for place in warehouses() if place.active or place.pk in named]


def _rule(rule_id: int | None, draft: bool) -> RoutingRule:
    if rule_id is None:
        return RoutingRule(draft=draft)
    rule = find_rule(rule_id)
    if rule is None:
        raise Http404
    return rule


def _form_page(request: MerchantRequest, form: RuleForm, rule: RoutingRule) -> HttpResponseBase:
    context: dict[str, object] = {"form": form, "rule": rule}
    if rule.pk and not form.is_bound:
        own = {one.rule.pk: one for one in shown_rules(rules(draft=rule.draft))}
        context["shown"] = own.get(rule.pk)
    return fragment_or_page(request, "web/rules/edit.html", context, status=422 if form.is_bound else 200)
