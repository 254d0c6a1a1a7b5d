"""How ECCANG's bytes look: JSON inside a SOAP envelope, both ways (contract sheet, A.1 and A.2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape  # writes only; reading is done by the parser below

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import AlreadyExists, ContractBroken, PartnerError
from salur.connectors.base.reading import JsonObject, as_object, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport
from salur.connectors.base.types import Credentials

from .errors import error_for

SERVICE_PATH = "/default/svc/web-service"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EC = "http://www.example.org/Ec/"  # really the vendor's namespace
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f"{EC}callService"}


def endpoint(base_url: str) -> str:
    """The one address of a warehouse company's system; its path is added when only the host was given."""
    address = base_url.strip().rstrip("/")
    return address if address.endswith("/web-service") else address + SERVICE_PATH


def callback_signature(body: str, app_token: str, timestamp: str, message_id: str) -> str:
    """MD5 of body, token, time and message number, lower-case hex.

    That these four are in it is documented by a summary only, their order and the letter case are assumed.
    """
    whole = f"{body}{app_token}{timestamp}{message_id}"
    return hashlib.md5(whole.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


class Wire:
    """Calls with one account's keys. What never changes of the envelope is put together once."""

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.transport = transport
        self.url = endpoint(credentials["base_url"])
        self._before = (
            f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:ns1="{EC}">'
            "<SOAP-ENV:Body><ns1:callService><paramsJson>"
        )
        self._between = (
            f"</paramsJson><appToken>{escape(credentials['app_token'])}</appToken>"
            f"<appKey>{escape(credentials['app_key'])}</appKey><service>"
        )
        self._after = "</service><language>en_US</language></ns1:callService></SOAP-ENV:Body></SOAP-ENV:Envelope>"

    def envelope(self, service: str, params: Mapping[str, object]) -> bytes:
        """The request's bytes. The JSON is plain ASCII, so that no character can break the XML around it."""
        document = escape(json.dumps(params, separators=(",", ":")))
        return f"{self._before}{document}{self._between}{service}{self._after}".encode()

    def call(self, service: str, params: Mapping[str, object], effect: Effect, subject: str = "") -> JsonObject:
        """Call ``service`` and answer the JSON document of a success; a failure is raised as its class."""
        answer = self.transport.send(
            Call(
                method="POST",
                url=self.url,
                operation=service,
                effect=effect,
                headers=HEADERS,
                content=self.envelope(service, params),
                subject=subject,
            )
        )
        try:
            document = read_reply(answer)
            succeeded = text(document, "ask").lower() == "success"
            code, message = failure(document)
            if not succeeded and not message and not code and text(document, "ask").lower() != "failure":
                raise ContractBroken("missing", "ask is neither Success nor Failure", field="ask")
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken
        if not succeeded:
            raise _with_number(error_for(code, message, effect, answer.exchange_id), document)
        return document


def _with_number(error: PartnerError, document: JsonObject) -> PartnerError:
    number = document.get("order_code")
    if isinstance(error, AlreadyExists) and isinstance(number, str):
        error.ref = number
    return error


def failure(document: JsonObject) -> tuple[str, str]:
    """Code and words of a failure: ``Error`` (capital E) first, then ``message``."""
    error = document.get("Error")
    if isinstance(error, list) and error:
        error = error[0]
    if isinstance(error, dict):
        message = text(error, "errMessage") or text(document, "message")
        return text(error, "errCode"), message
    return "", text(document, "message")


def read_reply(answer: Answer) -> JsonObject:
    """The JSON document inside the reply's envelope."""
    return as_object(parse_json(response_text(answer.content), "response"), "response")


class _Reader:
    """Collects the text of ``response`` and of a Fault; refuses document types, and so entities."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.found: dict[str, list[str]] = {}
        self._inside: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._inside.append(name.rpartition(":")[2])
        self.found.setdefault(self._inside[-1], [])

    def _end(self, name: str) -> None:
        self._inside.pop()

    def _text(self, data: str) -> None:
        if self._inside:
            self.found[self._inside[-1]].append(data)

    def _doctype(self, *_: object) -> None:
        raise ContractBroken("doctype", "the reply declares a document type")


def response_text(content: bytes) -> str:
    """The text of ``response`` in a reply envelope; a Fault and anything else is :class:`ContractBroken`."""
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ContractBroken("not_xml", f"the reply is no SOAP envelope: {error}") from error
    if "Fault" in reader.found:
        said = "".join(reader.found.get("faultstring", [])).strip()
        raise ContractBroken("soap_fault", said or "SOAP fault")
    if "response" not in reader.found:
        raise ContractBroken("missing", "the reply has no response", field="response")
    return "".join(reader.found["response"])
