"""A store: connected, shown whole, changed, authorised again, disconnected (R8 to R16, R26, R148)."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.connectors.base.capabilities import FormField
from salur.flows.connect import disconnect, replace_secrets
from salur.flows.open_store import (
    BY_LEAVING,
    Leave,
    WantedStore,
    Way,
    begin_opening,
    chosen_way,
    open_store,
    open_store_again,
    ways_to_open,
)
from salur.flows.store_switches import set_switches, switches_of
from salur.flows.subscribing import ask_for_messages, messages_of, subscribes_at_once
from salur.foundation.problems import Refusal
from salur.integrations.changing import rename_store
from salur.integrations.channels import channel as channel_of
from salur.integrations.connect import Acting, change_settings, set_subscribed
from salur.integrations.forms import every_field
from salur.integrations.lines import connector_of
from salur.integrations.models import ConnectionState, StoreConnection
from salur.integrations.queries import find_store, stores
from salur.integrations.registry import STORE, find_plugin
from salur.tenancy import tokens
from salur.tenancy.models import User

from . import presenting, shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .parsing import Text
from .pointing import Value, pointed
from .problems import Fault, Invalid, NotFound, fault
from .stores_shown import LoginAsked, StoreWhole, whole
from .writes import Answer, once, once_outside

router = Router(tags=["stores and warehouses"])
SCOPE = "integrations:write"
ON_TOP = frozenset({"channel", "way", "name", "country", "currency", "mode"})
UNUSED_BY: dict[Way, tuple[str, ...]] = {"file": ("mode", "values", "settings"), "page": ("mode", "settings")}
"""What a way has no use for; it is refused rather than dropped."""


class NewStore(Schema):
    """What an owner would type into the form of the channel."""

    model_config = ConfigDict(extra="forbid")

    channel: Text = Field(description="As in `GET /partners`; `manual` for a store of no channel.")
    way: Way | None = Field(
        None,
        description="`keys`: they are in `values`. `login`: at the channel's login page. `page`: the store's own page "
        "makes the keys. `file`: orders come by file, form or API. Without it: the usual way of the channel.",
    )
    name: Text = Field(description="As the store will be called in lists.")
    country: Annotated[str, StringConstraints(pattern="^[A-Za-z]{2}$")] = Field(
        description="Two letters; what the channel itself says counts more."
    )
    currency: Annotated[str, StringConstraints(pattern="^([A-Za-z]{3})?$")] = Field(
        "", description="Needed for `file`; elsewhere what the channel says counts more."
    )
    mode: Text = Field("", description="Which of the channel's `modes`, where there are several.")
    values: dict[str, Value] = Field({}, description="By the keys of the form.")
    settings: dict[str, Text] = Field({}, description="By the keys of the settings form; may be given later.")


class StoreChange(Schema):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    switches: dict[str, bool] = Field({}, description="Those that the store shows.")
    settings: dict[str, Text] = Field({}, description="Those that the store shows; an empty text: the default.")
    subscribed: bool | None = Field(
        None, description="That the channel sends messages, where only you know (`messages.noted_by_hand`)."
    )


class NewKeys(Schema):
    """New secrets of a store."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Value] = Field({}, description="By the keys of the form. Only secrets change, so it stays it.")


NO_KEYS = NewKeys(values={})


def _found(store_id: int) -> StoreConnection:
    store = find_store(store_id)
    if store is None:
        raise NotFound
    return store


def _permitted(request: ApiRequest, store_id: int | None = None) -> Acting:
    """Who acts; the token's scope and the store's being there are seen to before anybody is asked."""
    with acting(request, SCOPE):
        if store_id is not None:
            _found(store_id)
    return Acting(request.auth.merchant_id, request.auth.actor)


def _whole(request: ApiRequest, store_id: int, status: int = 200) -> Answer:
    with acting(request):
        body = whole(_found(store_id))
    return Answer(body, status, f"/api/v1/stores/{store_id}" if status == 201 else "")


def _visitor(request: ApiRequest, channel: str) -> User:
    """Who logs in: a person must, and only who is named in the state comes back (see ``integrations.login``)."""
    with acting(request):
        owner = tokens.owner_behind(request.auth.token_id)
    if owner is None:
        raise Refusal("login_needed", partner=channel_of(channel).title)
    return owner


