"""The pages' routes: each form does one thing through the control API and leads back to where it stood."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from salur.sandbox.pages.control import Control, Refused, segment
from salur.sandbox.pages.desks import desk_of
from salur.sandbox.pages.front import front_page
from salur.sandbox.pages.markup import Html, tag
from salur.sandbox.pages.partner import partner_page

DONE = {
    "moved": "The order has moved on.",
    "received": "The goods are received.",
    "stock": "The stock is changed.",
    "messages": "The address is saved.",
    "orders": "The orders are made; the hub finds them at its next synchronisation.",
    "fault": "The fault is switched on.",
    "cleared": "Switched off.",
    "reset": "Everything is forgotten. What the hub had connected here must be authorised again.",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
}
NEW_STOCK = 1000

Form = Mapping[str, str]
#: A form's deed: what came of it (a key of DONE) and the place on the page to return to.
Deed = Callable[[Control, str, Form], Awaitable[tuple[str, str]]]


class Pages:
    """Everything outside ``/_control`` and the partners' own addresses."""

    def __init__(self, control_routes: Sequence[BaseRoute]) -> None:
        self._control_routes = control_routes

    def routes(self) -> list[Route]:
        """For mounting at the root."""
        deeds: dict[str, Deed] = {
            "/partners/{name}/orders": move_order,
            "/partners/{name}/inbounds": receive,
            "/partners/{name}/stock": set_stock,
            "/partners/{name}/messages": set_address,
            "/partners/{name}/accept": set_accept,
            "/partners/{name}/new": make_orders,
            "/faults": add_fault,
            "/faults/clear": clear_faults,
            "/reset": reset,
        }
        return [
            Route("/", self._show, methods=["GET"]),
            Route("/partners/{name}", self._show, methods=["GET"]),
            *(Route(path, self._doing(deed), methods=["POST"]) for path, deed in deeds.items()),
        ]

    async def _show(self, request: Request) -> Response:
        control, query = Control(self._control_routes, request), request.query_params
        said = DONE.get(query.get("done", ""), "")
        notice = tag("p", said, class_="done", role="status") if said else Html("")
        try:
            text = await _page(control, request.path_params.get("name", ""), query.get("wanted", ""), notice)
        except Refused as refused:
            return await _told(control, "", refused)
        return HTMLResponse(text, headers=HEADERS)

    def _doing(self, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            control, name = Control(self._control_routes, request), str(request.path_params.get("name", ""))
            given = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
            try:
                done, anchor = await deed(control, name, given)
            except Refused as refused:
                return await _told(control, name, refused)
            except (KeyError, ValueError) as wrong:  # a field left out, or letters where a number belongs
                return await _told(control, name, Refused(400, f"the form is not complete: {wrong}"))
            place = f"/partners/{segment(name)}" if name else "/"
            return RedirectResponse(f"{place}?done={done}#{anchor}", 303)

        return answer


async def _page(control: Control, name: str, wanted: str, notice: Html) -> str:
    return await (partner_page(control, name, wanted, notice) if name else front_page(control, notice))


async def _told(control: Control, name: str, refused: Refused) -> Response:
    """The page again, with what was wrong; the first one where there is no such partner."""
    notice = tag("p", f"That did not work: {refused}", class_="wrong", role="alert")
    try:
        text = await _page(control, name, "", notice)
    except Refused:
        text = await _page(control, "", "", notice)
    return HTMLResponse(text, refused.status, headers=HEADERS)


async def move_order(control: Control, name: str, given: Form) -> tuple[str, str]:
    """To the status that the button named: pressed twice, it is still one step."""
    await control.post(f"/{segment(name)}/orders/{segment(given['number'])}/status", {"status": given["status"]})
    return "moved", "orders"


async def receive(control: Control, name: str, given: Form) -> tuple[str, str]:
    """``how``: part, end (this is all that comes) or all that was announced."""
    desk, number = desk_of(name), given["number"]
    units = {key.removeprefix("units:"): int(value) for key, value in given.items() if key.startswith("units:")}
    if given["how"] == "all":
        rows = (await control.get(f"/{segment(name)}/inbounds"))["inbounds"]
        units = next((dict(row["planned"]) for row in rows if row["number"] == number), units)
    status = desk.part if given["how"] == "part" else desk.complete
    path = f"/{segment(name)}/inbounds/{segment(number)}/status"
    await control.post(path, {"status": status, "quantities": units})
    return "received", "inbounds"


async def set_stock(control: Control, name: str, given: Form) -> tuple[str, str]:
    """Units for sale, or in words where no units are kept."""
    if "label" in given:
        wanted: dict[str, Any] = {"skus": [given["sku"]]}
        await control.post(
            f"/{segment(name)}/products", wanted | ({"stock_label": given["label"]} if given["label"] else {})
        )
    else:
        units = int(given["units"])
        if units < 0:
            raise ValueError("units for sale cannot be less than 0")
        wanted = {"stock": {given["sku"]: units}, "warehouse": given["warehouse"]}
        await control.post(f"/{segment(name)}/stock", wanted)
    return "stock", "stock"


async def set_address(control: Control, name: str, given: Form) -> tuple[str, str]:
    """Where messages go; empty: nowhere."""
    await control.post("/settings", {name: {"callback_url": given["url"].strip()}})
    return "messages", "messages"


async def set_accept(control: Control, name: str, given: Form) -> tuple[str, str]:
    """Where a login ends, for partners that do not take it from the login's own address."""
    await control.post("/settings", {name: {"accept_url": given["url"].strip()}})
    return "messages", "login"


async def make_orders(control: Control, name: str, given: Form) -> tuple[str, str]:
    """Buyers buy; a store that sells nothing yet is filled first."""
    count = int(given["count"])
    if not 1 <= count <= 100:
        raise ValueError("1 to 100 orders at a time")
    if not (await control.get(f"/{segment(name)}/items"))["items"]:
        await control.post(f"/{segment(name)}/items", {"stock": NEW_STOCK})
    await control.post(f"/{segment(name)}/orders", {"count": count})
    return "orders", "orders"


async def add_fault(control: Control, _name: str, given: Form) -> tuple[str, str]:
    """Switch a fault on."""
    wanted: dict[str, Any] = {key: given[key] for key in ("partner", "operation", "kind")}
    if given.get("times", "").strip():
        wanted["times"] = int(given["times"])
    if given.get("seconds", "").strip():
        wanted["seconds"] = float(given["seconds"])
    await control.post("/faults", wanted)
    return "fault", "faults"


async def clear_faults(control: Control, _name: str, given: Form) -> tuple[str, str]:
    """One fault, or all."""
    await control.delete(f"/faults?id={int(given['id'])}" if "id" in given else "/faults")
    return "cleared", "faults"


async def reset(control: Control, _name: str, given: Form) -> tuple[str, str]:
    """Only with the box ticked: a stray click must not forget everything."""
    if "sure" not in given:
        raise ValueError("tick the box first")
    await control.post("/reset", {})
    return "reset", "reset"
