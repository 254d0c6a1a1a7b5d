"""/wc-auth/v1/authorize: the site's owner lets an app in, and the site sends it keys (contracts/woocommerce: facts)."""

import html
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.storefront.consent import back_to
from salur.sandbox.storefront.model import Shop
from salur.sandbox.woocommerce.site import Sites

NEEDED = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = ("read", "write", "read_write")

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Application authentication request</title>
<style>body{{font:16px sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.2rem}}</style></head>
<body><h1>{app} would like to connect to your store</h1><p>Simulated site {site}. {app} asks for {scope} access.</p>
<form method="post"><p><button type="submit" name="answer" value="yes">Approve</button>
<button type="submit" name="answer" value="no">Deny</button></p></form></body></html>
"""


async def authorize(sites: Sites, shop: Shop, request: Request) -> Response:
    """GET shows the page; POST approves: the keys are posted first, then the browser goes back."""
    asked = dict(request.query_params)
    wrong = _fault(asked)
    if wrong:
        return HTMLResponse(f"Error: {html.escape(wrong)}.", 401)
    if request.method == "GET":
        words = {"app": asked["app_name"], "site": shop.name, "scope": asked["scope"]}
        return HTMLResponse(_PAGE.format(**{key: html.escape(value) for key, value in words.items()}))
    form = dict(parse_qsl((await request.body()).decode()))
    if form.get("answer") == "no":
        return _back(asked, success="0")
    if not await _handed_over(sites, shop, asked):
        return HTMLResponse("Error: An error occurred in the request, the keys could not be sent.", 401)
    return _back(asked, success="1")


def _fault(asked: Mapping[str, str]) -> str:
    for name in NEEDED:
        if not asked.get(name):
            return f"Missing parameter {name}"
    if asked["scope"] not in SCOPES:
        return f"Invalid scope {asked['scope']}"
    for name in ("return_url", "callback_url"):
        if urlsplit(_address(asked, name)).scheme not in ("http", "https"):
            return f"The {name} is not a valid URL"
    callback = urlsplit(_address(asked, "callback_url"))
    # A real site knows no exception; here one's own machine is, so that it can be tried without a certificate.
    if callback.scheme != "https" and not _own_machine(callback.hostname or ""):
        return "The callback_url needs to be over SSL"
    return ""


def _address(asked: Mapping[str, str], name: str) -> str:
    return unquote(asked[name])


def _own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _handed_over(sites: Sites, shop: Shop, asked: Mapping[str, str]) -> bool:
    """A new key, posted; one that nobody took is withdrawn again."""
    key = sites.add_key(shop, asked["scope"])
    body = {
        "key_id": len(sites.keys),
        "user_id": asked["user_id"],
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "key_permissions": key.permissions,
    }
    headers = {"Content-Type": "application/json;charset=utf-8"}
    try:
        answer = await sites.core.postman.outside.client().post(
            _address(asked, "callback_url"), content=json_bytes(body), headers=headers
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        taken = False
    else:
        taken = answer.status_code == 200
    if not taken:
        del sites.keys[key.consumer_key]
    return taken


def _back(asked: Mapping[str, str], *, success: str) -> Response:
    added = {"success": success, "user_id": asked["user_id"]}
    return RedirectResponse(back_to(_address(asked, "return_url"), added), 302)
