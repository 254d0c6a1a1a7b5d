"""Opening a store, whichever way its channel gives access: pages and the API come here (R8, R9, R12, R26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.urls import reverse

from salur.foundation.clock import now
from salur.integrations.channels import find_channel
from salur.integrations.connect import (
    Acting,
    FormInvalid,
    begin_authorisation,
    begin_reauthorisation,
    connect_file_store,
)
from salur.integrations.key_handover import LASTS, begin_key_handover
from salur.integrations.login import STATE_SECONDS
from salur.integrations.registry import STORE, find_plugin
from salur.integrations.saving import served_country

from .connect import connect_store

Way = Literal["keys", "login", "page", "file"]
"""Keys are typed; the partner has a login; the store's own page makes keys; orders come by file, form or API."""
BY_LEAVING: frozenset[Way] = frozenset(("login", "page"))
"""The ways on which a person has to leave for another site, see :func:`begin_opening`."""


@dataclass(frozen=True)
class WantedStore:
    """A store as somebody describes it. ``values`` by the keys of the form that the way asks for."""

    channel: str
    name: str
    country: str = ""
    currency: str = ""
    mode: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leave:
    """Where a person has to be sent, and until when that person has to be back."""

    address: str
    until: datetime


def return_address() -> str:
    """Where partners send people back to."""
    return f"{settings.SALUR.base_url.rstrip('/')}{reverse('web:authorise_return')}"


def ways_to_open(channel: str) -> tuple[Way, ...]:
    """How a store of the channel may be opened, the usual way first; raises :class:`FormInvalid`."""
    found, plugin = find_channel(channel), find_plugin(STORE, channel)
    if found is None:
        raise FormInvalid.of("channel", "field_choice", value=channel)
    abilities = frozenset[str]() if plugin is None else plugin.capabilities.abilities
    offered: dict[Way, bool] = {
        "login": "oauth" in abilities,
        "keys": plugin is not None and "oauth" not in abilities,
        "page": "makes_keys" in abilities,
        "file": found.by_file,
    }
    return tuple(way for way, there in offered.items() if there)


def chosen_way(channel: str, way: Way | None) -> Way:
    """The way, or the usual one of the channel where none is named; raises :class:`FormInvalid`."""
    offered = ways_to_open(channel)
    if way is not None and way not in offered:
        raise FormInvalid.of("way", "field_choice", value=way)
    return way or offered[0]


def _check(wanted: WantedStore, way: Way, possible: frozenset[Way]) -> None:
    """What can be told before anybody is asked."""
    if chosen_way(wanted.channel, way) not in possible:
        raise ValueError(f"{way}: this is begun or ended elsewhere")
    plugin = find_plugin(STORE, wanted.channel)
    if way != "file" and plugin is not None and wanted.country:
        served_country(plugin, wanted.country)


def open_store(acting: Acting, wanted: WantedStore, way: Way) -> int:
    """The id of the store, connected by keys or made for files. Called with no scope open.

    Raises FormInvalid, PartnerRefused, IdentityTaken; nothing is saved then.
    """
    _check(wanted, way, frozenset(("keys", "file")))
    if way == "file":
        return connect_file_store(acting, wanted.channel, wanted.name, wanted.country, wanted.currency)
    return connect_store(
        acting,
        wanted.channel,
        wanted.name,
        wanted.values,
        country=wanted.country,
        currency=wanted.currency,
        mode=wanted.mode,
        settings=wanted.settings,
    )


def begin_opening(visitor: Acting, wanted: WantedStore, way: Way) -> Leave:
    """The page to which ``visitor`` has to go, and from which nobody else comes back. Called with no scope open.

    Raises FormInvalid, PartnerRefused.
    """
    _check(wanted, way, BY_LEAVING)
    begun_at, back = now(), return_address()
    channel, name, values, country = wanted.channel, wanted.name, wanted.values, wanted.country
    if way == "page":
        return Leave(
            begin_key_handover(visitor, channel, name, values, redirect=back, country=country), begun_at + LASTS
        )
    address = begin_authorisation(
        visitor,
        channel,
        name,
        values,
        redirect=back,
        mode=wanted.mode,
        country=country,
        currency=wanted.currency,
        settings=wanted.settings,
    )
    return Leave(address, begun_at + timedelta(seconds=STATE_SECONDS))


def open_store_again(visitor: Acting, store_id: int, values: Mapping[str, Any] | None = None) -> Leave:
    """The login page of a store that is connected or paused; see :func:`begin_reauthorisation`."""
    begun_at = now()
    address = begin_reauthorisation(visitor, store_id, redirect=return_address(), values=values)
    return Leave(address, begun_at + timedelta(seconds=STATE_SECONDS))
