"""Delivery-warehouse rules: read, made, changed, put in order, removed; the published ones or the draft (R72)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.flows.wakeups import bindings_changed
from salur.outbound.facts import warehouse_facts
from salur.routing.checking import RuleRefused
from salur.routing.contents import content_of, fill
from salur.routing.drafts import discard_draft, find_draft, open_draft, publish_draft, the_draft
from salur.routing.editing import delete_rule, order_rules, save_rule
from salur.routing.models import RoutingRule, RuleDraft
from salur.routing.queries import find_rule, rules
from salur.routing.versions import current_version, restore_version, versions
from salur.routing.warnings import read_known, warnings_of
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement
from salur.tenancy.tags import TagsRefused, clean_tags

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import Fault, Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["rules"])
READ, WRITE = "orders:read", "orders:write"
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT

Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Which = Literal["published", "draft"]


class RuleConditions(Schema):
    """What rules of every kind begin with: a name and conditions. An empty condition means any."""

    model_config = ConfigDict(extra="forbid")

    name: str
    active: bool = True
    store_ids: list[int] = []
    channels: list[Word] = []
    countries: list[Word] = Field([], description="Two-letter codes.")
    provinces: list[Word] = []
    cities: list[Word] = []
    postcodes: list[Word] = Field([], description="Beginnings (80) or ranges (80000-80999).")
    couriers: list[Word] = Field([], description="Names; one that ends in * is a beginning.")
    mskus: list[Word] = []
    tags: list[Word] = Field([], description="Product tags.")
    value_from: Amount | None = None
    value_to: Amount | None = None
    value_currency: str = ""
    cash_on_delivery: Literal["", "yes", "no"] = ""

    def said(self) -> dict[str, Any]:
        """All of it with clean tags; raises Invalid."""
        try:
            return {**self.model_dump(), "tags": clean_tags(self.tags)}
        except TagsRefused as refused:
            raise Invalid(fault("body", "/tags", "not_usable")) from refused


class RuleContent(RuleConditions):
    """What a rule says. Every condition that is given must hold; an empty one means any."""

    warehouse_id: int
    fallback_ids: list[int] = Field([], description="Warehouses tried in this order after the first.")
    only_where_free: bool = Field(False, description="Pass over a warehouse without enough free stock.")
    never_split: bool = Field(False, description="The whole order goes to one warehouse by this rule.")


class RuleWarningShown(Schema):
    """Why a rule may not do what it says."""

    code: str
    text: str


class Rule(RuleContent):
    """A rule as it is kept."""

    id: int
    warnings: list[RuleWarningShown]


class RuleList(Schema):
    """A set of rules in the order in which they are tried."""

    set: Which
    version: int = Field(description="Of the published rules; 0 before their first change.")
    items: list[Rule]


class RuleOrder(Schema):
    """All rules of the set, in the order in which they are to be tried."""

    model_config = ConfigDict(extra="forbid")

    ids: list[int] = Field(max_length=10_000)


class Draft(Schema):
    """Whether a draft is open."""

    open: bool
    base: int | None = Field(description="The version that it was copied from.")
    version: int = Field(description="Of the published rules.")


class Publish(Schema):
    """How to publish."""

    model_config = ConfigDict(extra="forbid")

    anyway: bool = Field(False, description="Also if the published rules were changed after the draft was begun.")


AS_IT_IS = Publish(anyway=False)


class Version(Schema):
    """A set of rules as it was published."""

    number: int
    reason: str = Field(description="first, edit, publish or restore")
    restored: int | None
    published_at: str
    rules: int


class SetQuery(Schema):
    """Which rules are meant."""

    set: Which = "published"


def _shown(rule: RoutingRule, warned: dict[int, Any]) -> Rule:
    told = [RuleWarningShown(code=one.code, text=one.text()) for one in warned.get(rule.pk, [])]
    return Rule.model_validate({**content_of(rule), "id": rule.pk, "warnings": told})


def _listed(draft: bool) -> list[Rule]:
    listed = rules(draft=draft)
    warned = warnings_of(listed, read_known(listed, warehouse_facts(place.pk for place in warehouses())))
    return [_shown(rule, warned) for rule in listed]


def _list(which: Which) -> RuleList:
    return RuleList(set=which, version=current_version(), items=_listed(which == "draft"))


@router.get("/rules", response={200: RuleList, **READ_ERRORS}, summary="List rules", openapi_extra=needs(READ))
def list_rules(request: ApiRequest, query: Query[SetQuery]) -> RuleList:
    """All rules of the published set or of the draft, with warnings."""
    with acting(request, READ, entitlement=NEEDS):
        return _list(query.set)


@router.post("/rules", response={201: Rule, **WRITE_ERRORS}, summary="Make a rule", openapi_extra=writes(WRITE))
def create_rule(request: ApiRequest, rule: Body[RuleContent], query: Query[SetQuery]) -> HttpResponse:
    """A new rule is tried last. Orders that waited for a warehouse are planned again."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _save(RoutingRule(draft=query.set == "draft"), rule, 201))


