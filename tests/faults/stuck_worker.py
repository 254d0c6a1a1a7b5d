"""A worker whose job engine is robbed of all its connections as soon as it has opened them."""

from __future__ import annotations

from typing import Any

from salur.config.boot import start_django

STILL_SECONDS = 1.0


def main() -> int:
    """Work, and end as such a worker ends."""
    start_django()
    from salur.flows import engine, watch, worker

    opened = engine.EngineConnector.open_async
    stolen = []

    async def robbed(self: engine.EngineConnector, pool: Any = None) -> None:
        await opened(self, pool)
        stolen.extend([await self.pool.getconn() for _ in range(self.pool.max_size)])

    engine.EngineConnector.open_async = robbed  # type: ignore[method-assign, assignment]  # in its place
    watch.STILL_SECONDS = STILL_SECONDS
    return worker.run()


if __name__ == "__main__":
    raise SystemExit(main())
