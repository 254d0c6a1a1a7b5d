"""The reference pages that are written from the program: ``make reference`` writes them anew.

Each page is one function that answers its whole text. The tests compare the files with it, so a page cannot say
something else than the program does.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from salur.foundation.problems import Problem
    from salur.foundation.transitions import Machine

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NOTE = "<!-- Written by `make reference`. Change the program, not this page. -->"


def cell(text: object) -> str:
    """A text as one cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """The lines of a table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]


def page(title: str, *blocks: str | Iterable[str]) -> str:
    """A page from paragraphs and tables, with a blank line between them."""
    whole = [f"# {title}", NOTE]
    whole += [block if isinstance(block, str) else "\n".join(block) for block in blocks]
    return "\n\n".join(whole) + "\n"


def yes(value: object) -> str:
    """A truth value in words."""
    return "yes" if value else "no"


def settings() -> str:
    """Every environment variable."""
    from salur.config.environment import VARIABLES

    rows = [(f"`{v.name}`", v.purpose, yes(v.secret)) for v in VARIABLES]
    return page(
        "Settings",
        "Salur is set by environment variables, read once at the start of each process. `salur doctor` shows which are"
        " set, never the value of a secret one, and says what is unsafe. A variable that begins with `SALUR_` and is"
        " not listed here stops the start, so a misspelt one cannot go unnoticed.",
        table(("Variable", "Purpose and default", "Secret"), rows),
        "Keys that are not set are made at the first start and kept in the folder `SALUR_HOME`, readable by its owner"
        " only: `secret.key` signs sessions, `credential.key` encrypts partner credentials (one key a line, newest"
        " first). A key file that others may read stops the start.",
        "Values for yes: `1`, `true`, `yes`, `on`. For no: `0`, `false`, `no`, `off`, or nothing.",
    )


def machines() -> dict[Machine, tuple[str, str]]:
    """Every machine with its title and what it answers."""
    from salur.catalog.states import PRODUCT_PUSH
    from salur.inbound.states import MACHINES as INBOUND
    from salur.orders.states import ORDER, RUN
    from salur.outbound.states import BULK, MACHINES
    from salur.returns.states import RETURN
    from salur.stocktakes.states import STOCKTAKE
    from salur.transfers.states import TRANSFER

    return {
        ORDER: ("Order", "The store's view of an order."),
        RUN: ("Sync run", "One run that brought orders in."),
        **dict(zip(MACHINES, OUTBOUND_MACHINES, strict=True)),
        BULK: ("Bulk run", "One action over many orders or lists."),
        PRODUCT_PUSH: ("Product push", "Whether a warehouse knows a product."),
        **dict(zip(INBOUND, INBOUND_MACHINES, strict=True)),
        STOCKTAKE: ("Stock count", "How far a count of an own warehouse is."),
        TRANSFER: ("Transfer", "How far goods are between two warehouses."),
        RETURN: ("Return", "How far goods are that come back."),
    }


def state_machines() -> str:
    """Every state machine with its diagram."""
    blocks: list[str | Iterable[str]] = [
        "Each machine is one text column. The listed moves are the only ones: a trigger in the database refuses all"
        " others and records each move with its time, actor and cause, so no move escapes the record. The same tables"
        " draw these diagrams."
    ]
    for machine, (title, text) in machines().items():
        blocks.append(f"## {title}")
        blocks.append(f"{text} Column `{machine.column}` of `{machine.table}`, machine `{machine.name}`.")
        blocks.append(f"```mermaid\n{machine.diagram()}\n```")
    return page("State machines", *blocks)


OUTBOUND_MACHINES = (
    ("Push", "Has the warehouse got the outbound list?"),
    ("Task", "How far the warehouse is with it."),
    ("Shipment", "The store's side of the parcel: arranged, AWB number, label."),
    ("Cancellation", "A wish to stop the list at the warehouse."),
    ("Confirmation", "Has the store been told that the parcel is under way?"),
)

INBOUND_MACHINES = (
    ("Inbound push", "Has the warehouse got the inbound list?"),
    ("Inbound task", "How far the warehouse is with receiving it."),
    ("Inbound cancellation", "A wish that the warehouse expects the list no more."),
)

ACTS = {"nobody": "nobody: it mends itself", "partner": "the partner"}


def problems() -> str:
    """The catalogue of problems and the reasons of closed gates."""
    from salur.outbound.gates import GATES
    from salur.outbound.messages import GATE_NAMES, GATE_TEXTS

    rows = [(f"`{p.code}`", p.title, p.cause, p.cure, ACTS.get(p.who, p.who)) for p in all_problems()]
    gates = [(n, GATE_NAMES[name]) for n, (name, _gate) in enumerate(GATES, 1)]
    reasons = [(f"`{code}`", t.title, t.cause, t.cure, ACTS.get(t.who, t.who)) for code, t in GATE_TEXTS.items()]
    head = ("Code", "Title", "Cause", "Cure", "Who acts")
    return page(
        "Problems and reasons",
        "Every problem has a code, a cause, a cure, and somebody who has to act. Words such as `%(partner)s` are"
        " filled in when a problem is shown.",
        "## Problems",
        table(head, rows),
        "## Why an outbound list is not pushed",
        "The push conditions (gates) are judged in this order; the first closed one is named as the reason, the"
        " order's page shows all.",
        table(("", "Condition"), gates),
        "The reasons for which a condition is closed:",
        table(head, reasons),
    )


def all_problems() -> list[Problem]:
    """Every problem that some module of the program holds in a table, by code."""
    from salur.foundation.problems import Problem

    found: dict[str, Problem] = {}
    for module in domain_modules():
        for value in vars(module).values():
            if isinstance(value, tuple):
                found |= {each.code: each for each in value if isinstance(each, Problem)}
    return [found[code] for code in sorted(found)]


def domain_modules() -> Iterator[ModuleType]:
    """Every module below the command line, tables of problems may be anywhere there."""
    import salur

    for package in pkgutil.iter_modules(salur.__path__, "salur."):
        if package.name in APART:
            continue
        whole = importlib.import_module(package.name)
        yield whole
        for module in pkgutil.walk_packages(getattr(whole, "__path__", []), f"{package.name}."):
            if ".migrations" not in module.name:
                yield importlib.import_module(module.name)


APART = {"salur.__main__", "salur.config", "salur.connectors", "salur.sandbox"}


def rules() -> str:
    """What a store's status allows, for every channel."""
    from salur.integrations.channels import channels

    known = channels()
    with_connector = [channel for channel in known if channel.connected]
    without = [channel for channel in known if not channel.connected]
    blocks: list[str | Iterable[str]] = [
        "What an order's status at its store allows: whether an outbound list is created, and whether it may be pushed"
        " to the warehouse once all other conditions are met. The first row that matches counts; a status that no row"
        " names creates nothing. Courier names are compared whole, without regard to case and spacing.",
    ]
    for channel in with_connector:
        blocks += [f"## {channel.title}", _rule_table(channel.rules)]
    if without:
        titles = ", ".join(channel.title for channel in without)
        blocks += [
            "## Channels without a connector",
            f"{titles}: orders come by file or API.",
            _rule_table(without[0].rules),
        ]
    return page("Rules per store", *blocks)


