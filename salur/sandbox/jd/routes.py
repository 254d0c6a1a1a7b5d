"""The HTTP face of simulated JD: the router and the login host below one mount point."""

import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine.exchange import Bucket, Outcome, perform
from salur.sandbox.jd import gateway, login
from salur.sandbox.jd.eclp import Eclp
from salur.sandbox.jd.gateway import LIMIT, PREFIX, OauthDialect, RouterDialect
from salur.sandbox.jd.signing import PARAM_JSON


class JdApi:
    """All routes below the mount point. Operations are named as in contracts/jd/examples."""

    def __init__(self, eclp_now: Callable[[], Eclp]) -> None:
        self._eclp_now = eclp_now
        self._router, self._oauth = RouterDialect(), OauthDialect()
        self._buckets: dict[str, Bucket] = {}

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/routerjson", self._call, methods=["POST"]),
            Route("/oauth2/to_login", self._to_login, methods=["GET", "POST"]),
            Route("/oauth2/{operation:str}", self._tokens, methods=["GET"]),
        ]

    async def _call(self, request: Request) -> Response:
        eclp = self._eclp_now()
        form = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        params = {**dict(request.query_params), **dict(form)}
        operation = params.get("method", "").removeprefix(PREFIX) or "(no method)"
        bucket = self._buckets.setdefault(params.get("app_key", ""), Bucket())
        if bucket.wait_for(eclp.settings.rate_limit_per_second, time.monotonic()) > 0:
            count = eclp.core.counts.of("jd", operation)
            count.calls += 1
            count.refused[LIMIT[0]] += 1
            return self._router.too_many(1)

        async def act() -> Outcome:
            return gateway.answer(eclp, params)

        return await perform(
            self._router,
            operation,
            faults=eclp.core.faults,
            counts=eclp.core.counts,
            said=lambda: params.get(PARAM_JSON, ""),
            act=act,
        )

    async def _to_login(self, request: Request) -> Response:
        return await login.to_login(self._eclp_now(), request)

    async def _tokens(self, request: Request) -> Response:
        eclp, operation = self._eclp_now(), str(request.path_params["operation"])
        if operation not in ("access_token", "refresh_token"):
            return Response("not found", 404)

        async def act() -> Outcome:
            return login.tokens(eclp, operation, request.query_params)

        return await perform(
            self._oauth,
            f"oauth2.{operation}",
            faults=eclp.core.faults,
            counts=eclp.core.counts,
            said=lambda: str(request.query_params),
            act=act,
        )
