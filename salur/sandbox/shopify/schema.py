"""The schema of each version, and documents read against it."""

import re
from functools import lru_cache
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    build_schema,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import (
    ASTValidationRule,
    FieldsOnCorrectTypeRule,
    KnownArgumentNamesRule,
    ProvidedRequiredArgumentsRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)

NEWEST = "2026-10"
VERSIONS = ("2026-01", "2026-04", "2026-07", NEWEST)
#: From this one on stock is set with a key and with changeFromQuantity (facts.md, The schema).
STRICT_STOCK = "2026-04"
_SDL = Path(__file__).with_name("schema.graphql")
_CODES: dict[type[ASTValidationRule], str] = {
    FieldsOnCorrectTypeRule: "undefinedField",
    ProvidedRequiredArgumentsRule: "missingRequiredArguments",
    KnownArgumentNamesRule: "argumentNotAccepted",
    ValuesOfCorrectTypeRule: "argumentLiteralsIncompatible",
    VariablesInAllowedPositionRule: "variableMismatch",
}
_OLDER = {
    "  referenceDocumentUri: String\n": "  ignoreCompareQuantity: Boolean\n",
    "  changeFromQuantity: Int\n": "  compareQuantity: Int\n",
}
#: Statuses are shown as they are: a test may let the store say a word that is in no list yet.
_OPEN = re.compile(r"enum (OrderDisplay\w+Status|FulfillmentOrderStatus) \{[^}]*\}")
_NO_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")


@lru_cache
def schema_of(version: str) -> GraphQLSchema:
    """The schema of a version."""
    text = _SDL.read_text(encoding="utf-8")
    if version < STRICT_STOCK:
        for known, older in _OLDER.items():
            text = text.replace(known, known + older)
    return build_schema(_OPEN.sub(r"scalar \1", text))


@lru_cache(maxsize=256)
def read(version: str, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """The document, or what is wrong with it."""
    try:
        document = parse(text)
    except GraphQLError as problem:
        return None, (problem,)
    schema = schema_of(version)
    errors = [_worded(error, code) for rule, code in _CODES.items() for error in validate(schema, document, [rule])]
    errors += validate(schema, document, [rule for rule in specified_rules if rule not in _CODES])
    return document, tuple(errors)


def _worded(error: GraphQLError, code: str) -> GraphQLError:
    found = _NO_FIELD.match(error.message)
    more = {"typeName": found[2], "fieldName": found[1]} if found else {}
    message = f"Field '{found[1]}' doesn't exist on type '{found[2]}'" if found else error.message
    return GraphQLError(message, error.nodes, extensions={"code": code, **more})
