"""One partner's page: its orders, what it receives, its stock, where its messages go."""

from typing import Any

from salur.sandbox.pages.control import Control, Refused
from salur.sandbox.pages.desks import Desk, desk_of
from salur.sandbox.pages.markup import Html, button, choice, field, form, hidden, page, table, tag
from salur.sandbox.pages.values import places_of, values_of

SHOWN = 30
"""Rows of a table; the newest stand first, the others are found by their number."""


async def partner_page(control: Control, name: str, wanted: str, notice: Html) -> str:
    """The whole page; ``wanted`` is part of a reference, number or SKU. Raises Refused where there is no such one."""
    known = await control.get("/credentials")
    if name not in known:
        raise Refused(404, f"there is no partner {name}")
    desk, knobs = desk_of(name), (await control.get("/settings"))[name]
    parts = [
        _new_orders(name) if desk.makes_orders else None,
        _orders(name, desk, await _rows(control, name, "orders", wanted)) if desk.following else None,
        _inbounds(name, desk, await _rows(control, name, "inbounds", wanted)) if desk.complete else None,
        _stock(name, await _rows(control, name, "stock", wanted), places_of(known[name])) if desk.keeps_stock else None,
        _labels(name, desk, await _rows(control, name, "products", wanted)) if desk.labels else None,
        _reports(name, str(knobs["callback_url"])) if "callback_url" in knobs and desk.messages else None,
        _accept(name, str(knobs["accept_url"])) if "accept_url" in knobs else None,
    ]
    search = form(
        f"/partners/{name}",
        field("Reference, number or SKU", "wanted", wanted, type="search"),
        button("Find"),
        method="get",
    )
    back = tag("p", tag("a", "All partners", href="/"))
    values = tag("section", tag("h2", "What to type into the hub", id="values"), values_of(name, known[name]))
    return page(desk.title, back, notice, search, parts, values)


async def _rows(control: Control, name: str, what: str, wanted: str) -> list[dict[str, Any]]:
    """Newest first; only those in which ``wanted`` occurs."""
    rows: list[dict[str, Any]] = (await control.get(f"/{name}/{what}"))[what]
    fields = ("reference", "number", "order_sn", "sku")
    found = [row for row in rows if any(wanted.lower() in str(row.get(one, "")).lower() for one in fields)]
    return found if what == "stock" else found[::-1]


def _section(title: str, anchor: str, total: int, *content: Any) -> Html:
    more = None
    if total > SHOWN:
        more = tag("p", tag("small", f"{SHOWN} of {total} are shown; find the others by their number above."))
    return tag("section", tag("h2", title, id=anchor), *content, more)


def _new_orders(name: str) -> Html:
    return tag(
        "section",
        tag("h2", "New orders", id="new"),
        form(
            f"/partners/{name}/new",
            field("How many", "count", 1, type="number", min=1, max=100, required=True, class_="few"),
            button("Buy something"),
        ),
        tag("p", tag("small", "The buyers are invented; where the store sells nothing yet, it gets forty products.")),
    )


def _orders(name: str, desk: Desk, rows: list[dict[str, Any]]) -> Html:
    heads = ("Reference", "Number", "Status", "What is in it", "AWB number", "Move on")
    shown = [
        (
            tag("code", row.get("reference") or row.get("order_sn")),
            tag("code", row["number"]) if "number" in row else "",
            desk.word(row["status"]),
            _goods({one["sku"]: one["quantity"] for one in row.get("items", row.get("lines", []))}),
            row.get("tracking") or row.get("tracking_number") or "",
            _moves(name, desk, row),
        )
        for row in rows[:SHOWN]
    ]
    content = table("Newest first", heads, shown) if shown else tag("p", "There is none.")
    return _section("Orders", "orders", len(rows), content)


def _moves(name: str, desk: Desk, row: dict[str, Any]) -> Html:
    status = row["status"]
    following = desk.following.get(status, "")
    buttons = []
    if following:
        buttons.append(button(f"Move on: {desk.word(following)}", "status", following))
    if desk.shipped and desk.shipped not in (following, status) and _leads_to(desk, status):
        buttons.append(button("Ship at once", "status", desk.shipped))
    if status in desk.cancels:
        buttons.append(button("Buyer cancels", "status", desk.cancelled))
    if not buttons:
        return tag("span", "-")
    return form(f"/partners/{name}/orders", hidden(number=row.get("number") or row["order_sn"]), *buttons)


