"""The control API's routes (all JSON). Errors are 400 or 404 with ``{"error": text}``."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from salur.sandbox.control.demo import Demo
from salur.sandbox.engine.control import Handler, NotThere, Table, base_of
from salur.sandbox.engine.faults import KINDS
from salur.sandbox.world import World


class ControlApi:
    """Everything under /_control."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._demo = Demo()
        self._controls = {one.name: one.control(world.now(one.name)) for one in world.partners}

    def routes(self) -> list[Route]:
        """For mounting."""
        table: Table = [
            ("GET", "/health", self._health),
            ("POST", "/reset", self._reset),
            ("POST", "/tick", self._tick),
            ("GET", "/clock", self._clock),
            ("POST", "/clock", self._set_clock),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("GET", "/counts", self._counts),
            ("DELETE", "/counts", self._clear_counts),
            ("GET", "/settings", self._settings),
            ("POST", "/settings", self._set_settings),
            ("GET", "/credentials", self._credentials),
            ("GET", "/callbacks", self._callbacks),
            ("POST", "/demo", self._seed_demo),
            ("GET", "/demo/orders.csv", self._orders_csv),
            ("GET", "/demo/shopify.csv", self._shopify_csv),
        ]
        for name, control in self._controls.items():
            table += [(method, f"/{name}{path}", handler) for method, path, handler in control.table()]
        return [Route(path, _endpoint(handler), methods=[method]) for method, path, handler in table]

    async def _health(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"ok": True, "now": self._world.core.clock.now(), "seed": self._world.core.seed}

    async def _reset(self, _request: Request, body: dict[str, Any]) -> Any:
        self._world.reset(int(body.get("seed", 1)))
        self._demo = Demo()
        return {"ok": True}

    async def _tick(self, _request: Request, _body: dict[str, Any]) -> Any:
        moved = self._world.tick()
        await self._world.core.postman.pump()
        return {"moved": moved, "callbacks_waiting": len(self._world.core.postman.waiting())}

    async def _clock(self, _request: Request, _body: dict[str, Any]) -> Any:
        clock = self._world.core.clock
        return {"now": clock.now(), "offset": clock.offset}

    async def _set_clock(self, request: Request, body: dict[str, Any]) -> Any:
        clock = self._world.core.clock
        if "now" in body:
            clock.set_now(float(body["now"]))
        clock.advance(float(body.get("advance", 0)))
        self._world.tick()
        return await self._clock(request, body)

    async def _faults(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"faults": [asdict(fault) for fault in self._world.core.faults.all()], "kinds": KINDS}

    async def _add_fault(self, _request: Request, body: dict[str, Any]) -> Any:
        return asdict(self._world.core.faults.add(body))

    async def _clear_faults(self, request: Request, _body: dict[str, Any]) -> Any:
        query = request.query_params
        number = query.get("id")
        gone = self._world.core.faults.clear(
            fault_id=int(number) if number else None, partner=query.get("partner"), operation=query.get("operation")
        )
        return {"cleared": gone}

    async def _counts(self, _request: Request, _body: dict[str, Any]) -> Any:
        postman = self._world.core.postman
        calls: dict[str, Any] = self._world.core.counts.as_json()
        return {
            **{name: calls.get(name, {}) for name in self._controls},
            "callbacks": {
                partner: {
                    "delivered": postman.delivered[partner],
                    "failed_tries": postman.failed[partner],
                    "lost": postman.lost[partner],
                    "waiting": sum(one.partner == partner for one in postman.waiting()),
                }
                for partner in self._controls
            },
        }

    async def _clear_counts(self, _request: Request, _body: dict[str, Any]) -> Any:
        self._world.core.counts.clear()
        return {"ok": True}

    async def _callbacks(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"waiting": [one.as_json() for one in self._world.core.postman.waiting()]}

    async def _settings(self, _request: Request, _body: dict[str, Any]) -> Any:
        return self._world.core.settings.as_json()

    async def _set_settings(self, _request: Request, body: dict[str, Any]) -> Any:
        self._world.core.settings.update(body)
        self._world.follow_all()
        return self._world.core.settings.as_json()

    async def _credentials(self, request: Request, _body: dict[str, Any]) -> Any:
        base = base_of(request)
        return {name: control.credentials(base) for name, control in self._controls.items()}

    async def _seed_demo(self, request: Request, body: dict[str, Any]) -> Any:
        if "settings" in body:
            await self._set_settings(request, body["settings"])
        return self._demo.seed(
            self._world,
            int(body.get("orders", 200)),
            int(body.get("csv_orders", 1000)),
            int(body.get("shopify_orders", 50)),
        )

    async def _orders_csv(self, _request: Request, _body: dict[str, Any]) -> Any:
        return _csv(self._demo.template_file(self._world))

    async def _shopify_csv(self, _request: Request, _body: dict[str, Any]) -> Any:
        return _csv(self._demo.shopify_file(self._world))


def _csv(text: str) -> Response:
    return PlainTextResponse(text, media_type="text/csv")


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            raw = await request.body()
            body = json.loads(raw) if raw else {}
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")
            result = await handler(request, body)
        except NotThere as problem:
            return JSONResponse({"error": str(problem)}, status_code=404)
        except (ValueError, TypeError, KeyError) as problem:  # what a wrong wish leads to
            return JSONResponse({"error": f"{type(problem).__name__}: {problem}"}, status_code=400)
        return result if isinstance(result, Response) else JSONResponse(result)

    return endpoint
