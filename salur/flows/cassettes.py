"""A recorded call kept as a file that anybody can judge again: a regression test made of what really happened (idea 3).

The file holds what the partner answered (masked when it was recorded), what the hub had asked for with the buyer and
every key replaced by stand-ins, and what today's code makes of it. It needs no database, no partner and no secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.types import Address, Credentials, Document, OutboundRequest, PartnerRef
from salur.foundation.problems import Problem, Refusal
from salur.integrations.registry import find_plugin

from .judging import Ask, Heard, Judgement, RecordedTransport, case_of, hear
from .replay import ReplayRefused

FORMAT = 1

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "cassette_broken",
        _("This is no kept exchange"),
        _("%(file)s cannot be read: %(reason)s"),
        _("Keep the exchange again with “salur exchange keep”."),
        "developer",
    ),
)


class CassetteBroken(Refusal):
    """A file that is no cassette, or one of a connector that is not there."""

    code = "cassette_broken"


@dataclass(frozen=True, slots=True)
class Cassette:
    """A recorded call with all that judging it needs. ``today``, ``detail``: what was made of it when it was kept."""

    kind: str
    partner: str
    credentials: dict[str, str]
    wanted: Heard
    beside: tuple[Heard, ...]
    method: str
    arguments: list[Any]
    today: str
    detail: str
    format: int = FORMAT

    @property
    def name(self) -> str:
        """A file's name that tells what is in it."""
        words = f"{self.wanted.operation} {self.today} {self.wanted.status or 'lost'}"
        return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-") + ".json"


# -- kept --------------------------------------------------------------------------------------------------------------


def keep(number: int) -> Cassette:
    """The cassette of a recorded exchange (inside a scope); raises :class:`ReplayRefused` where it cannot be judged."""
    case = case_of(number)
    plugin = case.line.plugin
    credentials = _stand_ins(plugin, case.line.credentials.values)
    for ask in case.asks:
        arguments = _written(ask)
        told = hear(
            plugin,
            Credentials(credentials),
            RecordedTransport(case.wanted, case.beside),
            Ask(ask.method, READERS[ask.method](arguments)),
        )
        if told is not None:
            name = plugin.name
            return Cassette(
                plugin.kind,
                name,
                credentials,
                case.wanted,
                case.beside,
                ask.method,
                arguments,
                told.today,
                told.detail,
            )
    raise ReplayRefused(operation=case.wanted.operation)


def write(cassette: Cassette, folder: Path) -> Path:
    """Put it into a folder, made where it is missing; a file that is there under the name stays."""
    folder.mkdir(parents=True, exist_ok=True)
    path, n = folder / cassette.name, 1
    while path.exists():
        n += 1
        path = folder / f"{Path(cassette.name).stem}-{n}.json"
    path.write_text(json.dumps(asdict(cassette), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


BUYER = Address(
    name="Example Buyer",
    phone="0800000000",
    email="buyer@example.com",
    lines=("1 Example Road",),
    district="Example District",
    city="Example City",
    postal_code="00000",
)
PDF = b"%PDF-1.4\n%%EOF\n"


def _written(ask: Ask) -> list[Any]:
    """What the method was given, as JSON, without the buyer and without addresses of labels."""
    if ask.method != "push_outbound":
        return [TypeAdapter(type(one)).dump_python(one, mode="json") for one in _plain(ask.arguments)]
    request, label = ask.arguments
    there = {name: value for name, value in asdict(BUYER).items() if value and getattr(request.address, name)}
    safe = replace(
        request,
        address=replace(request.address, **there),
        store_name="Example Store",
        note="",
        label_url="https://labels.example/1" if request.label_url else "",
    )
    return [TypeAdapter(OutboundRequest).dump_python(safe, mode="json"), label is not None]


def _plain(arguments: tuple[Any, ...]) -> list[Any]:
    (only,) = arguments
    return list(only) if isinstance(only, list) else [only]


def _stand_ins(plugin: Plugin, values: Any) -> dict[str, str]:
    """Credentials of the same shape; only what was chosen from a list, and the codes of places, stay as they are."""
    forms = [*plugin.form, *plugin.settings_form, *(field for mode in plugin.modes for field in mode.form)]
    chosen = {field.key for field in forms if field.choices and not field.secret} | {"mode"}
    found = {name: value if name in chosen else _shaped(value) for name, value in values.items()}
    if values.get("places"):
        secret = {field.key for field in plugin.places_form if field.secret}
        places = json.loads(values["places"])
        found["places"] = json.dumps([{k: _shaped(v) if k in secret else v for k, v in p.items()} for p in places])
    return found


def _shaped(value: str) -> str:
    """Letters and digits replaced, the rest left: what checks lengths and signs still passes."""
    if "://" in value:
        return "https://partner.example"
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "1", value))


# -- judged again ------------------------------------------------------------------------------------------------------


def _push_read(arguments: list[Any]) -> tuple[Any, ...]:
    request, with_label = arguments
    label = Document("label.pdf", "application/pdf", PDF) if with_label else None
    return TypeAdapter(OutboundRequest).validate_python(request), label


READERS: dict[str, Callable[[list[Any]], tuple[Any, ...]]] = {
    "push_outbound": _push_read,
    "outbound_reports": lambda refs: ([TypeAdapter(PartnerRef).validate_python(one) for one in refs],),
    "find_outbound": lambda arguments: (str(arguments[0]),),
    "order_details": lambda arguments: ([str(one) for one in arguments],),
}


def read(path: Path) -> Cassette:
    """A cassette from its file; raises :class:`CassetteBroken`."""
    try:
        return TypeAdapter(Cassette).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CassetteBroken(file=path.name, reason=str(error).splitlines()[0]) from error


def judge_cassette(cassette: Cassette) -> Judgement:
    """What today's code makes of it; ``then`` is how it was judged when it was kept. Raises :class:`CassetteBroken`."""
    plugin = find_plugin(cassette.kind, cassette.partner)
    if plugin is None or cassette.method not in READERS or cassette.format != FORMAT:
        raise CassetteBroken(file=cassette.name, reason=f"{cassette.partner} {cassette.method} {cassette.format}")
    ask = Ask(cassette.method, READERS[cassette.method](cassette.arguments))
    transport = RecordedTransport(cassette.wanted, cassette.beside)
    told = hear(plugin, Credentials(cassette.credentials), transport, ask)
    if told is None:
        told = Judgement(cassette.wanted.operation, "", "not asked", "today's code begins with another call")
    return replace(told, then=cassette.today)


def agrees(cassette: Cassette, told: Judgement) -> bool:
    """Whether today's code makes the same of it, to the last figure."""
    return (told.today, told.detail) == (cassette.today, cassette.detail)
