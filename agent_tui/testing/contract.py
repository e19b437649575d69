"""An httpx transport that holds every request and answer against a provider's OpenAPI document.

Strict on what we send: whatever the document does not name is refused. Lenient on what comes:
providers add fields. Words of a fault in between (:mod:`agent_tui.testing.faults`) are nobody's,
so that transport stands outside this one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

import httpx

from agent_tui.testing.openapi import (
    Amendment,
    Document,
    Operation,
    Parameter,
    Schema,
    path_pattern,
)

__all__ = ["Amendment", "ContractTransport", "ContractViolation", "Document"]

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_SPECIAL_HEADERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI 3, Parameter
_DEEP = re.compile(r"([^\[]+)\[([^\]]*)\]")


class ContractViolation(AssertionError):  # noqa: N818 - what it is
    """A request or an answer that the document does not know; ``str()`` names the place."""


class ContractTransport(httpx.AsyncBaseTransport):
    """Hands on to ``inner`` what conforms to ``document``, and back.

    ``uncovered`` names what the document leaves out although it is there, as "METHOD /path/{x}"
    or, for one kind of body of a known operation, "METHOD /path/{x} multipart/form-data", each
    with the reason. ``statuses`` are answers that any operation may give without saying so, each
    with the reason. ``base`` is what stands before the document's paths.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        document: Document,
        *,
        uncovered: Mapping[str, str] | None = None,
        statuses: Mapping[int, str] | None = None,
        base: str = "",
    ) -> None:
        self.covered: set[str] = set()  # "METHOD /path/{x}" that were asked and conform
        self.passed: dict[str, str] = {}  # what was let through of ``uncovered``, with the reason
        self.violations: list[ContractViolation] = []  # also those that somebody swallowed
        self._inner = inner
        self._document = document
        self._uncovered = dict(uncovered or {})
        self._statuses = dict(statuses or {})
        self._base = base.rstrip("/")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        operation = self._held(self._request, request)
        answer = await self._inner.handle_async_request(request)
        if operation is not None:
            await answer.aread()
            self._held(self._answer, operation, answer)
            self.covered.add(operation.name)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _held(self, check: Any, *what: Any) -> Any:
        try:
            return check(*what)
        except ContractViolation as violation:
            self.violations.append(violation)
            raise

    def _request(self, request: httpx.Request) -> Operation | None:
        """The operation that is asked for; None for one that is not covered."""
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        inside = path.startswith(f"{self._base}/")
        within = path[len(self._base) :] if inside else path
        found = self._document.match(request.method, within) if inside else []
        if isinstance(found, list):
            if not self._let_through(request.method, within):
                others = f"; it has {', '.join(found)}" if found else ""
                raise ContractViolation(
                    f"{request.method} {path}: no such operation in {self._document.title}{others}"
                )
            return None
        operation, values = found
        checks = _RequestChecks(operation, request)
        checks.path(values)
        checks.query(self._document.key_parameters)
        checks.headers()
        self._check_body(checks, operation, request)
        return operation

    def _check_body(
        self, checks: "_RequestChecks", operation: Operation, request: httpx.Request
    ) -> None:
        kind = _kind(request.headers)
        name = f"{operation.name} {kind}"
        if kind not in operation.bodies and name in self._uncovered:
            self.passed[name] = self._uncovered[name]
        else:
            checks.body(kind)

    def _let_through(self, method: str, path: str) -> bool:
        for name, reason in self._uncovered.items():
            verb, template, *kind = name.split()
            if not kind and verb == method and path_pattern(template)[0].fullmatch(path):
                self.passed[name] = reason
                return True
        return False

    def _answer(self, operation: Operation, answer: httpx.Response) -> None:
        where = f"{operation.name}: answer {answer.status_code}"
        contents = operation.answer(answer.status_code)
        if contents is None:
            if answer.status_code not in self._statuses:
                raise ContractViolation(f"{where} is not documented")
            return
        if not contents or not answer.content:
            return
        kind = _kind(answer.headers)
        schema = _schema_of(contents, kind)
        if schema is None:
            raise ContractViolation(f"{where} is {kind or 'of no kind'}, not {', '.join(contents)}")
        if _is_json(kind):
            wrong = self._document.errors(schema, _decoded(answer.content, where))
            if wrong:
                raise ContractViolation(f"{where}: {wrong}")


