"""A transport that answers with given bytes: for pure tests of reading, where no partner is needed."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import Credentials
from salur.connectors.stores.shopee.connector import ShopeeConnector
from salur.connectors.warehouses.eccang.connector import EccangConnector

SHOP = Credentials(
    {
        "base_url": "https://shop.invalid",
        "partner_id": "2000001",
        "partner_key": "shopeekey0123456789",
        "push_key": "pushkey01",
        "shop_id": "600000",
        "access_token": "tok_abc",
        "refresh_token": "ref_abc",
    }
)
WAREHOUSE = Credentials(
    {
        "base_url": "https://warehouse.invalid",
        "app_token": "EXAMPLETOKEN",
        "app_key": "EXAMPLEKEY",
        "customer_code": "C0001",
        "shipping_method": "OWN_LABEL",
    }
)
NOW = 1_700_000_000.0


class Answers:
    """Answers each call with the next of ``bodies`` (the last again and again) and keeps the calls."""

    def __init__(self, *bodies: bytes, status: int = 200) -> None:
        self.bodies = list(bodies)
        self.status = status
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        return Answer(self.status, {}, body, f"exchange-{len(self.calls)}")


def shop(*bodies: object, status: int = 200) -> ShopeeConnector:
    """A Shopee connector whose partner answers ``bodies`` (JSON, or bytes as they are)."""
    raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    return ShopeeConnector(SHOP, Answers(*raw, status=status), clock=lambda: NOW)


def envelope(document: object) -> bytes:
    """A reply of the ECCANG web service."""
    inner = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:ns1="http://www.example.org/Ec/"><SOAP-ENV:Body><ns1:callServiceResponse><response>'
        f"{escape(inner)}</response></ns1:callServiceResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


def warehouse(*bodies: object, status: int = 200) -> EccangConnector:
    """An ECCANG connector whose partner answers ``bodies`` (JSON in an envelope, or bytes as they are)."""
    raw = [body if isinstance(body, bytes) else envelope(body) for body in bodies]
    return EccangConnector(WAREHOUSE, Answers(*raw, status=status))


def calls_of(connector: ShopeeConnector | EccangConnector) -> list[Call]:
    """What a connector of this module has sent."""
    transport = connector.wire.transport
    assert isinstance(transport, Answers)
    return transport.calls
