"""The login host: the page where a merchant lets an app in, and tokens for codes (jd.md, 1)."""

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.jd.eclp import Eclp

#: Codes of the login host (assumed).
PARAMETER, APP, CODE, REFRESH = "400", "401", "402", "403"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>JD login</title>
<style>body{{font:16px sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}
button,input{{font:inherit;padding:.4rem .8rem}}</style></head>
<body><h1>Log in with your JD account</h1><p>Simulated JD. An app wants to manage orders and stock.</p>{problem}
<form method="post"><p><label>PIN <input name="pin" value="{pin}" required></label></p>
<p><label><input type="checkbox" name="subscribe" value="1"> Subscribe to messages</label></p>
<p><button type="submit">Log in and authorise</button></p></form></body></html>
"""


async def to_login(eclp: Eclp, request: Request) -> Response:
    """GET shows the page; POST (form ``pin``, optional ``subscribe``) lets the app in and sends the browser back."""
    query = request.query_params
    redirect = query.get("redirect_uri", "")
    problem = _wrong(eclp, query, redirect)
    if problem:
        return HTMLResponse(f"<!doctype html><title>JD login</title><p>{html.escape(problem)}</p>", 400)
    if request.method == "GET":
        return HTMLResponse(_PAGE.format(problem="", pin=""))
    form = dict(parse_qsl((await request.body()).decode()))
    pin = form.get("pin", "").strip()
    account = eclp.accounts.get(pin)
    if account is None:
        words = '<p role="alert">This PIN does not exist.</p>'
        return HTMLResponse(_PAGE.format(problem=words, pin=html.escape(pin, quote=True)), 403)
    app_key = query["app_key"]
    (account.subscribed.add if form.get("subscribe") else account.subscribed.discard)(app_key)
    added = {"code": eclp.tokens.code(app_key, pin)}
    if "state" in query:
        added["state"] = query["state"]
    return RedirectResponse(with_query(redirect, added), 302)


def _wrong(eclp: Eclp, query: Mapping[str, str], redirect: str) -> str:
    if query.get("app_key", "") not in eclp.apps:
        return "app_key is unknown"
    if query.get("response_type") != "code":
        return "response_type must be code"
    if urlsplit(redirect).scheme not in ("http", "https"):
        return "redirect_uri is required"
    return "" if query.get("scope") == "snsapi_base" else "scope must be snsapi_base"


def with_query(address: str, added: dict[str, str]) -> str:
    """The address with our parameters after those it already carries."""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def tokens(eclp: Eclp, operation: str, query: Mapping[str, str]) -> Outcome:
    """``access_token`` for a code, or ``refresh_token`` for a refresh token."""
    try:
        return Outcome(_tokens(eclp, operation, query))
    except Refusal as refusal:
        return Outcome({"code": int(refusal.code), "msg": refusal.reason}, refused=refusal)


def _tokens(eclp: Eclp, operation: str, query: Mapping[str, str]) -> dict[str, Any]:
    grant, given = ("authorization_code", "code") if operation == "access_token" else ("refresh_token", "refresh_token")
    for name in ("app_key", "app_secret", "grant_type", given):
        if not query.get(name):
            raise Refusal(PARAMETER, f"{name} is required")
    if query["grant_type"] != grant:
        raise Refusal(PARAMETER, f"grant_type must be {grant}")
    app = eclp.apps.get(query["app_key"])
    if app is None or app.app_secret != query["app_secret"]:
        raise Refusal(APP, "app_key or app_secret is wrong")
    if operation == "access_token":
        issued = eclp.tokens.log_in(app.app_key, query[given])
    else:
        issued = eclp.tokens.renew(app.app_key, query[given])
    if issued is None:
        raise Refusal(CODE if operation == "access_token" else REFRESH, f"{given} is invalid")
    return issued
