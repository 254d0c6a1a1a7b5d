"""XML in and out: a small tree to read from, nested dicts to write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape


class BadDocument(ValueError):
    """Not the XML that was expected; the text says why."""


@dataclass
class Node:
    """An element. One that is missing reads as an empty one."""

    name: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> list["Node"]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]

    def child(self, name: str) -> "Node":
        """The first child of that name."""
        return next(iter(self.all(name)), Node(name))

    def value(self, name: str) -> str:
        """The text of a child without the space around it."""
        return self.child(name).text.strip()


class _Reader:
    def __init__(self) -> None:
        self.top = Node("")
        self._open = [self.top]

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        node = Node(name)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].text += data

    def doctype(self, *_: object) -> None:
        raise BadDocument("a document type declaration is not allowed")


def read(raw: bytes, root: str) -> Node:
    """The element ``root`` of a document; raises BadDocument."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as problem:
        raise BadDocument("the body is not well-formed") from problem
    found = reader.top.all(root)
    if not found:
        raise BadDocument(f"the root element must be {root}")
    return found[0]


def write(root: str, content: Mapping[str, Any]) -> bytes:
    """A document. A list repeats its element; a dict nests."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, content)}'.encode()


def _element(name: str, content: Any) -> str:
    if isinstance(content, list):
        return "".join(_element(name, one) for one in content)
    if isinstance(content, Mapping):
        inner = "".join(_element(key, value) for key, value in content.items())
    else:
        inner = escape(str(content))
    return f"<{name}>{inner}</{name}>"
