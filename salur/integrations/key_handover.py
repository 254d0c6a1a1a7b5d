"""Keys that a store makes on its own page and sends to us, beside typed ones (R8, R12, R15; ability ``makes_keys``).

What was typed waits in a row, for a quarter of an hour. The store posts its keys to an address whose signed token
names the row, and then sends the user back; only who began may finish, and once. Nothing else is saved before the keys
are verified.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import Rejected
from salur.connectors.base.made_keys import MadeKeys
from salur.connectors.base.transport import Exchange
from salur.connectors.base.types import Credentials
from salur.foundation import secrets
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy import audit
from salur.tenancy.scope import merchant_scope

from . import registry
from .acting import Acting
from .connections import NotConnected
from .forms import FormInvalid, needed_values, validate_fields
from .login import AuthorisationStale
from .models import KeyHandover
from .saving import ask, clean_name, refuse_taken_name, save_store, verify
from .speaking import speak

PATH = "/store-keys/"
"""Where stores post keys, followed by the token."""
SALT = "salur.integrations.key_handover"
LASTS = timedelta(minutes=15)
ACTOR = "partner"


class NobodyAwaits(LookupError):
    """Nobody awaits these keys, or not any more."""


def keys_plugin(channel: str) -> Plugin | None:
    """The connector of a channel whose stores can hand their keys over, or None."""
    plugin = registry.find_plugin(registry.STORE, channel)
    return plugin if plugin is not None and "makes_keys" in plugin.capabilities.abilities else None


def _on_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def can_be_reached(store_url: str = "") -> bool:
    """Whether a store may post keys to this installation: over https, or (to try it out) within one machine.

    Without ``store_url``: whether any store may.
    """
    base = settings.SALUR.base_url
    if base.startswith("https://"):
        return True
    return _on_this_machine(base) and (not store_url or _on_this_machine(store_url))


def begin_key_handover(
    acting: Acting, channel: str, name: str, values: Mapping[str, Any], *, redirect: str, country: str = ""
) -> str:
    """The store's page to send the user to. ``redirect`` is our address to come back to; the handle is added.

    Raises :class:`FormInvalid`, NotConnected.
    """
    plugin = keys_plugin(channel)
    if plugin is None:
        raise NotConnected("connector_missing", partner=channel, name=channel)
    typed = needed_values(plugin.keys_form, values)
    for field, value in typed.items():
        if urlsplit(value).scheme and not can_be_reached(value):
            raise FormInvalid.of(field, "hub_not_reachable", address=settings.SALUR.base_url)
    handle, cleaned = randomness.token_urlsafe(24), clean_name(name)
    row = KeyHandover(channel=channel, actor=acting.actor, handle=_digest(handle), created_at=now())
    row.typed = secrets.seal({**typed, "name": cleaned, "country": country}, belongs_to=_owner(acting, handle))
    with acting.scope("connect store"):
        refuse_taken_name(cleaned, channel)
        row.save()
    token = signing.dumps([acting.merchant_id, handle], salt=SALT)
    back, callback = f"{redirect}{handle}/", f"{settings.SALUR.base_url.rstrip('/')}{PATH}{token}"
    exchanges: list[Exchange] = []
    leave = ask(plugin, Credentials(typed), {}, lambda store: store.keys_page(back, callback, handle), exchanges)
    return str(leave)


def take_keys(token: str, body: bytes) -> None:
    """What a store posted, kept until its user comes back (no scope open).

    Raises :class:`NobodyAwaits` for a token that is not ours, too old or used, PartnerError for what is no use.
    """
    try:
        merchant_id, handle = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise NobodyAwaits from error
    with merchant_scope(merchant_id, actor=ACTOR, cause="connect store"):
        row = KeyHandover.objects.filter(handle=_digest(handle), keys="").first()
        plugin = None if row is None else keys_plugin(row.channel)
    if row is None or plugin is None:
        raise NobodyAwaits
    owner = _owner(Acting(merchant_id, row.actor), handle)
    typed = secrets.unseal(row.typed, belongs_to=owner)
    spoken = speak(plugin, Credentials(typed), lambda store: store.read_keys(body))
    keys: MadeKeys = spoken.answer()
    if keys.handle != handle:
        raise Rejected("handle", "these keys are for another login")
    if wrong := validate_fields(plugin.form, {**typed, **keys.values}).wrong:
        raise Rejected("keys", f"not keys of this store: {', '.join(wrong)}")
    with merchant_scope(merchant_id, actor=ACTOR, cause="connect store"):
        sealed = secrets.seal(keys.values, belongs_to=owner)
        if not KeyHandover.objects.filter(pk=row.pk, keys="").update(keys=sealed):
            raise NobodyAwaits
        audit.record("store.keys_received", partner=row.channel)


def handover_begun(acting: Acting, handle: str) -> KeyHandover:
    """Inside a scope: the row that somebody who came back belongs to; raises :class:`AuthorisationStale`.

    It must be who began: else a stranger's link could connect somebody's store with the stranger's merchant.
    """
    since = now() - LASTS
    row = KeyHandover.objects.filter(handle=_digest(handle), actor=acting.actor, created_at__gt=since).first()
    if row is None:
        raise AuthorisationStale
    return row


def finish_key_handover(acting: Acting, handle: str, query: Mapping[str, str]) -> tuple[int, Plugin]:
    """The store whose user came back, connected with the keys that it sent; its id, and its connector.

    Raises :class:`AuthorisationStale` (not ours, too old, used, somebody else's), Refusal (``access_not_granted``,
    ``keys_not_received``), FormInvalid, PartnerRefused, IdentityTaken; nothing is saved then.
    """
    with acting.scope("connect store"):
        row = handover_begun(acting, handle)
    plugin = registry.store_plugin(row.channel)
    title, owner = plugin.capabilities.title, _owner(acting, handle)
    typed = secrets.unseal(row.typed, belongs_to=owner)
    name, country = typed.pop("name"), typed.pop("country")
    exchanges: list[Exchange] = []
    granted = ask(plugin, Credentials(typed), {}, lambda store: store.was_granted(query), exchanges)
    if granted and not row.keys:
        raise Refusal("keys_not_received", partner=title, address=settings.SALUR.base_url)
    with acting.scope("connect store"):
        if not KeyHandover.objects.filter(pk=row.pk).delete()[0]:
            raise AuthorisationStale  # somebody was quicker: it is used once only
    if not granted:
        raise Refusal("access_not_granted", partner=title)
    keys = secrets.unseal(row.keys, belongs_to=owner)
    verified = verify(plugin, Credentials({**typed, **keys}), {})
    with acting.scope("connect store"):
        return save_store(verified, name, country, ""), plugin


def forget_old_keys() -> int:
    """Inside a scope: keys that nobody came back for are not kept; answers how many rows went."""
    return KeyHandover.objects.filter(created_at__lte=now() - LASTS).delete()[0]


def _digest(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()


def _owner(acting: Acting, handle: str) -> str:
    return f"{acting.merchant_id}:handover:{acting.actor}:{_digest(handle)}"