def _leads_to(desk: Desk, status: str) -> bool:
    """Whether shipping still lies ahead."""
    passed = set()
    while status and status not in passed:
        passed.add(status)
        status = desk.following.get(status, "")
    return desk.shipped in passed


def _goods(units: dict[str, Any]) -> str:
    return ", ".join(f"{sku} × {count}" for sku, count in units.items())


def _inbounds(name: str, desk: Desk, rows: list[dict[str, Any]]) -> Html:
    heads = ("Reference", "Number", "Status", "Announced", "Received", "Receive")
    shown = [
        (
            tag("code", row["reference"]),
            tag("code", row["number"]),
            desk.word(row["status"]),
            _goods(row["planned"]),
            _goods(row["received"]) or "nothing",
            _receiving(name, row) if row["status"] in desk.waiting else tag("span", "-"),
        )
        for row in rows[:SHOWN]
    ]
    content = table("Newest first", heads, shown) if shown else tag("p", "There is none.")
    return _section("Announced goods", "inbounds", len(rows), content)


def _receiving(name: str, row: dict[str, Any]) -> Html:
    """Totals so far; half of what is missing is offered."""
    boxes = []
    for sku, planned in row["planned"].items():
        had = int(row["received"].get(sku, 0))
        offered = had + (max(0, int(planned) - had) + 1) // 2
        boxes.append(field(f"{sku}, in all", f"units:{sku}", offered, type="number", min=0, class_="few"))
    return form(
        f"/partners/{name}/inbounds",
        hidden(number=row["number"]),
        *boxes,
        button("Receive this part", "how", "part"),
        button("Receive this and end", "how", "end"),
        button("Receive all announced", "how", "all"),
    )


def _stock(name: str, rows: list[dict[str, Any]], places: list[tuple[str, str]]) -> Html:
    heads = ("Warehouse", "SKU", "For sale", "Reserved", "Change")
    shown = [
        (
            row.get("place", row["warehouse"]),
            tag("code", row["sku"]),
            row["sellable"],
            row["reserved"],
            form(
                f"/partners/{name}/stock",
                hidden(warehouse=row.get("place", row["warehouse"]), sku=row["sku"]),
                field("For sale", "units", row["sellable"], type="number", min=0, required=True, class_="few"),
                button("Set"),
            ),
        )
        for row in rows[:SHOWN]
    ]
    other = form(
        f"/partners/{name}/stock",
        choice("Warehouse", "warehouse", places),
        field("SKU", "sku", required=True),
        field("For sale", "units", type="number", min=0, required=True, class_="few"),
        button("Set"),
    )
    content = table("Of the first account", heads, shown) if shown else tag("p", "There is none.")
    return _section("Stock", "stock", len(rows), content, tag("h3", "Any SKU"), other)


def _labels(name: str, desk: Desk, rows: list[dict[str, Any]]) -> Html:
    options = list(desk.labels.items())
    shown = [
        (
            tag("code", row["sku"]),
            desk.labels.get(row["stock_label"], row["stock_label"]),
            form(
                f"/partners/{name}/stock",
                hidden(sku=row["sku"]),
                choice("Stock", "label", options, row["stock_label"]),
                button("Set"),
            ),
        )
        for row in rows[:SHOWN]
    ]
    content = table("What can be made", ("SKU", "Stock", "Change"), shown) if shown else tag("p", "There is none.")
    other = form(f"/partners/{name}/stock", field("SKU", "sku", required=True), hidden(label=""), button("Offer it"))
    return _section("Articles", "stock", len(rows), content, tag("h3", "One more SKU"), other)


def _reports(name: str, url: str) -> Html:
    return tag(
        "section",
        tag("h2", "Messages", id="messages"),
        tag("p", "The address that the hub shows at the connection, as a merchant would leave it with the partner."),
        form(
            f"/partners/{name}/messages",
            field("Address", "url", url, type="url", size=50, placeholder="empty: nowhere"),
            button("Save"),
        ),
    )


def _accept(name: str, url: str) -> Html:
    return tag(
        "section",
        tag("h2", "Login", id="login"),
        tag("p", "Where the browser comes back to, as a developer would register it with the partner."),
        form(
            f"/partners/{name}/accept",
            field("Accept address", "url", url, type="url", size=50, placeholder="empty: nobody can log in"),
            button("Save"),
        ),
    )