class _RequestChecks:
    """One request beside the operation that it asks for; each check raises ContractViolation."""

    def __init__(self, operation: Operation, request: httpx.Request) -> None:
        self._operation = operation
        self._document = operation.document
        self._request = request

    def path(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            parameter = self._operation.parameters.get(("path", name))
            if parameter is not None:
                self._value(parameter, [value])

    def query(self, keys: Iterable[tuple[str, str]]) -> None:
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(self._request.url.query.decode(), keep_blank_values=True):
            given.setdefault(name, []).append(value)
        known = self._of("query")
        for name in given:
            deep = _DEEP.fullmatch(name)
            if name in known or ("query", name) in keys:
                continue
            if deep is None or not (one := known.get(deep[1])) or not one.deep:
                raise self._violation(f"query parameter '{name}'", "unknown")
        for parameter in known.values():
            if parameter.deep:
                self._deep(parameter, given)
            elif parameter.name in given:
                self._value(parameter, given[parameter.name])
            elif parameter.required:
                raise self._violation(f"query parameter '{parameter.name}'", "missing")

    def headers(self) -> None:
        for parameter in self._of("header").values():
            if parameter.name.lower() in _SPECIAL_HEADERS:
                continue
            value = self._request.headers.get(parameter.name)
            if value is not None:
                self._value(parameter, [value])
            elif parameter.required:
                raise self._violation(f"header '{parameter.name}'", "missing")

    def body(self, kind: str) -> None:
        bodies, content = self._operation.bodies, self._request.content
        if not content:
            if self._operation.needs_body:
                raise self._violation("body", "missing")
            return
        if not bodies:
            raise self._violation("body", "none is taken")
        schema = _schema_of(bodies, kind)
        if schema is None:
            raise self._violation(
                "body", f"{kind or 'no content type'} where {', '.join(bodies)} is taken"
            )
        if _is_json(kind):
            self._json(schema, _decoded(content, f"{self._operation.name}: body"))
        elif kind in _FORMS:
            self._form(schema, kind)

    def _json(self, schema: Schema, value: Any) -> None:
        if wrong := self._document.errors(schema, value):
            raise self._violation("body", wrong)
        for place in self._document.unknown(schema, value):
            raise self._violation("body", f"{place}: unknown field")

    def _form(self, schema: Schema, kind: str) -> None:
        """Fields are held against the schema's properties as what they may mean: text or JSON;
        of files only the name."""
        value: dict[str, Any] = {}
        properties = self._properties(schema)
        for field, text in _fields(self._request, kind):
            name = field if field in properties else field.removesuffix("[]")
            if name not in properties:
                if _is_open(schema):
                    continue
                raise self._violation("body", f"unknown part '{field}'")
            shape = properties[name]
            if field.endswith("[]") or name in value:
                shape = _item(self._document.resolved(shape))
            if text is not None:
                meant = self._meant(f"part '{field}'", shape, [text, *_meanings(text)])
                for place in self._document.unknown(shape, meant, name):
                    raise self._violation("body", f"{place}: unknown field")
            value[name] = text
        for name in self._required(schema):
            if name not in value:
                raise self._violation("body", f"part '{name}' is missing")

    def _properties(self, schema: Schema) -> dict[str, Schema]:
        found = self._document.resolved(schema) if isinstance(schema, dict) else {}
        inner = [self._properties(part) for part in found.get("allOf", ())]
        return {k: v for one in (*inner, found.get("properties", {})) for k, v in one.items()}

    def _required(self, schema: Schema) -> Iterator[str]:
        found = self._document.resolved(schema) if isinstance(schema, dict) else {}
        yield from found.get("required", ())
        for part in found.get("allOf", ()):
            yield from self._required(part)

    def _of(self, where: str) -> dict[str, Parameter]:
        known = self._operation.parameters.values()
        return {one.name: one for one in known if one.where == where}

    def _deep(self, parameter: Parameter, given: Mapping[str, list[str]]) -> None:
        found = {
            deep[2]: values[0]
            for name, values in given.items()
            if (deep := _DEEP.fullmatch(name)) and deep[1] == parameter.name
        }
        if not found and parameter.required:
            raise self._violation(f"query parameter '{parameter.name}'", "missing")
        for place in self._document.unknown(parameter.schema, found, parameter.name):
            raise self._violation("query", f"{place}: unknown field")

    def _value(self, parameter: Parameter, values: list[str]) -> None:
        where, schema = f"{parameter.where} parameter '{parameter.name}'", parameter.schema
        shape = self._document.resolved(schema) if isinstance(schema, dict) else {}
        if shape.get("type") == "array":
            if parameter.joined:
                values = [part for value in values for part in value.split(",")]
            for value in values:
                self._meant(where, _item(shape), [value, *_meanings(value)])
        elif len(values) > 1:
            raise self._violation(where, "given more than once")
        else:
            self._meant(where, schema, [values[0], *_meanings(values[0])])

    def _meant(self, where: str, schema: Schema, meanings: list[Any]) -> Any:
        """The first of ``meanings`` that fits, of which there must be one."""
        wrong = ""
        for meaning in meanings:
            wrong = self._document.errors(schema, meaning)
            if not wrong:
                return meaning
        raise self._violation(where, wrong)

    def _violation(self, where: str, what: str) -> ContractViolation:
        return ContractViolation(f"{self._operation.name}: {where}: {what}")


def _item(schema: Mapping[str, Any]) -> Schema:
    return schema.get("items", True)


def _is_open(schema: Schema) -> bool:
    return schema is True or (isinstance(schema, dict) and bool(schema.get("additionalProperties")))


def _meanings(text: str) -> list[Any]:
    """What a text stands for where it is no text: a number, a truth, a structure."""
    try:
        return [json.loads(text)]
    except ValueError:
        return []


def _fields(request: httpx.Request, kind: str) -> Iterator[tuple[str, str | None]]:
    """The fields of a form, in order; None for a file."""
    if kind != "multipart/form-data":
        yield from parse_qsl(request.content.decode(), keep_blank_values=True)
        return
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + request.content)
    for part in form.iter_parts():
        name = str(part.get_param("name", "", header="Content-Disposition"))
        yield name, None if part.get_filename() is not None else _text(part)


def _text(part: Message) -> str:
    octets = part.get_payload(decode=True)
    return octets.decode() if isinstance(octets, bytes) else ""


def _kind(headers: httpx.Headers) -> str:
    return str(headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _schema_of(contents: Mapping[str, Schema], kind: str) -> Schema | None:
    """The schema for a media type, also by a range such as ``image/*``; None: not documented."""
    for pattern, schema in contents.items():
        if fnmatchcase(kind, pattern.partition(";")[0].strip().lower()):
            return schema
    return None


def _decoded(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise ContractViolation(f"{where} is no JSON: {error}") from error
