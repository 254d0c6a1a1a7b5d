"""HTML that cannot forget to escape: whatever is no `Html` is text."""

import html
from collections.abc import Iterable
from typing import Any

STYLE = """
*{box-sizing:border-box}
body{font:16px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:78rem;margin:0 auto;
padding:0 1rem 3rem}
h1{font-size:1.5rem}h2{font-size:1.25rem;margin-top:2.2rem}h3{font-size:1rem;margin-bottom:.3rem}
a{color:#0b4f9e}.mark{background:#fff3c4;border:1px solid #a87900;padding:.6rem .9rem;margin:1rem 0}
.done{background:#e3f4e5;border:1px solid #2c7a36;padding:.6rem .9rem}
.wrong{background:#fde7e7;border:1px solid #b3261e;padding:.6rem .9rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}
td{min-width:4rem}th[scope=row]{width:14rem}
code{user-select:all;-webkit-user-select:all;background:#f1f1f1;padding:.1rem .3rem;overflow-wrap:anywhere}
input,select,button{font:inherit;padding:.35rem .6rem;max-width:100%;min-height:2.5rem}
input[type=checkbox]{min-height:1.2rem;min-width:1.2rem}input.few{width:6.5rem}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:.2rem 0}
label{display:inline-block;max-width:100%;min-width:0}
label>span{display:block;font-size:.875rem}small{color:#444}
@media(max-width:48rem){
.wide,.wide tbody,.wide tr,.wide td,.wide caption{display:block}.wide td:empty{display:none}.wide thead{display:none}
.wide tr{border:1px solid #999;margin:.6rem 0;padding:.2rem 0}.wide td{border:0}
.wide td::before{content:attr(data-label);display:block;font-size:.8rem;color:#444}
th[scope=row]{width:8rem}}
"""
VOID = ("input", "meta")


class Html(str):
    """Text that is HTML already."""


def tag(element: str, /, *children: Any, **attributes: Any) -> Html:
    """An element. A True attribute stands alone, a false one or None is left out; ``_`` before and for ``-`` in names.

    Children are text, `Html`, None or iterables of these.
    """
    parts = [element]
    for key, value in attributes.items():
        plain = key.strip("_").replace("_", "-")
        if value is True:
            parts.append(plain)
        elif value is not None and value is not False:
            parts.append(f'{plain}="{html.escape(str(value), quote=True)}"')
    opened = f"<{' '.join(parts)}>"
    return Html(opened if element in VOID else f"{opened}{joined(children)}</{element}>")


def joined(children: Any) -> Html:
    """Children one after the other."""
    if children is None:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, Iterable) and not isinstance(children, str):
        return Html("".join(joined(one) for one in children))
    return Html(html.escape(str(children), quote=True))


def field(label: str, name: str, value: Any = "", **attributes: Any) -> Html:
    """A labelled input."""
    return tag("label", tag("span", label), tag("input", name=name, value=value, **attributes))


def choice(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> Html:
    """A labelled select of (value, text)."""
    rows = [tag("option", text, value=value, selected=value == chosen) for value, text in options]
    return tag("label", tag("span", label), tag("select", *rows, name=name))


def form(action: str, *children: Any, method: str = "post") -> Html:
    """A form."""
    return tag("form", *children, action=action, method=method)


def button(text: str, name: str | None = None, value: str | None = None) -> Html:
    """A button that sends its form."""
    return tag("button", text, type="submit", name=name, value=value)


def hidden(**values: Any) -> Html:
    """What a form sends unseen."""
    return joined([tag("input", type="hidden", name=name, value=value) for name, value in values.items()])


def table(caption: str, heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Html:
    """A table that becomes a list of cards where there is little room."""
    body = [
        tag("tr", *(tag("td", cell, data_label=head) for head, cell in zip(heads, row, strict=True))) for row in rows
    ]
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *body),
        class_="wide",
    )


def page(title: str, *content: Any) -> str:
    """A whole document, under the sentence that everything is simulated."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · simulated partners"),
        tag("style", Html(STYLE)),
    )
    warning = tag(
        "p",
        tag("strong", "Everything here is simulated."),
        " No real store, warehouse, parcel or money is behind it; what you do here reaches only the hub that is "
        "connected to it, and all of it is forgotten when this program ends.",
        class_="mark",
    )
    body = tag("body", warning, tag("main", tag("h1", title), *content))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"
