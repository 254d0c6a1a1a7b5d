"""Good credentials open, bad ones are refused by name, and an account is one identity (R9, R12)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.errors import AuthExpired, AuthRejected, Rejected, Retryable
from salur.connectors.base.types import PartnerIdentity

from .bench import TOKENS, Bench, Outcome
from .checks import Book, Bypass, Power, expect

BOOK = Book("Authorisation", look="verify(), errors.py")
NO_KEY = ("refresh_token",)  # used to renew, not to open


def identity(bench: Bench) -> PartnerIdentity:
    """Who the partner says we are."""
    found = bench.connector().verify()
    expect(isinstance(found, PartnerIdentity), "verify answers a PartnerIdentity", found)
    expect(found.key, "an identity with a key", found)
    assert isinstance(found, PartnerIdentity)  # noqa: S101 - said above, for the type checker
    return found


@BOOK.check("auth.good", "Good credentials verify", "R9")
def good(bench: Bench) -> None:
    """The rig's own."""
    identity(bench)


@BOOK.check("auth.bad_secret", "Each wrong secret is refused", "R9, R36", look="verify(), errors.py (AuthRejected)")
def bad_secret(bench: Bench) -> None:
    """One after the other is altered. What only buys tokens is refused where they are bought."""
    values = bench.credentials()
    tried = opening(bench)
    expect(tried, "at least one secret among the credentials", sorted(values))
    for key in tried:
        outcome = with_secret(bench, key, altered(values[key]))
        refused = isinstance(outcome.error, AuthRejected | Rejected)
        if key in TOKENS:
            refused = refused or isinstance(outcome.error, AuthExpired)
        expect(refused, f"a wrong {key} refused as AuthRejected, or as Rejected with the field", outcome)
        if isinstance(outcome.error, Rejected):
            expect(outcome.error.field, f"Rejected names the field {key}", outcome)


@BOOK.check("auth.bad_field", "Other wrong fields are refused, or change nothing of who we are", "R9, R12")
def bad_field(bench: Bench) -> None:
    """A field that the partner does not verify must not make another account of this one."""
    values = bench.credentials()
    tried = [field for field in bench.form() if _can_be_wrong(field) and values.get(field.key)]
    if not tried:
        raise Bypass("the form has no field that could be wrong but secrets and addresses")
    ours = identity(bench).key
    for field in tried:
        outcome = bench.attempt(_open, bench, {field.key: altered(values[field.key])})
        if outcome.error is None:
            expect(outcome.value.key == ours, f"a wrong {field.key} refused, or without effect on the key", outcome)
        else:
            wanted = isinstance(outcome.error, AuthRejected | Rejected)
            expect(wanted, f"a wrong {field.key} refused as AuthRejected or Rejected", outcome)


def with_secret(bench: Bench, key: str, value: str) -> Outcome:
    """What the account says to another value of a secret: by itself, or when it is to buy new tokens with it."""
    outcome = bench.attempt(_open, bench, {key: value})
    if outcome.error is not None or key in TOKENS or "oauth" not in bench.plugin.capabilities.abilities:
        return outcome
    return bench.attempt(lambda: bench.altered({key: value}).refresh())


def _open(bench: Bench, changes: Mapping[str, str]) -> PartnerIdentity:
    """Open the account with some values changed; where typed keys buy the token, with one that they buy."""
    values = {**bench.credentials(), **changes}
    if "grant" in bench.plugin.capabilities.abilities and not changes.keys() & TOKENS:
        tokens = bench.connector(credentials=values).grant()
        values |= {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    opened: PartnerIdentity = bench.connector(credentials=values).verify()
    return opened


def _can_be_wrong(field: FormField) -> bool:
    return not field.secret and not field.choices and not field.several and "http" not in field.pattern


def opening(bench: Bench) -> list[str]:
    """The secrets that open the account; one that is not required is for something else, such as messages."""
    values = bench.credentials()
    spare = {field.key for field in bench.form() if not field.required}
    return [key for key in sorted(bench.secret_keys() - spare) if values.get(key) and key not in NO_KEY]


def altered(value: str) -> str:
    """Another value of the same form."""
    last = value[-1]
    other = "7" if last.isdigit() and last != "7" else "3" if last.isdigit() else "b" if last == "a" else "a"
    return value[:-1] + other


@BOOK.check("auth.empty", "Empty credentials are refused, not a crash", "R9", look="__init__, verify()")
def empty(bench: Bench) -> None:
    """What a half-filled form would give."""
    for key in opening(bench):
        outcome = with_secret(bench, key, "")
        expect(outcome.error is not None, f"an empty {key} refused", outcome)


@BOOK.check("auth.stable", "The identity stays the same and shows no secret", "R12", look="verify(), mapping.py")
def stable(bench: Bench) -> None:
    """It is stored in the clear and compared."""
    first, second = identity(bench), identity(bench)
    expect(first.key == second.key, "the same key each time", "two keys")
    values, shown = bench.credentials(), f"{first.key} {first.name} {dict(first.details)}"
    shining = [key for key in bench.secret_keys() if len(values.get(key, "")) > 5 and values[key] in shown]
    expect(not shining, "an identity without secrets", f"it shows {', '.join(shining)}")


@BOOK.check("auth.another", "Keys of another account are another identity", "R12", Power.ACCOUNTS)
def another(bench: Bench) -> None:
    """Else the second merchant could claim what belongs to the first."""
    theirs = bench.connector(credentials={**bench.credentials(), **bench.rig.another_account()}).verify()
    expect(theirs.key != identity(bench).key, "another key for another account", "the same key")


@BOOK.check("auth.not_there", "A partner that cannot be reached has certainly done nothing", "design 4 (Retryable)")
def unreachable(bench: Bench) -> None:
    """Nothing listens at the address."""
    values = bench.credentials()
    addresses = [key for key, value in values.items() if value.startswith(("http://", "https://"))]
    if not addresses:
        raise Bypass("no credential is an address that could be changed")
    outcome = bench.attempt(bench.altered(dict.fromkeys(addresses, "http://127.0.0.1:9")).verify)
    expect(isinstance(outcome.error, Retryable), "Retryable (not_sent), not a refusal of the keys", outcome)
