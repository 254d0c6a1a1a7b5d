"""One call after its key and secret were found good."""

from dataclasses import dataclass
from typing import Any

from salur.sandbox.gearment.fields import Query
from salur.sandbox.gearment.model import Account
from salur.sandbox.gearment.rows import Writer
from salur.sandbox.gearment.studio import Studio


@dataclass
class Call:
    """What an operation gets. ``wanted`` is the id in the path, empty where there is none."""

    studio: Studio
    account: Account
    query: Query
    body: dict[str, Any]
    wanted: str

    @property
    def writer(self) -> Writer:
        """Writes the reply."""
        return Writer(self.studio.settings)

    def ok(self, data: Any, **more: Any) -> dict[str, Any]:
        """The usual reply."""
        return {"status": "success", "message": "OK", "data": data, **more}

    def paged(self, rows: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The page asked for, and what stands beside it."""
        page, size = self.query.page()
        start = (page - 1) * size
        return rows[start : start + size], self.writer.paging(len(rows), page, size)
