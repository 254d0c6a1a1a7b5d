"""Partners that can be connected, and warehouse accounts: connected, extended by places, fetched anew (R8 to R16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.connectors.base.capabilities import AuthMode, FormField, Plugin, WarehouseCapabilities
from salur.flows.connect import connect_account, fetch_warehouses, orders_per_day
from salur.flows.open_store import ways_to_open
from salur.flows.places import add_place, places_of
from salur.integrations.connect import Acting
from salur.integrations.forms import MODE, every_field
from salur.integrations.models import ConnectionState, WarehouseAccount
from salur.integrations.modes import advised, missing_hub_keys, mode_of
from salur.integrations.queries import accounts, find_account
from salur.integrations.registry import STORE, WAREHOUSE, find_plugin, plugins
from salur.outbound.states import TaskState
from salur.stock.queries import warehouses_of
from salur.tenancy.models import Entitlement

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .parsing import Text
from .pointing import Value, pointed
from .problems import NotFound
from .writes import Answer, once_outside

router = Router(tags=["partners"])

SCOPE = "integrations:write"


# -- what is shown --------------------------------------------------------------------------------------------------


class Choice(Schema):
    """One value of a choice."""

    value: str
    label: str


class FormFieldShown(Schema):
    """A field of a form, as the connector declares it."""

    key: str
    label: str
    origin: str = Field(description="Where to get the value.")
    partner_term: str = Field(description="The partner's own word for it.")
    max_length: int | None = Field(description="Most characters; of each value where there are several.")
    pattern: str = Field(description="A regular expression that the whole value has to match; empty: none.")
    secret: bool
    required: bool
    several: bool = Field(description="Several values, parted by commas or given as a list.")
    choices: list[Choice]
    default: str


class ModeShown(Schema):
    """One of several ways to authorise."""

    key: str
    label: str
    guidance: str
    orders_per_day: int | None = Field(description="The number of orders a day from which another way is advised.")
    recommended: bool = Field(description="Whether it suits this merchant's number of orders, and is set up here.")
    missing_hub_keys: list[str] = Field(description="Keys that whoever runs the installation has still to enter.")
    form: list[FormFieldShown]


class Capabilities(Schema):
    """What a warehouse partner can do."""

    needs_awb: bool
    needs_label: bool
    unsupported_channels: list[str]
    keeps_stock: bool = Field(description="False: it makes the goods to order; nothing is received or counted.")
    ships_abroad: bool
    pushes_products: bool
    product_fields: list[FormFieldShown] = Field(description="What it needs of a product beyond the master product.")
    takes_inbound: bool
    inbound_cost_required: bool
    cancel_until: TaskState | None = Field(description="The last state that may be cancelled; null: none may.")
    reports_stock: bool
    stock_by_sku: bool = Field(description="False: only a whole warehouse can be asked for.")
    sends_messages: bool
    messages_by: str = Field(description="How messages are switched on: call, login or console.")


class Partner(Schema):
    """A store channel or a warehouse partner that can be connected. Texts are in the language asked for."""

    kind: str = Field(description="store or warehouse")
    name: str
    title: str
    countries: list[str] = Field(description="Empty: all.")
    login: bool = Field(description="Authorised at the partner's own login page, by a person.")
    notes: list[str]
    ways: list[str] = Field(description="Of a store: how it may be opened, see `POST /stores`; the usual way first.")
    modes: list[ModeShown] = Field(description="Where there are any, `form` is empty and each mode has its own.")
    form: list[FormFieldShown]
    settings_form: list[FormFieldShown]
    places_form: list[FormFieldShown] = Field(description="What names one more warehouse of an account.")
    capabilities: Capabilities | None = Field(description="Of a warehouse partner.")


class PartnerList(Schema):
    """All partners that can be connected."""

    items: list[Partner]


class Account(Schema):
    """A warehouse account with its warehouses."""

    id: int
    partner: str
    name: str
    state: ConnectionState
    pause_reason: str
    mode: str | None = Field(description="How it was authorised, where there are several ways.")
    subscribed: bool | None = Field(description="Whether the partner sends messages, as far as is known.")
    subscribed_until: datetime | None
    places: list[dict[str, str]] = Field(description="Warehouses that were added by their numbers.")
    warehouses: list[shown.Warehouse]


class AccountList(Schema):
    """All warehouse accounts of the merchant."""

    items: list[Account]


class AccountChanged(Schema):
    """An account, and which of its warehouses are new."""

    account: Account
    created: list[int] = Field(description="Warehouses made by this request; those there were are left as they are.")


def _field(declared: FormField) -> FormFieldShown:
    return FormFieldShown(
        key=declared.key,
        label=gettext(declared.label),
        origin=gettext(declared.origin) if declared.origin else "",
        partner_term=declared.partner_term,
        max_length=declared.max_length or None,
        pattern=declared.pattern,
        secret=declared.secret,
        required=declared.required,
        several=declared.several,
        choices=[Choice(value=value, label=gettext(label)) for value, label in declared.choices],
        default=declared.default,
    )


def _fields(declared: Sequence[FormField]) -> list[FormFieldShown]:
    return [_field(one) for one in declared]


def _mode(plugin: Plugin, mode: AuthMode, best: AuthMode | None) -> ModeShown:
    return ModeShown(
        key=mode.key,
        label=gettext(mode.label),
        guidance=gettext(mode.guidance),
        orders_per_day=mode.orders_per_day or None,
        recommended=mode is best,
        missing_hub_keys=list(missing_hub_keys(plugin, mode)),
        form=_fields(mode.form),
    )


def _capabilities(can: WarehouseCapabilities) -> Capabilities:
    return Capabilities(
        needs_awb=can.needs_awb,
        needs_label=can.needs_label,
        unsupported_channels=sorted(can.unsupported_channels),
        keeps_stock=can.keeps_stock,
        ships_abroad=can.ships_abroad,
        pushes_products="products" in can.abilities,
        product_fields=_fields(can.product_fields),
        takes_inbound="inbound" in can.abilities,
        inbound_cost_required=can.inbound_cost_required,
        cancel_until=TaskState(str(can.cancel_until)) if "cancel" in can.abilities else None,
        reports_stock="stock" in can.abilities,
        stock_by_sku=can.stock_by_sku,
        sends_messages="callbacks" in can.abilities,
        messages_by=can.messages_by,
    )


def _partner(plugin: Plugin) -> Partner:
    can = plugin.capabilities
    best = advised(plugin, orders_per_day()) if plugin.modes else None
    warehouse = can if isinstance(can, WarehouseCapabilities) else None
    return Partner(
        kind=plugin.kind,
        name=plugin.name,
        title=can.title,
        countries=list(can.countries),
        login="oauth" in can.abilities,
        ways=list(ways_to_open(plugin.name)) if plugin.kind == STORE else [],
        notes=[gettext(note) for note in warehouse.notes] if warehouse else [],
        modes=[_mode(plugin, mode, best) for mode in plugin.modes],
        form=_fields(plugin.form),
        settings_form=_fields(plugin.settings_form),
        places_form=_fields(plugin.places_form),
        capabilities=_capabilities(warehouse) if warehouse else None,
    )


def _account(row: WarehouseAccount) -> Account:
    plugin = find_plugin(WAREHOUSE, row.partner)
    mode = None if plugin is None else mode_of(plugin, "account", row.pk)
    return Account(
        id=row.pk,
        partner=row.partner,
        name=row.name,
        state=ConnectionState(row.state),
        pause_reason=row.pause_reason,
        mode=None if mode is None else mode.key,
        subscribed=row.settings.get("subscribed"),
        subscribed_until=row.subscribed_until,
        places=places_of(row.settings),
        warehouses=[presenting.warehouse(house) for house in warehouses_of(row)],
    )


# -- reading --------------------------------------------------------------------------------------------------------


@router.get("/partners", response={200: PartnerList, **READ_ERRORS}, summary="List partners", openapi_extra=needs(""))
def list_partners(request: ApiRequest) -> PartnerList:
    """Everything that can be connected: forms with their rules, ways to authorise, what a warehouse partner can do."""
    with acting(request):
        return PartnerList(items=[_partner(plugin) for kind in (STORE, WAREHOUSE) for plugin in plugins(kind)])


@router.get("/accounts", response={200: AccountList, **READ_ERRORS}, summary="List accounts", openapi_extra=needs(""))
def list_accounts(request: ApiRequest) -> AccountList:
    """All warehouse accounts, those disconnected last."""
    with acting(request, entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        return AccountList(items=[_account(row) for row in accounts()])


@router.get(
    "/accounts/{account_id}", response={200: Account, **READ_ERRORS}, summary="An account", openapi_extra=needs("")
)
def read_account(request: ApiRequest, account_id: int) -> Account:
    """One warehouse account."""
    with acting(request, entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        return _account(_found(account_id))


def _found(account_id: int) -> WarehouseAccount:
    row = find_account(account_id)
    if row is None:
        raise NotFound
    return row


# -- connecting -----------------------------------------------------------------------------------------------------


class NewAccount(Schema):
    """What an owner would type into the partner's form."""

    model_config = ConfigDict(extra="forbid")

    partner: Text
    name: Text = Field(description="As the account will be called in lists.")
    mode: Text = Field("", description="Which way to authorise, where there are several.")
    values: dict[str, Value] = Field(description="By the keys of the form.")
    settings: dict[str, Text] = Field({}, description="By the keys of the settings form; may be given later.")


