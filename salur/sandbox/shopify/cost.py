"""What a query costs: asked for before it runs, counted while it runs, taken from a bucket of points.

facts.md, Calls: a scalar costs 0, an object 1, a connection its ``first`` times one node, a mutation 10.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.type import get_nullable_type
from graphql.utilities import value_from_ast_untyped

MUTATION = 10
#: What the answer says is given back each second where calls use nothing up.
STANDARD_RATE = 100.0


class Points:
    """One bucket of an app in a shop, in real time; begins full."""

    def __init__(self) -> None:
        self._level: float | None = None
        self._last = 0.0

    def _fill(self, size: float, rate: float) -> float:
        now = time.monotonic()
        level = size if self._level is None or rate <= 0 else min(size, self._level + (now - self._last) * rate)
        self._level, self._last = level, now
        return level

    def take(self, wanted: float, size: float, rate: float) -> bool:
        """Whether there was enough; then it is gone."""
        level = self._fill(size, rate)
        if level < wanted:
            return False
        self._level = level - wanted
        return True

    def give_back(self, points: float) -> None:
        """What was asked for and not used."""
        self._level = (self._level or 0.0) + points

    def left(self, size: float, rate: float) -> float:
        """Points there are."""
        return self._fill(size, rate)


def shown(points: Points, requested: int, actual: int | None, size: float, rate: float) -> dict[str, Any]:
    """extensions.cost of an answer."""
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": size,
            "currentlyAvailable": float(int(points.left(size, rate))),
            "restoreRate": rate if rate > 0 else STANDARD_RATE,
        },
    }


def counted(parent: str, field: GraphQLField) -> bool:
    """Whether what the field gives counts as objects."""
    named = get_named_type(field.type)
    return not is_leaf_type(named) and not named.name.endswith("Edge") and parent != "Mutation"


class Asking:
    """The requested cost of one operation."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self._schema, self._fragments, self._variables = schema, fragments, variables

    def of(self, operation: OperationDefinitionNode) -> int:
        """Points."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return 0
        if operation.operation is OperationType.MUTATION:
            return MUTATION * sum(1 for _ in self._fields(operation.selection_set, root))
        return self._inside(operation.selection_set, root, 1)

    def _fields(self, chosen: SelectionSetNode, parent: GraphQLNamedType) -> Iterator[tuple[FieldNode, Any]]:
        for one in chosen.selections:
            if isinstance(one, FieldNode):
                yield one, parent
            elif isinstance(one, InlineFragmentNode):
                yield from self._fields(one.selection_set, self._narrowed(one.type_condition, parent))
            elif isinstance(one, FragmentSpreadNode):
                fragment = self._fragments[one.name.value]
                yield from self._fields(fragment.selection_set, self._narrowed(fragment.type_condition, parent))

    def _narrowed(self, condition: Any, parent: GraphQLNamedType) -> GraphQLNamedType:
        found = self._schema.get_type(condition.name.value) if condition else None
        return found or parent

    def _inside(self, chosen: SelectionSetNode, parent: GraphQLNamedType, size: int) -> int:
        return sum(self._field(node, kind, size) for node, kind in self._fields(chosen, parent))

    def _field(self, node: FieldNode, parent: GraphQLNamedType, size: int) -> int:
        if not (is_object_type(parent) or is_abstract_type(parent)) or node.selection_set is None:
            return 0
        field: GraphQLField | None = getattr(parent, "fields", {}).get(node.name.value)
        if field is None:
            return 0
        named, given = get_named_type(field.type), self._given(node)
        first = given.get("first")
        asked = first if isinstance(first, int) and first > 0 else 1
        if not is_list_type(get_nullable_type(field.type)):
            own = 0 if named.name.endswith("Edge") else 1
            return own + self._inside(node.selection_set, named, asked if named.name.endswith("Connection") else size)
        ids = given.get("ids")
        times = size if parent.name.endswith("Connection") else len(ids) if isinstance(ids, list) else asked
        own = 0 if named.name.endswith("Edge") else 1
        return times * (own + self._inside(node.selection_set, named, 1))

    def _given(self, node: FieldNode) -> dict[str, Any]:
        variables = dict(self._variables)
        return {one.name.value: value_from_ast_untyped(one.value, variables) for one in node.arguments or ()}