def _asked(leave: Leave, visitor: User, channel: str, name: str, store_id: int | None = None) -> Answer:
    return Answer(
        LoginAsked(
            address=leave.address,
            person=visitor.get_username(),
            expires_at=leave.until,
            channel=channel,
            name=name,
            store_id=store_id,
        ),
        202,
    )


def _fields(channel: str) -> tuple[FormField, ...]:
    plugin = find_plugin(STORE, channel)
    return () if plugin is None else (*every_field(plugin), *plugin.keys_form)


# -- reading --------------------------------------------------------------------------------------------------------


@router.get("/stores", response={200: shown.StoreList, **READ_ERRORS}, summary="List stores", openapi_extra=needs(""))
def list_stores(request: ApiRequest) -> shown.StoreList:
    """All stores of the merchant, those disconnected last."""
    with acting(request):
        return shown.StoreList(items=[presenting.store(row) for row in stores()])


@router.get("/stores/{store_id}", response={200: StoreWhole, **READ_ERRORS}, summary="A store", openapi_extra=needs(""))
def read_store(request: ApiRequest, store_id: int) -> StoreWhole:
    """One store with its switches and settings, and what is wrong with it."""
    with acting(request):
        return whole(_found(store_id))


# -- connecting -----------------------------------------------------------------------------------------------------


@router.post(
    "/stores",
    response={201: StoreWhole, 202: LoginAsked, **WRITE_ERRORS},
    summary="Connect a store",
    openapi_extra=writes(SCOPE),
)
def create_store(request: ApiRequest, payload: Body[NewStore]) -> HttpResponse:
    """Verify typed keys with the channel and save the store (201), or begin a login (202).

    After 202 nothing is saved yet: a person opens `address`, agrees there, and is led back to Salur, which connects the
    store. It must be the owner who made the token, signed in to Salur with this merchant chosen, in the same browser
    and before `expires_at`; anybody else is refused. Ask with a new Idempotency-Key for a fresh address. A token whose
    maker is no owner any more cannot begin a login. A store of the same identity gets the new credentials.
    """
    who = _permitted(request)
    typed = _fields(payload.channel)
    keys = {declared.key for declared in typed}

    def place_of(name: str) -> str:
        if name in ON_TOP:
            return f"/{name}"
        return f"/values/{name}" if name in keys else f"/settings/{name}"

    way = pointed(lambda: chosen_way(payload.channel, payload.way), place_of)

    def work() -> Answer:
        return pointed(lambda: _open(request, who, payload, way), place_of, typed)

    if way == "file":  # nobody is asked, and a second one is not the same one
        with acting(request):
            return once(request, work)
    return once_outside(request, work)


def _open(request: ApiRequest, who: Acting, new: NewStore, way: Way) -> Answer:
    unused = [name for name in UNUSED_BY.get(way, ()) if getattr(new, name)]
    if unused:
        raise Invalid(*(fault("body", f"/{name}", "not_usable") for name in unused))
    wanted = WantedStore(new.channel, new.name, new.country, new.currency, new.mode, new.values, new.settings)
    if way in BY_LEAVING:
        visitor = _visitor(request, new.channel)
        leave = begin_opening(Acting(who.merchant_id, f"user:{visitor.pk}"), wanted, way)
        return _asked(leave, visitor, new.channel, new.name)
    store_id = open_store(who, wanted, way)
    plugin = find_plugin(STORE, new.channel)
    if way == "keys" and plugin is not None and subscribes_at_once(plugin):
        with suppress(Refusal):  # it is connected all the same; `messages` and `failed_calls` of the answer tell
            ask_for_messages(who, "store", store_id)
    return _whole(request, store_id, 201)


