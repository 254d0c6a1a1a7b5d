"""Who calls: Basic over https, OAuth 1.0a one-legged over http (contracts/woocommerce: facts and signing)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import quote

from starlette.requests import Request

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.model import Shop
from salur.sandbox.woocommerce.site import Key, Sites

_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_NEEDED = ("oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


def _wrong(words: str) -> Refusal:
    return Refusal("woocommerce_rest_authentication_error", words, status=401)


def base_string(method: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """What OAuth 1.0a signs: everything in the query but the signature, encoded, then sorted."""
    encoded = sorted((_quote(key), _quote(value)) for key, value in pairs if key != "oauth_signature")
    return "&".join(
        _quote(part) for part in (method.upper(), url, "&".join(f"{key}={value}" for key, value in encoded))
    )


def _quote(text: str) -> str:
    return quote(text, safe="~")


def oauth_signature(secret: str, method: str, base: str) -> str:
    """Base64 of the HMAC; the key ends with an ampersand, as there is no token."""
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), _DIGESTS[method]).digest()).decode()


def check(sites: Sites, shop: Shop, request: Request) -> Key:
    """The key that the request was made with; raises Refusal."""
    key = _basic(sites, request) if sites.settings.https else None
    key = key or _oauth(sites, request)
    if key is None:
        # Over plain http a Basic header is as good as none.
        raise Refusal("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", status=401)
    if key.shop_id != shop.id:
        raise _wrong("Consumer key is invalid.")
    writes = request.method not in ("GET", "HEAD")
    if key.permissions == "read" and writes:
        raise Refusal("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.", status=401)
    if key.permissions == "write" and not writes:
        raise Refusal("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.", status=401)
    return key


def _basic(sites: Sites, request: Request) -> Key | None:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as problem:
            raise _wrong("Consumer key is invalid.") from problem
    elif "consumer_key" in request.query_params:
        name = request.query_params["consumer_key"]
        secret = request.query_params.get("consumer_secret", "")
    else:
        return None
    key = sites.keys.get(name)
    if key is None:
        raise _wrong("Consumer key is invalid.")
    if not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise _wrong("Consumer secret is invalid.")
    return key


def _oauth(sites: Sites, request: Request) -> Key | None:
    query = dict(request.query_params)
    if "oauth_consumer_key" not in query:
        return None
    missing = [name for name in _NEEDED if not query.get(name)]
    if missing:
        raise _wrong(f"Missing OAuth parameter {', '.join(missing)}")
    key = sites.keys.get(query["oauth_consumer_key"])
    if key is None:
        raise _wrong("Consumer key is invalid.")
    method = query["oauth_signature_method"]
    if method not in _DIGESTS:
        raise _wrong("Invalid signature - signature method is invalid.")
    url = str(request.url.replace(query="", fragment=""))
    base = base_string(request.method, url, query.items())  # as PHP reads a query: of two alike, the last
    wanted = oauth_signature(key.consumer_secret, method, base)
    if not hmac.compare_digest(wanted.encode(), query["oauth_signature"].encode()):
        raise _wrong("Invalid signature - provided signature does not match.")
    _remember(sites, key, query["oauth_timestamp"], query["oauth_nonce"])
    return key


def _remember(sites: Sites, key: Key, timestamp: str, nonce: str) -> None:
    now, window = sites.core.clock.now(), sites.settings.timestamp_tolerance
    if not timestamp.isdigit() or abs(now - int(timestamp)) > window:
        raise _wrong("Invalid timestamp.")
    key.nonces = {text: at for text, at in key.nonces.items() if now - at <= 2 * window}
    if nonce in key.nonces:
        raise _wrong("Invalid nonce - nonce has already been used.")
    key.nonces[nonce] = now
