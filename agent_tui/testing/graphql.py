"""An httpx transport that holds GraphQL requests and answers against a provider's introspection.

Strict on what we send: every document must be valid by the schema and name no deprecated field,
argument or value, every variable must fit its type. What comes must be what was asked for, no
more and no less, of the types that the schema promises. Words of a fault in between
(:mod:`agent_tui.testing.faults`) are nobody's, so that transport stands outside this one.
"""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    OperationType,
    build_client_schema,
    execute_sync,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from agent_tui.testing.contract import ContractViolation

__all__ = ["ContractViolation", "GraphqlTransport", "Schema"]

_MEMBERS = frozenset({"query", "variables", "operationName"})
"""What a request may have (GraphQL over HTTP, 5.2)."""


class Schema:
    """A provider's introspection, with a title for tables."""

    def __init__(self, schema: GraphQLSchema, title: str) -> None:
        self.schema = schema
        self.title = title

    @classmethod
    def load(cls, path: Path, title: str) -> "Schema":
        """From the answer to an introspection query, JSON, gzipped or not.

        The schema itself is taken as it is: those of large providers are not valid throughout.
        """
        octets = path.read_bytes()
        found = json.loads(gzip.decompress(octets) if path.suffix == ".gz" else octets)
        return cls(build_client_schema(found.get("data", found), assume_valid=True), title)


class GraphqlTransport(httpx.AsyncBaseTransport):
    """Hands on to ``inner`` what conforms to ``schema``, and back; all other paths are refused.

    ``path`` is where the provider takes GraphQL. Only queries pass, unless ``writing``.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, schema: Schema, path: str, *, writing: bool = False
    ) -> None:
        self.covered: set[str] = set()  # names of the operations that were asked and conform
        self.violations: list[ContractViolation] = []  # also those that somebody swallowed
        self._inner = inner
        self._schema = schema
        self._path = path
        self._writing = writing

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        try:
            asked = self._asked(request)
        except ContractViolation as violation:
            self.violations.append(violation)
            raise
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        try:
            self._answered(asked, answer)
        except ContractViolation as violation:
            self.violations.append(violation)
            raise
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _asked(self, request: httpx.Request) -> "_Asked":
        path = request.url.raw_path.decode("ascii")
        if (request.method, path) != ("POST", self._path):
            raise ContractViolation(f"{request.method} {path}: GraphQL is at POST {self._path}")
        body = _object(request.content, "the request")
        if unknown := sorted(set(body) - _MEMBERS):
            raise ContractViolation(f"the request has {', '.join(unknown)}")
        if not isinstance(body.get("query"), str):
            raise ContractViolation("the request has no query")
        document = checked(self._schema, body["query"])
        operation = _operation(document, body.get("operationName"))
        name = operation.name.value if operation.name else "(a query without a name)"
        if operation.operation is not OperationType.QUERY and not self._writing:
            raise ContractViolation(f"{name} is a {operation.operation.value}: only queries pass")
        given = body.get("variables") or {}
        self._check_variables(operation, name, given)
        return _Asked(name, document, body.get("operationName"), given)

    def _check_variables(
        self, operation: OperationDefinitionNode, name: str, given: Mapping[str, Any]
    ) -> None:
        declared = {one.variable.name.value for one in operation.variable_definitions or ()}
        if unknown := sorted(set(given) - declared):
            raise ContractViolation(f"{name}: unknown variable {', '.join(unknown)}")
        found = get_variable_values(
            self._schema.schema, operation.variable_definitions or (), dict(given)
        )
        if isinstance(found, list):
            raise ContractViolation(f"{name}: {found[0].message}")

    def _answered(self, asked: "_Asked", answer: httpx.Response) -> None:
        """Errors are the provider's to word; data must be what was asked for."""
        if not answer.is_success:
            return
        body = _object(answer.content, f"the answer to {asked.name}")
        if "data" not in body and "errors" not in body:
            raise ContractViolation(f"the answer to {asked.name} has neither data nor errors")
        data = body.get("data")
        if data is None or "errors" in body:
            return
        read = execute_sync(
            self._schema.schema,
            asked.document,
            root_value=data,
            variable_values=asked.variables,
            operation_name=asked.operation,
            field_resolver=_given,
        )
        if read.errors:
            raise ContractViolation(f"the answer to {asked.name}: {read.errors[0]}")
        if read.data != data:
            raise ContractViolation(f"the answer to {asked.name} has more than was asked for")
        self.covered.add(asked.name)


class _Asked:
    """A request that conforms."""

    def __init__(
        self, name: str, document: DocumentNode, operation: str | None, variables: dict[str, Any]
    ) -> None:
        self.name = name
        self.document = document
        self.operation = operation
        self.variables = variables


@cache
def checked(schema: Schema, query: str) -> DocumentNode:
    """The document, valid by ``schema`` and with nothing deprecated. Raises ContractViolation."""
    try:
        document = parse(query)
    except GraphQLError as error:
        raise ContractViolation(f"no GraphQL: {error.message}") from error
    wrong = validate(schema.schema, document, [*specified_rules, NoDeprecatedCustomRule])
    if wrong:
        raise ContractViolation("; ".join(one.message for one in wrong))
    return document


def _given(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    """A field's value in an answer: it stands under its alias, and must stand there."""
    key = info.path.key
    if not isinstance(source, dict) or key not in source:
        raise GraphQLError(f"'{key}' of {info.parent_type.name} is missing")
    return source[key]


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    named = [one for one in found if name is None or (one.name and one.name.value == name)]
    if len(named) != 1:
        raise ContractViolation(f"{len(named)} operations are meant by the request")
    return named[0]


def _object(content: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise ContractViolation(f"{where} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ContractViolation(f"{where} is no JSON object")
    return found
