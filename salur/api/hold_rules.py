"""Rules that hold new orders: read, made, changed, removed (issue 6, 10)."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema

from salur.orders.models import HoldReason
from salur.routing.checking import RuleRefused
from salur.routing.contents import content_of_hold, fill_hold
from salur.routing.holding import delete_hold_rule, find_hold_rule, hold_rules, save_hold_rule
from salur.routing.models import HoldRule

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import Invalid, NotFound
from .rules import RuleConditions, rule_fault
from .writes import Answer, once

router = Router(tags=["rules"])
READ, WRITE = "orders:read", "orders:write"


class HoldRuleContent(RuleConditions):
    """What a rule says. Every condition that is given must hold, for one item at least; an empty one means any."""

    reason: HoldReason
    days: int | None = Field(None, description="After how many it goes on by itself; null: released by a person.")
    first_to_country: bool = Field(False, description="Only the merchant's first order to its country.")


class HoldRuleShown(HoldRuleContent):
    """A rule as it is kept."""

    id: int


class HoldRuleList(Schema):
    """All rules that hold orders, in the order in which they are tried."""

    items: list[HoldRuleShown]


@router.get(
    "/hold-rules", response={200: HoldRuleList, **READ_ERRORS}, summary="List hold rules", openapi_extra=needs(READ)
)
def list_hold_rules(request: ApiRequest) -> HoldRuleList:
    """The first that fits a new order holds it."""
    with acting(request, READ):
        return _list()


@router.post(
    "/hold-rules",
    response={201: HoldRuleShown, **WRITE_ERRORS},
    summary="Make a hold rule",
    openapi_extra=writes(WRITE),
)
def create_hold_rule(request: ApiRequest, rule: Body[HoldRuleContent]) -> HttpResponse:
    """It holds orders that come in from now on."""
    with acting(request, WRITE):
        return once(request, lambda: _save(HoldRule(), rule, 201))


@router.put(
    "/hold-rules/{hold_rule_id}",
    response={200: HoldRuleShown, **WRITE_ERRORS},
    summary="Change a hold rule",
    openapi_extra=writes(WRITE),
)
def change_hold_rule(request: ApiRequest, hold_rule_id: int, rule: Body[HoldRuleContent]) -> HttpResponse:
    """Set all that the rule says; what is absent becomes empty."""
    with acting(request, WRITE):
        return once(request, lambda: _save(_found(hold_rule_id), rule, 200))


@router.delete(
    "/hold-rules/{hold_rule_id}",
    response={200: HoldRuleList, **WRITE_ERRORS},
    summary="Remove a hold rule",
    openapi_extra=writes(WRITE),
)
def remove_hold_rule(request: ApiRequest, hold_rule_id: int) -> HttpResponse:
    """Orders that it holds stay held until they are released. Answers the rules that are left."""
    with acting(request, WRITE):
        return once(request, lambda: _remove(hold_rule_id))


def _found(rule_id: int) -> HoldRule:
    rule = find_hold_rule(rule_id)
    if rule is None:
        raise NotFound
    return rule


def _shown(rule: HoldRule) -> HoldRuleShown:
    return HoldRuleShown.model_validate({**content_of_hold(rule), "id": rule.pk})


def _list() -> HoldRuleList:
    return HoldRuleList(items=[_shown(rule) for rule in hold_rules()])


def _save(rule: HoldRule, content: HoldRuleContent, status: int) -> Answer:
    said = content.said()
    try:
        save_hold_rule(fill_hold(rule, said))
    except RuleRefused as refused:
        raise Invalid(*(rule_fault(one) for one in refused.faults)) from refused
    return Answer(_shown(_found(rule.pk)), status, f"/api/v1/hold-rules/{rule.pk}" if status == 201 else "")


def _remove(rule_id: int) -> Answer:
    _found(rule_id)
    delete_hold_rule(rule_id)
    return Answer(_list())
