"""What a connector says of itself is true, complete and usable."""

from __future__ import annotations

import inspect
import re

from salur.connectors.base import interfaces
from salur.connectors.base.capabilities import FormField, StoreCapabilities, WarehouseCapabilities
from salur.connectors.base.types import OutboundTask

from .bench import Bench
from .checks import Book, expect

BOOK = Book("Description", look="connector.py (CAPABILITIES, PLUGIN), form.py")

CORE = {"store": interfaces.StoreConnector, "warehouse": interfaces.WarehouseConnector}
ABILITIES: dict[str, dict[str, type]] = {
    "store": {
        "oauth": interfaces.OAuth,
        "grant": interfaces.GrantsTokens,
        "makes_keys": interfaces.MakesKeys,
        "accept": interfaces.AcceptsOrders,
        "arrange": interfaces.ArrangesShipment,
        "confirm": interfaces.ConfirmsShipment,
        "track": interfaces.TellsTracking,
        "cancel": interfaces.CancelsOrders,
        "decide": interfaces.DecidesCancellation,
        "listings": interfaces.ListsProducts,
        "stock": interfaces.SetsStock,
        "callbacks": interfaces.CallsBack,
        "challenge": interfaces.AnswersChallenge,
        "message_keys": interfaces.GivesMessageKeys,
    },
    "warehouse": {
        "oauth": interfaces.OAuth,
        "products": interfaces.PushesProducts,
        "inbound": interfaces.TakesInbound,
        "cancel": interfaces.Cancels,
        "stock": interfaces.ReportsStock,
        "callbacks": interfaces.CallsBack,
        "challenge": interfaces.AnswersChallenge,
        "message_keys": interfaces.GivesMessageKeys,
    },
}
COUNTRY = re.compile(r"[A-Z]{2}")
STATES = [str(task) for task in OutboundTask]


def _methods(protocol: type) -> list[str]:
    return [name for name, value in vars(protocol).items() if inspect.isfunction(value) and not name.startswith("_")]


@BOOK.check("describes.abilities", "What it can do is what it says it can do", "design 4")
def abilities(bench: Bench) -> None:
    """Neither a promise without its methods nor methods without their promise."""
    kind, can = bench.plugin.kind, bench.plugin.capabilities
    expect(kind in CORE, "kind is store or warehouse", kind)
    wanted = StoreCapabilities if kind == "store" else WarehouseCapabilities
    expect(isinstance(can, wanted), wanted.__name__, type(can).__name__)
    expect(can.name == bench.plugin.name, f"capabilities named {bench.plugin.name}", can.name)
    made = bench.connector().connector
    lacking = [name for name in _methods(CORE[kind]) if not callable(getattr(made, name, None))]
    expect(not lacking, "every method of the core interface", f"missing: {', '.join(lacking)}")
    unknown = can.abilities - ABILITIES[kind].keys()
    expect(not unknown, f"abilities among {', '.join(ABILITIES[kind])}", ", ".join(sorted(unknown)))
    for ability, protocol in ABILITIES[kind].items():
        has = [name for name in _methods(protocol) if callable(getattr(made, name, None))]
        whole = len(has) == len(_methods(protocol))
        if ability in can.abilities:
            expect(whole, f"the methods of {ability}: {', '.join(_methods(protocol))}", f"only {has}")
        else:
            expect(not whole, f"the ability {ability} named, as its methods are there", "not named")


@BOOK.check("describes.limits", "Countries, batches, limits and cut-off are usable values", "design 4, R14, R117")
def limits(bench: Bench) -> None:
    """Values that the hub computes with."""
    can = bench.plugin.capabilities
    odd = [country for country in can.countries if not COUNTRY.fullmatch(country)]
    expect(not odd, "countries as ISO 3166 alpha-2", odd)
    expect(can.rate.per_second > 0 and can.rate.burst >= 1, "a rate above 0", can.rate)
    expect(0 < can.call_deadline <= 120, "a call_deadline of up to 120 seconds", can.call_deadline)
    if isinstance(can, WarehouseCapabilities):
        expect(can.cancel_until in STATES, f"cancel_until among {', '.join(STATES)}", can.cancel_until)
        sizes = (can.report_batch, can.product_batch, can.inbound_report_batch)
        expect(min(sizes) >= 1, "batches of 1 or more", sizes)
        expect(can.reference_max_length >= 20, "references of 20 characters or more", can.reference_max_length)
        expect(can.lookup_settles_after >= 0, "lookup_settles_after in seconds", can.lookup_settles_after)
        expect(can.messages_by in ("call", "login", "console"), "messages_by: call, login or console", can.messages_by)
    else:
        expect(min(can.detail_batch, can.page_size) >= 1, "batches of 1 or more", (can.detail_batch, can.page_size))


@BOOK.check("describes.form", "Each field has a label and an origin, and takes the rig's values", "R10")
def form(bench: Bench) -> None:
    """The forms are generated from these."""
    plugin = bench.plugin
    expect(bool(plugin.form) != bool(plugin.modes), "either form or modes", f"{len(plugin.form)}, {len(plugin.modes)}")
    fields = (*bench.form(), *plugin.settings_form)
    _names_once(bench.form(), plugin.settings_form)
    values = bench.credentials()
    for field in fields:
        told = field.label and (field.origin or field in plugin.settings_form)
        expect(told, f"{field.key}: a label, and an origin that says where to get it", field)
        _takes(field, values.get(field.key, ""))


def _names_once(first: tuple[FormField, ...], settings: tuple[FormField, ...]) -> None:
    for part in (first, settings):
        keys = [field.key for field in part]
        expect(len(keys) == len(set(keys)), "each key once in a form", keys)
    typed = {field.key for field in first}
    for field in settings:
        # A setting may take the place of what was typed when authorising, and only once it is filled in.
        expect(
            field.key not in typed or not (field.required or field.default),
            f"{field.key}: optional and without a default, as the first form has it too",
            field,
        )


def _takes(field: FormField, value: str) -> None:
    parts = [part.strip() for part in value.split(",")] if field.several else [value]
    for part in parts:
        if field.max_length:
            expect(len(part) <= field.max_length, f"{field.key}: room for {len(part)} characters", field.max_length)
        if field.pattern and part:
            expect(
                re.fullmatch(field.pattern, part), f"{field.key}: a pattern that takes the rig's value", field.pattern
            )
    if field.choices and value:
        expect(value in dict(field.choices), f"{field.key}: the rig's value among its choices", field.choices)


@BOOK.check("describes.secrets", "Its secrets are marked as secrets and masked in records", "R15")
def secret_fields(bench: Bench) -> None:
    """The form hides them, the record masks them."""
    listed = {_plain(name) for name in bench.plugin.capabilities.secret_fields}
    typed = [field.key for field in bench.form() if field.secret]
    expect(typed or bench.plugin.modes, "at least one secret field in the form", "none")
    expect(listed, "secret_fields names what is to be masked in records", "nothing")


def _plain(name: str) -> str:
    return name.lower().replace("_", "")
