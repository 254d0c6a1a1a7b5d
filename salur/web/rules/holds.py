"""Rules that hold new orders: listed with what they do in words, made, changed, switched, removed (issue 6, 10)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.foundation.problems import Refusal
from salur.integrations.queries import stores
from salur.routing.checking import RuleRefused
from salur.routing.editing import RuleNameTaken
from salur.routing.holding import delete_hold_rule, find_hold_rule, hold_rules, save_hold_rule
from salur.routing.models import HoldRule
from salur.routing.sentences import hold_sentence
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.filters import as_id

from .forms import HoldRuleForm, initial_of_hold
from .views import names_for


@page(post=Role.OPERATOR)
def hold_rule_list(request: MerchantRequest) -> HttpResponseBase:
    """All rules that hold orders; a POST switches or removes one."""
    if request.method == "POST":
        return _act(request)
    listed = hold_rules()
    called = names_for(listed)
    context = {"rules": [(rule, hold_sentence(rule, called)) for rule in listed]}
    return fragment_or_page(request, "web/rules/holds.html", context)


def _act(request: MerchantRequest) -> HttpResponseBase:
    action, _, number = request.POST.get("action", "").partition(":")
    try:
        with acting(request, "rules"):
            rule = find_hold_rule(as_id(number) or 0)
            if rule is None:
                raise Http404
            if action == "switch":
                rule.active = not rule.active
                save_hold_rule(rule)
            elif action == "delete":
                delete_hold_rule(rule.pk)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    return redirect("web:hold_rules")


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def hold_rule_edit(request: MerchantRequest, rule_id: int | None = None) -> HttpResponseBase:
    """The form of a new or existing rule."""
    if request.method != "POST":
        rule = _rule(rule_id)
        form = HoldRuleForm(initial=initial_of_hold(rule) if rule.pk else None, stores=stores())
        return _form_page(request, form, rule)
    with reading(request):
        rule = _rule(rule_id)
        form = HoldRuleForm(request.POST, stores=stores())
    if form.is_valid():
        try:
            with acting(request, "rules"):
                save_hold_rule(form.fill(rule))
        except RuleNameTaken:
            form.add_error("name", gettext("Another rule has this name."))
        except RuleRefused as refused:
            form.tell(refused)
        except Refusal as refusal:
            tell_refusal(request, refusal)
        else:
            messages.success(request, gettext("The rule is saved. It holds orders that come in from now on."))
            return redirect("web:hold_rules")
    return _form_page(request, form, rule)


def _rule(rule_id: int | None) -> HoldRule:
    rule = HoldRule() if rule_id is None else find_hold_rule(rule_id)
    if rule is None:
        raise Http404
    return rule


def _form_page(request: MerchantRequest, form: HoldRuleForm, rule: HoldRule) -> HttpResponseBase:
    shown = ""
    if rule.pk and not form.is_bound:
        shown = hold_sentence(rule, names_for([rule]))
    context = {"form": form, "rule": rule, "shown": shown}
    return fragment_or_page(request, "web/rules/hold.html", context, status=422 if form.is_bound else 200)
