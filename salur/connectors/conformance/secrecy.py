"""What is recorded of a call, and what an error says, shows neither secrets nor persons (R15, design 12)."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.transport import Exchange

from . import samples
from .bench import Bench
from .checks import Book, expect
from .ground import ground

BOTH = Book("Secrecy", look="capabilities.secret_fields, wire.py")
BOOK = Book("Secrecy", look="capabilities.secret_fields, wire.py", kind="warehouse")
SHORTEST = 6


def hidden(bench: Bench) -> dict[str, str]:
    """Secrets by key; short ones would stand in any text."""
    values = bench.credentials()
    return {key: values[key] for key in bench.secret_keys() if len(values.get(key, "")) >= SHORTEST}


def recorded(bench: Bench) -> list[str]:
    """What the hub would keep of every call, masked by the names that the connector lists and no more."""
    names = {*bench.plugin.capabilities.secret_fields, *bench.secret_keys()}
    redact = bench.redactor(names, ())
    return [_whole(exchange, redact(exchange.request_body), redact(exchange.response_body))
            for exchange in bench.exchanges]  # fmt: skip


def _whole(exchange: Exchange, request: str, response: str) -> str:
    return " ".join((exchange.operation, exchange.subject, exchange.url, request, response))


def _shining(values: dict[str, str], texts: list[str]) -> list[str]:
    return sorted(
        key
        for key, value in values.items()
        if any(form in text for text in texts for form in {value, quote(value, safe=""), quote_plus(value)})
    )


@BOTH.check("secrets.record", "No secret stands in the record of a call", "R15")
def record(bench: Bench) -> None:
    """Masked by name, because a new token is not known by its value yet."""
    connector = bench.connector()
    connector.verify()
    if bench.plugin.kind == "warehouse":
        here = ground(bench)
        ref = here.pushed()[0]
        here.connector.outbound_reports([ref])
    shining = _shining(hidden(bench), recorded(bench))
    expect(not shining, "all secrets masked by secret_fields", f"{', '.join(shining)} can be read")


@BOOK.check("secrets.persons", "A buyer's name, phone and address do not stand in the record of a push", "R15")
def persons(bench: Bench) -> None:
    """Request and answer."""
    here = ground(bench)
    bench.exchanges.clear()
    address = samples.address(here.country, name="Quirinus Vexwick", phone="0899912345", lines=("17 Zyxwood Lane",))
    ref = here.push(bench.reference(), address=address)
    here.connector.find_outbound(bench.exchanges[-1].subject or ref.number)
    personal = {"name": address.name, "phone": address.phone, "street": address.lines[0], "email": address.email}
    shining = _shining(personal, recorded(bench))
    expect(not shining, "personal data masked by secret_fields", f"{', '.join(shining)} can be read")


@BOTH.check("secrets.errors", "No secret stands in an error", "R15", look="errors.py")
def errors(bench: Bench) -> None:
    """A partner that repeats our keys in its refusal is quoted without them."""
    for key, value in hidden(bench).items():
        wrong = value[:-2] + ("qz" if not value.endswith("qz") else "zq")
        try:
            bench.altered({key: wrong}).verify()
        except PartnerError as error:
            masked = bench.redactor((), hidden(bench).values())(f"{error} {error!r} {error.args}")
            shining = _shining(hidden(bench), [masked])
            expect(not shining, "an error without secrets", f"{', '.join(shining)} can be read")


@BOTH.check("secrets.shown", "A connector that is printed shows no secret", "R15", look="__repr__")
def shown(bench: Bench) -> None:
    """Logs and tracebacks print objects."""
    made = bench.connector().connector
    shining = _shining(hidden(bench), [repr(made), str(made)])
    expect(not shining, "an object that prints without secrets", f"{', '.join(shining)} can be read")
