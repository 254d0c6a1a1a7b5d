"""One order as a person types it: the same fields, limits and messages as the order file's (R147)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from .cells import Cells
from .grouping import Reader
from .results import ParsedOrder, RowProblem
from .table import Table
from .template import Template

HEAD = tuple(column.name for column in Template.head)
LINE = tuple(column.name for column in Template.line)


def read_by_hand(
    head: Mapping[str, str], lines: Sequence[Mapping[str, str]], *, zone: str, now: datetime
) -> ParsedOrder | list[RowProblem]:
    """The order, or all that is wrong with it; a problem's ``line`` is the place of the order line, from 0."""
    top = [head.get(name, "") for name in HEAD]
    rows = [(place, [*top, *(line.get(name, "") for name in LINE)]) for place, line in enumerate(lines)]
    problems: list[RowProblem] = []
    for item in Reader(Template(), Table([*HEAD, *LINE], iter(rows)), Cells(ZoneInfo(zone), now)):
        if isinstance(item, ParsedOrder):
            return item
        problems.append(item)
    return problems
