"""The first page: every partner with its values, faults, and starting anew."""

from typing import Any

from salur.sandbox.engine.faults import CALLBACK
from salur.sandbox.pages.control import Control
from salur.sandbox.pages.desks import desk_of
from salur.sandbox.pages.markup import Html, button, choice, field, form, hidden, joined, page, table, tag
from salur.sandbox.pages.values import values_of


async def front_page(control: Control, notice: Html) -> str:
    """The whole page."""
    known = await control.get("/credentials")
    faults, counts = await control.get("/faults"), await control.get("/counts")
    return page(
        "Simulated partners",
        notice,
        tag("p", "In the hub, choose the partner and type in what stands here. A click on a value selects all of it."),
        tag("nav", tag("ul", *(tag("li", _link(name)) for name in known)), aria_label="Partners"),
        [_partner(name, one) for name, one in known.items()],
        _faults(faults, list(known), counts),
        _reset(),
    )


def _link(name: str) -> Html:
    return tag("a", desk_of(name).title, href=f"#{name}")


def _partner(name: str, known: dict[str, Any]) -> Html:
    desk = desk_of(name)
    what = "Orders, announced goods and stock" if desk.complete else "Orders and what is sold"
    return tag(
        "section",
        tag("h2", desk.title, id=name),
        tag("p", tag("a", what, href=f"/partners/{name}")),
        values_of(name, known),
    )


def _faults(told: dict[str, Any], names: list[str], counts: dict[str, Any]) -> Html:
    called = sorted({operation for name in names for operation in counts.get(name, {})})
    words = {kind: f"{kind}: {says.replace('`', '')}" for kind, says in told["kinds"].items()}
    rows = [
        (
            desk_of(fault["partner"]).title,
            fault["operation"],
            words[fault["kind"]],
            "until switched off" if fault["times"] is None else f"{fault['times']} more",
            fault["fired"],
            form("/faults/clear", hidden(id=fault["id"]), button("Switch off")),
        )
        for fault in told["faults"]
    ]
    heads = ("Partner", "Operation", "What happens", "How often", "Hit so far", "End")
    return tag(
        "section",
        tag("h2", "Faults", id="faults"),
        tag("p", "Make a partner fail on purpose, to see what the hub does."),
        table("Switched on", heads, rows) if rows else tag("p", "None is switched on."),
        form("/faults/clear", button("Switch all off")) if rows else None,
        form(
            "/faults",
            choice("Partner", "partner", [(name, desk_of(name).title) for name in names]),
            field("Operation (* is any)", "operation", "*", list="operations", required=True),
            choice("What happens", "kind", list(words.items())),
            field("Times (empty: until switched off)", "times", type="number", min=1, class_="few"),
            field("Seconds, where it waits", "seconds", type="number", min=0, step="any", class_="few"),
            button("Switch on"),
        ),
        tag("datalist", *(tag("option", value=one) for one in ("*", CALLBACK, *called)), id="operations"),
    )


def _reset() -> Html:
    return tag(
        "section",
        tag("h2", "Start anew", id="reset"),
        tag("p", "Forgets every document, stock figure, login and fault of all partners."),
        form(
            "/reset",
            tag("label", joined([tag("input", type="checkbox", name="sure", value="1", required=True), " I am sure"])),
            button("Forget everything"),
        ),
    )