@router.post(
    "/stores/{store_id}/authorise",
    response={200: StoreWhole, 202: LoginAsked, **WRITE_ERRORS},
    summary="Authorise a store again",
    openapi_extra=writes(SCOPE),
)
def authorise_store_again(request: ApiRequest, store_id: int, payload: Body[NewKeys] = NO_KEYS) -> HttpResponse:
    """Verify new keys and put them in the place of the old ones (200), or begin a login as `POST /stores` does (202).

    What waited for a paused store goes on. New keys that a store makes on its own page: `POST /stores` once more.
    """
    who = _permitted(request, store_id)
    with acting(request):
        store = _found(store_id)
        fields = _fields(store.channel)

    def work() -> Answer:
        if "login" not in ways_to_open(store.channel):
            replace_secrets(who, "store", store_id, payload.values)
            return _whole(request, store_id)
        visitor = _visitor(request, store.channel)
        leave = open_store_again(Acting(who.merchant_id, f"user:{visitor.pk}"), store_id, payload.values)
        return _asked(leave, visitor, store.channel, store.name, store_id)

    return once_outside(request, lambda: pointed(work, lambda name: f"/values/{name}", fields))


@router.post(
    "/stores/{store_id}/subscribe",
    response={200: StoreWhole, **WRITE_ERRORS},
    summary="Subscribe to a store's messages",
    openapi_extra=writes(SCOPE),
)
def subscribe_store(request: ApiRequest, store_id: int) -> HttpResponse:
    """Ask the channel to tell of changes at once, and may be repeated.

    Only where `messages.by` is `call`; for other stores there is nothing at this address.
    """
    who = _permitted(request, store_id)
    with acting(request):
        store = _found(store_id)
        messages = messages_of(store, connector_of(store))
    if messages is None or not messages.by_call:
        raise NotFound

    def work() -> Answer:
        ask_for_messages(who, "store", store_id)
        return _whole(request, store_id)

    return once_outside(request, work)


# -- changing -------------------------------------------------------------------------------------------------------


@router.patch(
    "/stores/{store_id}",
    response={200: StoreWhole, **WRITE_ERRORS},
    summary="Change a store",
    openapi_extra=writes(SCOPE),
)
def change_store(request: ApiRequest, store_id: int, payload: Body[StoreChange]) -> HttpResponse:
    """Its name, switches and settings, all or none. Lists that waited for a switch are judged anew at once.

    What it is told of stock and the look before each push have addresses of their own.
    """
    with acting(request, SCOPE):
        return once(request, lambda: pointed(lambda: _change(request, _found(store_id), payload), _place_of_change))


def _place_of_change(name: str) -> str:
    return "/name" if name == "name" else f"/settings/{name}"


def _change(request: ApiRequest, store: StoreConnection, change: StoreChange) -> Answer:
    faults = _not_offered(store, change)
    if faults:
        raise Invalid(*faults)
    who = Acting(request.auth.merchant_id, request.auth.actor)
    if change.settings:
        change_settings(who, "store", store.pk, change.settings, others_stay=True)
    if change.subscribed is not None:
        set_subscribed(who, "store", store.pk, change.subscribed)
    if change.name is not None:
        rename_store(store, change.name)
    set_switches(store.pk, change.switches)
    return Answer(whole(_found(store.pk)))


def _not_offered(store: StoreConnection, change: StoreChange) -> list[Fault]:
    """Switches and settings that this store does not have."""
    plugin = connector_of(store)
    declared = {one.key for one in (() if plugin is None else plugin.settings_form)}
    wrong = [f"/switches/{name}" for name in change.switches.keys() - switches_of(store)]
    wrong += [f"/settings/{name}" for name in change.settings.keys() - declared]
    messages = messages_of(store, plugin)
    noted = messages is not None and messages.told_by_hand and store.state == ConnectionState.CONNECTED
    if change.subscribed is not None and not noted:
        wrong.append("/subscribed")
    return [fault("body", pointer, "not_usable") for pointer in sorted(wrong)]


@router.post(
    "/stores/{store_id}/disconnect",
    response={200: StoreWhole, **WRITE_ERRORS},
    summary="Disconnect a store",
    openapi_extra=writes(SCOPE),
)
def disconnect_store(request: ApiRequest, store_id: int) -> HttpResponse:
    """Its secrets are deleted and nothing is called any more; its orders and records stay. May be repeated."""
    who = _permitted(request, store_id)

    def work() -> Answer:
        disconnect(who, "store", store_id)
        return Answer(whole(_found(store_id)))

    with acting(request):
        return once(request, work)
