"""XML to plain values and back: objects, lists and texts. Document types, and so entities, are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.parsers import expat
from xml.sax.saxutils import escape  # writes only; reading is done by the parser below

from salur.connectors.base.errors import ContractBroken

DEEPEST = 20


def write_xml(name: str, value: object) -> bytes:
    """An element in UTF-8. An object's entries are its children, a list repeats the element, None is left out."""
    return ('<?xml version="1.0" encoding="utf-8"?>' + _element(name, value)).encode()


def _element(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, child) for key, child in value.items())}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(name, child) for child in value)
    return f"<{name}>{escape(str(value))}</{name}>"


class _Reader:
    """Builds objects from elements: one that comes twice becomes a list, one without children its text."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.root: tuple[str, object] | None = None
        self._open: list[tuple[str, dict[str, object], list[str]]] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise ContractBroken("too_deep", f"the answer is nested more than {DEEPEST} deep")
        self._open.append((name.rpartition(":")[2], {}, []))

    def _text(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def _end(self, name: str) -> None:
        closed, children, texts = self._open.pop()
        value: object = children or "".join(texts).strip()
        if not self._open:
            self.root = (closed, value)
            return
        around = self._open[-1][1]
        before = around.get(closed)
        if closed not in around:
            around[closed] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            around[closed] = [before, value]

    def _doctype(self, *_: object) -> None:
        raise ContractBroken("doctype", "the answer declares a document type")


def read_xml(content: bytes) -> tuple[str, object]:
    """Root name and value; raises :class:`ContractBroken` for anything that is no XML document."""
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ContractBroken("not_xml", f"the answer is no XML: {error}") from error
    if reader.root is None:
        raise ContractBroken("not_xml", "the answer is empty")
    return reader.root
