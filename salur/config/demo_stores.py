"""Authorising the demo's Shopee stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from salur.flows.connect import finish_authorisation
from salur.integrations.connect import Acting, begin_authorisation

RETURN = "http://127.0.0.1/integrations/return"
"""Where partners send the browser back to; nothing listens there, because here is no browser."""


def authorise_shopee(acting: Acting, keys: Mapping[str, Any], name: str, shop_id: object) -> int:
    """The seller's login, as the browser does it: to the store's page, agree, and back with a code."""
    url = begin_authorisation(
        acting,
        "shopee",
        name,
        {k: str(keys[k]) for k in ("base_url", "partner_id", "partner_key", "push_key")},
        redirect=RETURN,
        country="TH",
        currency="THB",
    )
    answer = httpx.post(url, data={"shop_id": str(shop_id)}, timeout=30)
    back = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    return finish_authorisation(acting, back.pop("state"), back)
