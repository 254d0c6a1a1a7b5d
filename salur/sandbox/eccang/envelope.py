"""The SOAP 1.1 wrapper round a JSON document (eccang.md, A.1)."""

import json
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EC = "http://www.example.org/Ec/"
_FIELDS = ("paramsJson", "appToken", "appKey", "service", "language")


class BadEnvelope(ValueError):
    """Not a callService envelope; the text says why."""


@dataclass
class Request:
    """What a client sent."""

    service: str
    app_token: str
    app_key: str
    language: str
    params: dict[str, Any]


class _Reader:
    """Collects the text of callService's children, in whatever order, escaped or in CDATA."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.texts: dict[str, list[str]] = {}

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.path.append(name)
        if self._inside() and len(self.path) == 4:
            self.texts.setdefault(name.rpartition(" ")[2], [])

    def end(self, _name: str) -> None:
        self.path.pop()

    def text(self, data: str) -> None:
        if self._inside() and len(self.path) == 4:
            self.texts[self.path[3].rpartition(" ")[2]].append(data)

    def _inside(self) -> bool:
        return self.path[:3] == [f"{SOAP} Envelope", f"{SOAP} Body", f"{EC} callService"]

    def doctype(self, *_: object) -> None:
        raise BadEnvelope("a document type declaration is not allowed")


def read(raw: bytes) -> Request:
    """Parse an envelope; raises BadEnvelope."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as problem:
        raise BadEnvelope(f"not well-formed: {problem}") from problem
    fields = {name: "".join(reader.texts.get(name, [])).strip() for name in _FIELDS}
    if not fields["service"]:
        raise BadEnvelope("callService with a service was not found in the body")
    try:
        params = json.loads(fields["paramsJson"] or "{}")
    except ValueError as problem:
        raise BadEnvelope("paramsJson is not JSON") from problem
    if params == []:  # PHP clients encode an empty array so
        params = {}
    if not isinstance(params, dict):
        raise BadEnvelope("paramsJson must be an object")
    return Request(fields["service"], fields["appToken"], fields["appKey"], fields["language"], params)


def answer(payload: dict[str, Any], form: str) -> bytes:
    """The reply, its JSON on one line inside response."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    inner = f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>" if form == "cdata" else escape(text)
    return _wrap(f"<ns1:callServiceResponse><response>{inner}</response></ns1:callServiceResponse>")


def fault(reason: str) -> bytes:
    """A SOAP fault."""
    return _wrap(
        f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>"
        f"<faultstring>{escape(reason)}</faultstring></SOAP-ENV:Fault>"
    )


def _wrap(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:ns1="{EC}">'
        f"<SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


WSDL = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions name="Ec" targetNamespace="{EC}" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="{EC}"
 xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<message name="callServiceRequest"><part name="paramsJson" type="xsd:string"/><part name="appToken" type="xsd:string"/>
<part name="appKey" type="xsd:string"/><part name="service" type="xsd:string"/>
<part name="language" type="xsd:string"/></message>
<message name="callServiceResponse"><part name="response" type="xsd:string"/></message>
<portType name="EcPort"><operation name="callService"><input message="tns:callServiceRequest"/>
<output message="tns:callServiceResponse"/></operation></portType>
<binding name="EcBinding" type="tns:EcPort"><soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="callService"><soap:operation soapAction="{EC}callService"/>
<input><soap:body use="literal" namespace="{EC}"/></input><output><soap:body use="literal" namespace="{EC}"/></output>
</operation></binding>
<service name="Ec"><port name="EcPort" binding="tns:EcBinding"><soap:address location="{{address}}"/></port></service>
</definitions>
"""