class NewPlace(Schema):
    """What names one more warehouse."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Value] = Field(description="By the keys of the partner's form for places.")


def _permitted(request: ApiRequest, account_id: int | None = None) -> Acting:
    """Who acts; scope of the token, entitlement and the account's being there are seen to before any partner is."""
    with acting(request, SCOPE, entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        if account_id is not None:
            _found(account_id)
    return Acting(request.auth.merchant_id, request.auth.actor)


@router.post(
    "/accounts",
    response={201: AccountChanged, **WRITE_ERRORS},
    summary="Connect an account",
    openapi_extra=writes(SCOPE),
)
def create_account(request: ApiRequest, payload: Body[NewAccount]) -> HttpResponse:
    """Verify the credentials with the partner, then save the account and create its warehouses.

    An account of the same identity gets the new credentials. A partner with a login (`login`) is refused: an owner
    authorises it in the pages.
    """
    who = _permitted(request)
    plugin = find_plugin(WAREHOUSE, payload.partner)
    fields = () if plugin is None else every_field(plugin)
    typed = {declared.key for declared in fields}

    def place_of(name: str) -> str:
        if name in ("name", MODE):
            return f"/{name}"
        return f"/values/{name}" if name in typed else f"/settings/{name}"

    def work() -> Answer:
        done = pointed(
            lambda: connect_account(
                who, payload.partner, payload.name, payload.values, payload.settings, mode=payload.mode
            ),
            place_of,
            fields,
        )
        return _changed(request, done.account_id, done.warehouse_ids, status=201)

    return once_outside(request, work)


def _changed(request: ApiRequest, account_id: int, created: Sequence[int], *, status: int = 200) -> Answer:
    with acting(request):
        body = AccountChanged(account=_account(_found(account_id)), created=list(created))
    return Answer(body, status, f"/api/v1/accounts/{account_id}" if status == 201 else "")


@router.post(
    "/accounts/{account_id}/places",
    response={200: AccountChanged, **WRITE_ERRORS},
    summary="Add a warehouse by its numbers",
    openapi_extra=writes(SCOPE),
)
def create_place(request: ApiRequest, account_id: int, payload: Body[NewPlace]) -> HttpResponse:
    """Add what the partner's `places_form` names. The partner must know it; its warehouse is created."""
    who = _permitted(request, account_id)

    def work() -> Answer:
        made = pointed(lambda: add_place(who, account_id, payload.values), lambda name: f"/values/{name}")
        return _changed(request, account_id, made)

    return once_outside(request, work)


@router.post(
    "/accounts/{account_id}/fetch",
    response={200: AccountChanged, **WRITE_ERRORS},
    summary="Fetch new warehouses",
    openapi_extra=writes(SCOPE),
)
def fetch_account(request: ApiRequest, account_id: int) -> HttpResponse:
    """Create the warehouses that the account has got since."""
    who = _permitted(request, account_id)
    return once_outside(request, lambda: _changed(request, account_id, fetch_warehouses(who, account_id)))
