"""Running one document: scopes, what each field gives, what it cost, and the answer with its errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_operation_ast,
)

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.shopify import schema
from salur.sandbox.shopify.cost import MUTATION, Asking, Points, counted, shown
from salur.sandbox.shopify.scopes import NEEDS, opened
from salur.sandbox.shopify.store import ShopifyStore
from salur.sandbox.storefront.model import Shop


@dataclass
class Context:
    """One call: whose it is, and what it has cost so far."""

    store: ShopifyStore
    shop: Shop
    version: str
    scopes: frozenset[str]
    objects: int = 0

    def check(self, parent: str, field: str) -> None:
        """Raises GraphQLError ACCESS_DENIED where the app lacks the scope."""
        needed = NEEDS.get((parent, field))
        if needed and not self.scopes & set(needed):
            scope = f"`{needed[0]}` access scope."
            raise GraphQLError(
                f"Access denied for {field} field. Required access: {scope}",
                extensions={"code": "ACCESS_DENIED", "requiredAccess": scope},
            )


#: Where in a document a field stands.
Info: TypeAlias = GraphQLResolveInfo[Any]
#: (call, arguments, where we are) -> the field's value.
Root = Callable[[Context, dict[str, Any], Info], Any]


class Graph:
    """Runs documents with the root fields given."""

    def __init__(self, roots: Mapping[str, Root]) -> None:
        self._roots = roots

    def run(
        self, store: ShopifyStore, shop: Shop, version: str, text: str, variables: dict[str, Any], name: str | None
    ) -> Outcome:
        """The answer: data, errors and cost."""
        document, errors = schema.read(version, text)
        if document is None or errors:
            return _wrong([error.formatted for error in errors], errors[0])
        operation = get_operation_ast(document, name)
        if operation is None:
            return _wrong([{"message": "An operation name is required"}], None)
        requested = Asking(schema.schema_of(version), _fragments(document), _filled(operation, variables)).of(operation)
        if requested > store.settings.dearest_query:
            return _too_dear(requested, store.settings.dearest_query)
        size, rate = store.settings.bucket_points, store.settings.points_per_second
        points = store.points.setdefault(shop.id, Points())
        if rate > 0 and not points.take(requested, size, rate):
            return throttled(store, points, requested)
        context = Context(store, shop, version, opened(shop.extra["scopes"]))
        result = execute_sync(
            schema.schema_of(version),
            document,
            context_value=context,
            variable_values=variables,
            operation_name=name,
            field_resolver=self._resolve,
        )
        actual = _actual(context, operation)
        if rate > 0:
            points.give_back(max(0, requested - actual))
        return _answered(result, shown(points, requested, actual, size, rate))

    def _resolve(self, source: Any, info: Info, **given: Any) -> Any:
        context: Context = info.context
        parent = info.parent_type
        context.check(parent.name, info.field_name)
        if parent.name in ("Query", "Mutation"):
            value = self._roots[info.field_name](context, given, info)
        else:
            value = source[info.field_name]
            if callable(value):
                value = value(given)
        if counted(parent.name, parent.fields[info.field_name]):
            context.objects += sum(one is not None for one in value) if isinstance(value, list) else value is not None
        return value


def root_names(text: str, version: str, name: str | None) -> list[str]:
    """The root fields of the operation, for counters and faults; empty for what cannot be read."""
    document, errors = schema.read(version, text)
    operation = get_operation_ast(document, name) if document is not None and not errors else None
    if operation is None:
        return []
    return [one.name.value for one in operation.selection_set.selections if hasattr(one, "name")]


def throttled(store: ShopifyStore, points: Points, requested: int) -> Outcome:
    """Throttled: nothing was done."""
    size, rate = store.settings.bucket_points, store.settings.points_per_second
    error = {
        "message": "Throttled",
        "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"},
    }
    answer = {"errors": [error], "extensions": {"cost": shown(points, requested, None, size, rate)}}
    return Outcome(answer, refused=Refusal("THROTTLED", "Throttled", status=store.settings.throttled_status))


def _too_dear(requested: int, most: int) -> Outcome:
    words = f"Query cost is {requested}, which exceeds the single query max cost limit ({most})."
    more = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": most}
    refused = Refusal("MAX_COST_EXCEEDED", words)
    return Outcome({"errors": [{"message": words, "extensions": more}]}, refused=refused)


def _wrong(errors: list[Any], first: GraphQLError | None) -> Outcome:
    code = str((first.extensions or {}).get("code", "invalid")) if first else "invalid"
    return Outcome({"errors": errors}, refused=Refusal(code, str(errors[0]["message"])))


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def _filled(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with the operation's own defaults."""
    values: dict[str, Any] = {}
    for one in operation.variable_definitions or ():
        default = getattr(one.default_value, "value", None)
        name = one.variable.name.value
        values[name] = int(default) if isinstance(default, str) and default.isdigit() else default
    return values | dict(variables)


def _actual(context: Context, operation: OperationDefinitionNode) -> int:
    if operation.operation is OperationType.MUTATION:
        return MUTATION * len(operation.selection_set.selections)
    return context.objects


def _answered(result: ExecutionResult, cost: dict[str, Any]) -> Outcome:
    answer: dict[str, Any] = {}
    for error in result.errors or ():
        if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
            raise error.original_error
    refused = None
    if result.errors:
        if result.errors[0].path is None:
            cost["actualQueryCost"] = None
        answer["errors"] = [_error(error) for error in result.errors]
        code = str(answer["errors"][0].get("extensions", {}).get("code", "error"))
        refused = Refusal(code, result.errors[0].message)
    if result.data is not None or (result.errors and result.errors[0].path is not None):
        answer["data"] = result.data
    for payload in (result.data or {}).values():
        said = payload if isinstance(payload, dict) else {}
        if said.get("userErrors") or said.get("orderCancelUserErrors"):
            refused = Refusal("userErrors", "refused")
    answer["extensions"] = {"cost": cost}
    return Outcome(answer, refused=refused)


def _error(error: GraphQLError) -> dict[str, Any]:
    known: dict[str, Any] = dict(error.formatted)
    if error.path is None:
        known.setdefault("extensions", {"code": "INVALID_VARIABLE"})
    return known
