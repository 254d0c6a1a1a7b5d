"""One more warehouse of a connected account, named by what the merchant types (R16, R28).

Partners that do not list an account's warehouses by themselves are asked for those whose numbers they were told. What
was added stands in the account's setting ``places``, which travels with the credentials of every call.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.types import PartnerWarehouse
from salur.foundation.problems import Refusal
from salur.integrations import budgets
from salur.integrations.calling import Result, account_line, call, record
from salur.integrations.connect import Acting, FormInvalid
from salur.integrations.forms import field_named, needed_values, parts
from salur.integrations.lines import PLACES, PartnerLine
from salur.integrations.models import WarehouseAccount
from salur.integrations.saving import PartnerRefused
from salur.stock.models import Warehouse
from salur.tenancy import audit, entitlements
from salur.tenancy.models import Entitlement

from .connect import create_warehouses
from .wakeups import account_changed

Place = dict[str, str]


def places_of(settings: Mapping[str, Any]) -> list[Place]:
    """The places added to an account so far, in their order."""
    held = settings.get(PLACES)
    return [dict(place) for place in json.loads(held)] if held else []


def add_place(acting: Acting, account_id: int, values: Mapping[str, Any]) -> Sequence[int]:
    """Add what the partner's ``places_form`` names; answers the warehouses that were new. May be repeated.

    The partner must list it before anything is saved. Raises FormInvalid (also for a number that the partner does
    not know, by its field), PartnerRefused, ConnectionPaused, NotConnected, NotEntitled.
    """
    with acting.scope("add warehouse"):
        entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
        line = account_line(account_id)
    plugin = line.plugin
    if not plugin.places_form:
        raise Refusal("no_places", partner=plugin.capabilities.title)
    place = needed_values(plugin.places_form, values)
    listed = _ask(acting, line, place)
    with acting.scope("add warehouse"):
        budgets.hold("account", account_id)
        account = WarehouseAccount.objects.get(pk=account_id)
        held = places_of(account.settings)
        if place not in held:
            entries = _check_named(plugin, place, listed, account_id)
            account.settings = {**account.settings, PLACES: _text([*held, place])}
            account.save(update_fields=["settings"])
            audit.record("account.place", f"account:{account_id}", codes=[entry.code for entry in entries])
        made = create_warehouses(account_id, listed, plugin.capabilities.countries)
        account_changed(account_id)
        return made


def _text(places: Sequence[Place]) -> str:
    return json.dumps(places, ensure_ascii=False)


def _with_place(line: PartnerLine, place: Place) -> PartnerLine:
    held = places_of(line.settings)
    return replace(line, credentials=line.credentials.replaced(**{PLACES: _text([*held, place])}))


def _ask(acting: Acting, line: PartnerLine, place: Place) -> Sequence[PartnerWarehouse]:
    """The account's warehouses with the new place among those asked for."""
    result = _call(acting, line, place)
    if result.error is not None:
        raise _refused(result, line.plugin)
    with acting.scope("add warehouse"):
        current = account_line(line.id)
    if current.credential_version != line.credential_version:
        # Access was renewed meanwhile, and the renewed credentials name only the places that are saved.
        result = _call(acting, current, place)
    if result.error is not None:
        raise _refused(result, line.plugin)
    return result.answer()


def _call(acting: Acting, line: PartnerLine, place: Place) -> Result[Sequence[PartnerWarehouse]]:
    result: Result[Sequence[PartnerWarehouse]] = call(
        _with_place(line, place), lambda connector: connector.list_warehouses()
    )
    with acting.scope("add warehouse"):
        record(line, [result])
    return result


def _refused(result: Result[Any], plugin: Plugin) -> Refusal:
    """The partner's own refusal, at the field that it complains of: where it names none of ours, at the last."""
    assert result.error is not None  # noqa: S101 - asked before
    refused = PartnerRefused(result.error, plugin)
    if refused.code not in ("rejected", "rejected_field"):
        return refused
    place = field_named(plugin.places_form, refused.field) or plugin.places_form[-1].key
    return FormInvalid.of(place, "field_refused", **refused.evidence)


def _check_named(
    plugin: Plugin, place: Place, listed: Sequence[PartnerWarehouse], account_id: int
) -> list[PartnerWarehouse]:
    """The entries that the place stands for; raises FormInvalid at its last field, which names it most closely."""
    named = [(one, [entry for entry in listed if _is_named(one, entry)]) for one in _each(plugin, place)]
    if not any(entries for _, entries in named):
        # The partner's code and name repeat nothing of what was typed: then what is new was meant.
        known = set(Warehouse.objects.filter(account_id=account_id).values_list("code", flat=True))
        named = [((place[plugin.places_form[-1].key],), [entry for entry in listed if entry.code not in known])]
    for one, entries in named:
        if not any(entry.usable for entry in entries):
            told = {"partner": plugin.capabilities.title, "value": one[-1]}
            code = "place_unusable" if entries else "place_unknown"
            raise FormInvalid.of(plugin.places_form[-1].key, code, **told)
    return [entry for _, entries in named for entry in entries if entry.usable]


def _each(plugin: Plugin, place: Place) -> list[tuple[str, ...]]:
    """The warehouses that a place names: a field of several values names one with each of them."""
    fields = [parts(place[f.key]) if f.several else [place[f.key]] for f in plugin.places_form if place[f.key]]
    return list(itertools.product(*fields))


def _is_named(values: Sequence[str], entry: PartnerWarehouse) -> bool:
    """Whether all that was typed stands in the entry: in its code, its name or its numbers."""
    texts = (entry.code, entry.name, entry.country, *entry.details.values())
    told = {word.casefold() for text in texts for word in (text, *re.split(r"[\s+/-]+", text))}
    return all(value.casefold() in told for value in values)