def _rule_table(rows: Iterable[object]) -> list[str]:
    head = ("Status", "Couriers", "Create list", "Push", "AWB needed", "Meaning")
    return table(head, (_rule_row(row) for row in rows))


def _rule_row(rule: object) -> tuple[object, ...]:
    from salur.connectors.base.capabilities import StoreRule

    assert isinstance(rule, StoreRule)
    couriers = ", ".join(rule.couriers) or "any"
    needs = yes(rule.needs_awb) if rule.push else "–"
    return (str(rule.status), couriers, yes(rule.create), yes(rule.push), needs, rule.reason)


def commands() -> str:
    """The command line."""
    from salur.config.cli import parser

    lines = list(_commands(parser()))
    return page(
        "Commands",
        "`salur COMMAND --help` tells the same. Exit codes, where nothing else is said: 0 done, 1 failed, 2 refused"
        " with an explanation.",
        *lines,
    )


def _commands(found: argparse.ArgumentParser, purpose: str = "") -> Iterator[str | list[str]]:
    groups = [action for action in found._actions if isinstance(action, argparse._SubParsersAction)]
    for group in groups:
        purposes = {choice.dest: choice.help or "" for choice in group._choices_actions}
        for name, below in group.choices.items():
            yield from _commands(below, purposes.get(name, ""))
    if groups:
        return
    yield f"## `{found.prog}`"
    if purpose:
        yield f"{purpose[0].upper()}{purpose[1:]}."
    if found.epilog:
        yield found.epilog
    rows = [_argument(action) for action in found._actions if not isinstance(action, argparse._HelpAction)]
    if rows:
        yield table(("Argument", "Meaning"), rows)


def _argument(action: argparse.Action) -> tuple[str, str]:
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    name = f"{action.option_strings[-1]} {value}".strip() if action.option_strings else value
    needed = " (must be given)" if action.required and action.option_strings else ""
    return f"`{name}`", f"{action.help or ''}{needed}"


def connectors() -> dict[str, str]:
    """A page for every connector, by its path below docs/."""
    from salur.connectors.base.capabilities import Plugin
    from salur.integrations.registry import STORE, WAREHOUSE, plugins

    def text(plugin: Plugin) -> str:
        can = plugin.capabilities
        folder = f"salur/connectors/{plugin.kind}s/{plugin.name}"
        blocks: list[str | Iterable[str]] = [
            f"A {plugin.kind} connector. What the partner documents and what is assumed, and how to get test"
            f" credentials, stands in [its README](../../{folder}/README.md); the facts that tests rely on in"
            f" [contracts/{plugin.name}](../../contracts/{plugin.name}/facts.md).",
            "## What it can do",
            table(("", ""), _abilities(plugin)),
            *_forms(plugin),
        ]
        if plugin.settings_form:
            blocks += [
                "## Settings of a connection",
                table(("Field", "Where it comes from", "Default"), _settings(plugin.settings_form)),
            ]
        blocks.append("## Statuses")
        blocks.append(
            "The partner's code and what it means here. A code that is not listed is kept, shown, and moves nothing."
        )
        for machine, codes in plugin.status_tables.items():
            blocks += [
                f"### {machine}",
                table(("Code", "Here"), ((f"`{code}`", str(state)) for code, state in codes.items())),
            ]
        return page(can.title, *blocks)

    return {f"connectors/{p.name}.md": text(p) for kind in (STORE, WAREHOUSE) for p in plugins(kind)}


