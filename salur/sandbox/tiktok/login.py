"""The login page. The address that it leads back to is registered in Partner Center and never in the link."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront import consent
from salur.sandbox.storefront.model import Shop
from salur.sandbox.tiktok.store import TiktokStore

_REGISTER = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Register the redirect address</title>
<style>body{font:16px sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}
button,input{font:inherit;padding:.6rem}input{width:100%;box-sizing:border-box}</style></head>
<body><h1>Register the redirect address</h1><p>Simulated store. At the real one the address that a login leads back to
is entered in Partner Center, at the application. Here none is entered yet.</p>
<form method="post"><p><label>Redirect address <input name="redirect" type="url" required></label></p>
<p><button type="submit">Register</button></p></form></body></html>
"""


async def authorize(store: TiktokStore, request: Request, title: str) -> Response:
    """GET shows the page and POST answers it; before that the redirect address is asked for where none is known."""
    query = request.query_params
    if query.get("service_id") != store.app.service_id:
        raise Refusal("36009004", "Invalid service_id.", status=400)
    if not store.app.redirect:
        return await _register(store, request)
    state = {"state": query["state"]} if "state" in query else {}
    refused = {"code": "null", "error": "auth_denied", **state}
    return await consent.answer(store, request, store.app.redirect, _back(store), title=title, refused=refused)


async def _register(store: TiktokStore, request: Request) -> Response:
    if request.method == "GET":
        return HTMLResponse(_REGISTER)
    given = dict(parse_qsl((await request.body()).decode())).get("redirect", "")
    if urlsplit(given).scheme not in ("http", "https"):
        words = "No redirect address is registered: send it as redirect, or to POST /_control/<partner>/app."
        raise Refusal("36009004", words, status=400)
    store.app.redirect = given
    return RedirectResponse(str(request.url), 303)


def _back(store: TiktokStore) -> Callable[[Shop, Mapping[str, str]], dict[str, str]]:
    def back(shop: Shop, given: Mapping[str, str]) -> dict[str, str]:
        state = {"state": given["state"]} if "state" in given else {}
        return {"code": store.tokens.issue_code(shop.id, app=store.app.key), **state}

    return back