@router.put(
    "/rules/order", response={200: RuleList, **WRITE_ERRORS}, summary="Put rules in order", openapi_extra=writes(WRITE)
)
def put_rules_in_order(request: ApiRequest, order: Body[RuleOrder], query: Query[SetQuery]) -> HttpResponse:
    """Every rule of the set must be named once."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _put_in_order(order, query.set))


@router.get("/rules/draft", response={200: Draft, **READ_ERRORS}, summary="Read the draft", openapi_extra=needs(READ))
def read_rule_draft(request: ApiRequest) -> Draft:
    """Whether a draft of the rules is open."""
    with acting(request, READ, entitlement=NEEDS):
        return _draft(find_draft())


@router.post("/rules/draft", response={200: Draft, **WRITE_ERRORS}, summary="Open a draft", openapi_extra=writes(WRITE))
def open_rule_draft(request: ApiRequest) -> HttpResponse:
    """Copy the published rules into a draft; one that is open already stays as it is."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: Answer(_draft(open_draft())))


@router.delete(
    "/rules/draft", response={200: Draft, **WRITE_ERRORS}, summary="Discard the draft", openapi_extra=writes(WRITE)
)
def discard_rule_draft(request: ApiRequest) -> HttpResponse:
    """The published rules stay as they are."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, _discard)


@router.post(
    "/rules/draft/publish",
    response={200: RuleList, **WRITE_ERRORS},
    summary="Publish the draft",
    openapi_extra=writes(WRITE),
)
def publish_rule_draft(request: ApiRequest, how: Body[Publish] = AS_IT_IS) -> HttpResponse:
    """New orders follow it from now on; orders that waited for a warehouse are planned again."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _publish(how))


@router.get(
    "/rules/versions", response={200: list[Version], **READ_ERRORS}, summary="List versions", openapi_extra=needs(READ)
)
def list_rule_versions(request: ApiRequest) -> list[Version]:
    """The sets that were published, the newest first."""
    with acting(request, READ, entitlement=NEEDS):
        return [
            Version(
                number=one.number,
                reason=one.reason,
                restored=one.restored,
                published_at=one.published_at.isoformat(),
                rules=len(one.rules),
            )
            for one in versions()
        ]


@router.post(
    "/rules/versions/{number}/restore",
    response={200: RuleList, **WRITE_ERRORS},
    summary="Bring a version back",
    openapi_extra=writes(WRITE),
)
def restore_rule_version(request: ApiRequest, number: int) -> HttpResponse:
    """Publish the rules as they were then, as a new version."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _restore(number))


@router.get("/rules/{rule_id}", response={200: Rule, **READ_ERRORS}, summary="Read a rule", openapi_extra=needs(READ))
def read_rule(request: ApiRequest, rule_id: int) -> Rule:
    """One rule of either set."""
    with acting(request, READ, entitlement=NEEDS):
        return _one(_found(rule_id))


@router.put(
    "/rules/{rule_id}", response={200: Rule, **WRITE_ERRORS}, summary="Change a rule", openapi_extra=writes(WRITE)
)
def change_rule(request: ApiRequest, rule_id: int, rule: Body[RuleContent]) -> HttpResponse:
    """Set all that the rule says; what is absent becomes empty."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _save(_found(rule_id), rule, 200))


@router.delete(
    "/rules/{rule_id}", response={200: RuleList, **WRITE_ERRORS}, summary="Remove a rule", openapi_extra=writes(WRITE)
)
def remove_rule(request: ApiRequest, rule_id: int) -> HttpResponse:
    """Orders that it has allocated stay where they are. Answers the rules that are left."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _remove(rule_id))


def _found(rule_id: int) -> RoutingRule:
    rule = find_rule(rule_id)
    if rule is None:
        raise NotFound
    return rule


def _one(rule: RoutingRule) -> Rule:
    return next(one for one in _listed(rule.draft) if one.id == rule.pk)


def _save(rule: RoutingRule, content: RuleContent, status: int) -> Answer:
    said = content.said()
    if rule.draft:
        the_draft()
    try:
        save_rule(fill(rule, said))
    except RuleRefused as refused:
        raise Invalid(*(rule_fault(one) for one in refused.faults)) from refused
    if not rule.draft:
        bindings_changed()
    return Answer(_one(_found(rule.pk)), status, f"/api/v1/rules/{rule.pk}" if status == 201 else "")


def rule_fault(one: Any) -> Fault:
    """A fault of a rule where the request has it."""
    pointer = f"/{one.field}" if one.place is None else f"/{one.field}/{one.place}"
    return Fault("body", pointer, one.code, one.text())


def _put_in_order(order: RuleOrder, which: Which) -> Answer:
    order_rules(order.ids, draft=which == "draft")
    return _after(which)


def _after(which: Which) -> Answer:
    if which == "published":
        bindings_changed()
    return Answer(_list(which))


def _remove(rule_id: int) -> Answer:
    rule = _found(rule_id)
    delete_rule(rule_id, draft=rule.draft)
    return _after("draft" if rule.draft else "published")


def _draft(draft: RuleDraft | None) -> Draft:
    return Draft(open=draft is not None, base=draft.base if draft else None, version=current_version())


def _discard() -> Answer:
    discard_draft()
    return Answer(_draft(None))


def _publish(how: Publish) -> Answer:
    publish_draft(anyway=how.anyway)
    return _after("published")


def _restore(number: int) -> Answer:
    if restore_version(number) is None:
        raise NotFound
    return _after("published")