FORM_HEAD = ("Field", "Partner's word", "Where it comes from", "Needed", "Secret", "At most")


def _forms(plugin: object) -> Iterator[str | Iterable[str]]:
    """All that the partner asks for: at authorisation (by each way), for one more warehouse, of each product."""
    from salur.connectors.base.capabilities import Plugin, WarehouseCapabilities

    assert isinstance(plugin, Plugin)
    yield "## What the authorisation form asks for"
    if not plugin.modes:
        yield table(FORM_HEAD, _fields(plugin.form))
    for mode in plugin.modes:
        yield f"### {mode.label}"
        yield mode.guidance
        yield table(FORM_HEAD, _fields(mode.form))
    if plugin.places_form:
        yield "## What names one more warehouse"
        yield table(FORM_HEAD, _fields(plugin.places_form))
    if isinstance(plugin.capabilities, WarehouseCapabilities) and plugin.capabilities.product_fields:
        yield "## What it needs of each product"
        yield table(FORM_HEAD, _fields(plugin.capabilities.product_fields))


def _abilities(plugin: object) -> Iterator[tuple[str, object]]:
    from salur.connectors.base.capabilities import Plugin, StoreCapabilities

    assert isinstance(plugin, Plugin)
    can = plugin.capabilities
    yield "Countries", ", ".join(can.countries) or "all"
    yield "Abilities", ", ".join(f"`{name}`" for name in sorted(can.abilities))
    yield "Calls", f"{can.rate.per_second:g} a second, bursts of {can.rate.burst}; each at most {can.call_deadline:g} s"
    if isinstance(can, StoreCapabilities):
        yield "Gives the shipping label", yes(can.gives_label)
        yield "Orders", f"listed {can.page_size} at a time, fetched {can.detail_batch} at a time"
        yield "Automatic sync", f"every {can.poll_seconds} s, looking back {can.overlap_seconds} s"
        return
    yield "Needs AWB number, label", f"{yes(can.needs_awb)}, {yes(can.needs_label)}"
    yield "Channels it cannot serve", ", ".join(sorted(can.unsupported_channels)) or "none"
    yield "Reports", f"{can.report_batch} lists at a time"
    yield "Last state that may be cancelled", can.cancel_until
    yield "A look-up may miss a new list for", f"{can.lookup_settles_after:g} s"
    yield from _goods(can)
    yield "Messages are switched on", MESSAGES_BY[can.messages_by]
    for note in can.notes:
        yield "To know before connecting", note


MESSAGES_BY = {"call": "by Salur", "login": "by a box at the partner's login", "console": "by hand at the partner"}


def _goods(can: object) -> Iterator[tuple[str, object]]:
    """Stock and inbound lists."""
    from salur.connectors.base.capabilities import WarehouseCapabilities

    assert isinstance(can, WarehouseCapabilities)
    if not can.keeps_stock:
        yield "Stock of the merchant's", "none"
        return
    if "stock" in can.abilities:
        yield "Stock can be asked for", "single SKUs or the whole warehouse" if can.stock_by_sku else "the whole only"
    if "inbound" in can.abilities:
        yield "Inbound lists need a cost", yes(can.inbound_cost_required)
        yield "Announced goods become stock", f"when {can.received_when}"
        yield "Finds an inbound list by our reference", yes(can.inbound_lookup)


def _fields(form: Iterable[object]) -> Iterator[tuple[object, ...]]:
    from salur.connectors.base.capabilities import FormField

    for field in form:
        assert isinstance(field, FormField)
        limit = f"{field.max_length} characters" if field.max_length else ""
        yield field.label, field.partner_term, field.origin, yes(field.required), yes(field.secret), limit


def _settings(form: Iterable[object]) -> Iterator[tuple[object, ...]]:
    from salur.connectors.base.capabilities import FormField

    for field in form:
        assert isinstance(field, FormField)
        yield field.label, field.origin, field.default


PAGES: dict[str, Callable[[], str]] = {
    "reference/settings.md": settings,
    "reference/state-machines.md": state_machines,
    "reference/problems.md": problems,
    "reference/rules.md": rules,
    "reference/commands.md": commands,
}


def written() -> dict[str, str]:
    """Every generated page by its path below docs/, in English whatever language is active."""
    from django.utils import translation

    with translation.override("en"):
        return {**{name: text() for name, text in PAGES.items()}, **connectors()}


def main() -> int:
    """Write the pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salur.config.settings")
    django.setup()
    for name, text in written().items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
