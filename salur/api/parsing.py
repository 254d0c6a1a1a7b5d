"""Reading what was sent: JSON where JSON is due, files where files are."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from pydantic import BeforeValidator

from salur.foundation.problems import Refusal

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _storable(value: object) -> object:
    return _UNSTORABLE.sub("", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_storable)]
"""Free text that is kept, without characters that no table holds (NUL, halves of surrogate pairs)."""

JSON, FORM = "application/json", "multipart/form-data"


class WrongMediaType(Refusal):
    """The content is of another kind than the address takes."""

    code = "media_type"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class StrictParser(Parser):
    """JSON by its standard (no NaN), and only when it is said to be JSON."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body's document; raises :class:`WrongMediaType` or ValueError."""
        kind = request.content_type or ""
        if kind != JSON and not (kind.startswith("application/") and kind.endswith("+json")):
            raise WrongMediaType(found=kind or "–", needed=JSON)
        parsed: dict[str, Any] = json.loads(request.body, parse_constant=_refuse_constant)
        return parsed

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Parameters by name; raises :class:`WrongMediaType` where files were to come."""
        if data is request.FILES and request.content_type != FORM:
            raise WrongMediaType(found=request.content_type or "–", needed=FORM)
        return super().parse_querydict(data, list_fields, request)
