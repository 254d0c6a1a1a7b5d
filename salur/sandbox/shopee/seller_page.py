"""The page where a seller lets the hub in, as a browser sees it; also usable without one."""

import html
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.shopee.model import Shop
from salur.sandbox.shopee.store import Store

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Authorise an app</title>
<style>body{{font:16px sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.2rem}}</style></head>
<body><h1>{title}</h1><p>Simulated store. {question}</p>
<form method="post"><p><label>Shop <select name="shop_id">{options}</select></label></p>
<p><button type="submit">{button}</button></p></form></body></html>
"""


async def answer(store: Store, request: Request) -> Response:
    """GET shows the page; POST (form, optional ``shop_id``) agrees and sends the browser back."""
    cancelling = request.url.path.endswith("/cancel_auth_partner")
    redirect = request.query_params.get("redirect", "")
    if urlsplit(redirect).scheme not in ("http", "https"):
        raise Refusal("error_param", "Wrong parameters, detail: redirect is required.")
    if request.method == "GET":
        return HTMLResponse(_page(store, cancelling))
    form = dict(parse_qsl((await request.body()).decode()))
    wanted = str(form.get("shop_id") or request.query_params.get("shop_id") or next(iter(store.shops)))
    shop = store.shops.get(int(wanted)) if wanted.isdigit() else None
    if shop is None:
        raise Refusal("error_param", "Wrong parameters, detail: shop_id is unknown.")
    if cancelling:
        store.unlink(shop)
        return RedirectResponse(back_to(redirect, {"shop_id": str(shop.shop_id)}), 302)
    code = store.issue_code(shop)
    return RedirectResponse(back_to(redirect, {"code": code, "shop_id": str(shop.shop_id)}), 302)


def back_to(redirect: str, added: dict[str, str]) -> str:
    """The redirect address with our parameters after those it already carries."""
    parts = urlsplit(redirect)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _page(store: Store, cancelling: bool) -> str:
    def option(shop: Shop) -> str:
        return f'<option value="{shop.shop_id}">{html.escape(shop.name)} ({shop.region}, {shop.shop_id})</option>'

    return _PAGE.format(
        title="Withdraw the authorisation" if cancelling else "Authorise an app",
        question="Shall the app lose its access?" if cancelling else "Shall the app manage orders and stock?",
        options="".join(option(shop) for shop in store.shops.values()),
        button="Withdraw" if cancelling else "Authorise",
    )
