"""The page where a seller lets the hub in, as a browser sees it; also usable without one."""

import html
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.model import Shop
from salur.sandbox.storefront.store import Storefront

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Authorise an app</title>
<style>body{{font:16px sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.2rem}}</style></head>
<body><h1>{title}</h1><p>Simulated store. Shall the app manage orders, listings and stock?</p>
<form method="post"><p><label>Shop <select name="shop_id">{options}</select></label></p>
<p><button type="submit" name="answer" value="yes">Authorise</button>
<button type="submit" name="answer" value="no">Refuse</button></p></form></body></html>
"""

#: (shop, what the page was called with) -> the query that the browser comes back with.
Back = Callable[[Shop, Mapping[str, str]], Mapping[str, str]]


async def answer(
    store: Storefront,
    request: Request,
    redirect: str,
    back: Back,
    *,
    title: str,
    refused: Mapping[str, str],
    only: Shop | None = None,
) -> Response:
    """GET shows the page; POST (form, optional ``shop_id``) agrees and sends the browser to ``redirect``.

    ``refused`` is the query of somebody who says no; ``only`` is the one shop to choose where the page's own address
    names it. Raises Refusal for an unknown shop or a useless redirect.
    """
    if urlsplit(redirect).scheme not in ("http", "https"):
        raise Refusal("invalid_redirect", "The redirect address is missing or no web address.", status=400)
    if request.method == "GET":
        return HTMLResponse(_page([only] if only else store.shops.values(), title))
    form = dict(parse_qsl((await request.body()).decode()))
    if form.get("answer") == "no":
        return RedirectResponse(back_to(redirect, refused), 302)
    wanted = str(form.get("shop_id") or request.query_params.get("shop_id") or next(iter(store.shops)))
    shop = only or store.shops.get(wanted)
    if shop is None:
        raise Refusal("unknown_shop", f"There is no shop {wanted}.", status=400)
    shop.linked = True
    return RedirectResponse(back_to(redirect, back(shop, dict(request.query_params))), 302)


def back_to(redirect: str, added: Mapping[str, str]) -> str:
    """The redirect address with our parameters after those it already carries."""
    parts = urlsplit(redirect)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _page(shops: Iterable[Shop], title: str) -> str:
    def option(shop: Shop) -> str:
        return f'<option value="{html.escape(shop.id)}">{html.escape(shop.name)} ({shop.region}, {shop.id})</option>'

    return _PAGE.format(title=html.escape(title), options="".join(option(shop) for shop in shops))
