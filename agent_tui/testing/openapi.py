"""OpenAPI 3.0 and 3.1 documents in JSON: routes, parameters, bodies, and values held to schemas."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import referencing
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing.jsonschema import DRAFT202012

Schema = Any
"""A JSON Schema: a mapping, or True or False."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_HERE = "urn:contract"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A correction of what the provider's document leaves out or gets wrong."""

    place: tuple[str, ...]  # keys from the top; "-" at the end of a list adds to it
    value: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that an operation takes beside its body."""

    name: str
    where: str  # path, query, header or cookie
    required: bool
    schema: Schema
    deep: bool = False  # name[key]=value
    joined: bool = False  # a list in one value, parted by commas


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    document: "Document"
    method: str
    route: str
    raw: Mapping[str, Any]
    shared: Sequence[Mapping[str, Any]]  # parameters of all methods of the route

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Parameter]:
        """By place and name; what the method says goes over what the route says."""
        given = [
            self.document.resolved(raw) for raw in (*self.shared, *self.raw.get("parameters", ()))
        ]
        return {(each["in"], each["name"]): _parameter(each) for each in given}

    @cached_property
    def bodies(self) -> Mapping[str, Schema]:
        """Schema by media type; empty where no body is taken."""
        return _contents(self.document.resolved(self.raw.get("requestBody", {})))

    @cached_property
    def needs_body(self) -> bool:
        return bool(self.document.resolved(self.raw.get("requestBody", {})).get("required", False))

    def answer(self, status: int) -> Mapping[str, Schema] | None:
        """Schema by media type of an answer; None where the status is not documented."""
        answers = self.raw.get("responses", {})
        for name in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if name in answers:
                return _contents(self.document.resolved(answers[name]))
        return None


class Document:
    """A provider's API description; validators are made once for each schema."""

    def __init__(self, raw: dict[str, Any], amendments: Iterable[Amendment] = ()) -> None:
        """``raw`` is changed: it belongs to the document from now on."""
        version = str(raw.get("openapi", ""))
        if not version.startswith("3."):
            raise ValueError(f"an OpenAPI document of version 3 is wanted, not {version!r}")
        self.amendments = tuple(amendments)
        for amendment in self.amendments:
            _amend(raw, amendment)
        _mend_all(raw, old=version.startswith("3.0"))
        self._raw = raw
        self._registry: referencing.Registry[Any] = referencing.Registry().with_resource(
            _HERE, DRAFT202012.create_resource(raw)
        )
        self._validators: dict[int, tuple[Schema, Draft202012Validator]] = {}
        self._routes = [_route(self, path, item) for path, item in raw.get("paths", {}).items()]
        # A literal route goes before one with a parameter in its place.
        self._routes.sort(key=lambda route: (route.template.count("{"), -len(route.template)))

    @classmethod
    def load(cls, path: Path, amendments: Iterable[Amendment] = ()) -> "Document":
        """The document in a file. Raises OSError and ValueError."""
        return cls(json.loads(path.read_text(encoding="utf-8")), amendments)

    @property
    def title(self) -> str:
        info = self._raw.get("info", {})
        return f"{info.get('title', 'API')} {info.get('version', '')}".strip()

    @property
    def operations(self) -> Iterator[Operation]:
        """All of them."""
        for route in self._routes:
            yield from route.operations.values()

    @cached_property
    def key_parameters(self) -> frozenset[tuple[str, str]]:
        """Where keys are given, by place and name: they may be on every request."""
        schemes = self._raw.get("components", {}).get("securitySchemes", {}).values()
        keys = [one for one in map(self.resolved, schemes) if one.get("type") == "apiKey"]
        return frozenset((key["in"], key["name"]) for key in keys)

    def match(self, method: str, path: str) -> "tuple[Operation, dict[str, str]] | list[str]":
        """The operation and its path parameters, decoded; else the methods that the path has."""
        others: list[str] = []
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found is None:
                continue
            if method in route.operations:
                values = dict(zip(route.names, map(unquote, found.groups()), strict=True))
                return route.operations[method], values
            others += route.operations
        return others

    def resolved(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """``raw``, or what its ``$ref`` leads to."""
        while "$ref" in raw:
            found: Any = self._raw
            for part in str(raw["$ref"]).removeprefix(_HERE).removeprefix("#/").split("/"):
                found = found[unquote(part).replace("~1", "/").replace("~0", "~")]
            raw = found
        return raw

    def errors(self, schema: Schema, value: Any) -> str:
        """What is wrong with ``value``, place first; empty when nothing is."""
        error = best_match(self._validator(schema).iter_errors(value))
        if error is None:
            return ""
        return f"{error.json_path}: {error.message[:300]}"

    def unknown(self, schema: Schema, value: Any, place: str = "$") -> Iterator[str]:
        """The places of fields in ``value`` that ``schema`` does not name anywhere.

        Objects of which it names no field at all are free to have any.
        """
        yield from self._unknown((schema,), value, place)

    def _unknown(self, schemas: Sequence[Schema], value: Any, place: str) -> Iterator[str]:
        flat = [part for schema in schemas for part in self._flat(schema, value)]
        if isinstance(value, list):
            for number, one in enumerate(value):
                inner = [found for part in flat for found in _of_item(part, number)]
                yield from self._unknown(inner, one, f"{place}[{number}]")
        elif isinstance(value, dict):
            closed = any("properties" in part for part in flat)
            for name, one in value.items():
                inner = [found for part in flat for found in _of_field(part, name)]
                if inner:
                    yield from self._unknown(inner, one, f"{place}.{name}")
                elif closed:
                    yield f"{place}.{name}"

    def _flat(self, schema: Schema, value: Any) -> Iterator[Mapping[str, Any]]:
        """``schema`` with all that holds for ``value`` beside it: references, all of its allOf,
        what fits of its anyOf and oneOf."""
        if not isinstance(schema, dict):
            return
        yield schema
        if "$ref" in schema:
            yield from self._flat(self.resolved({"$ref": schema["$ref"]}), value)
        for part in schema.get("allOf", ()):
            yield from self._flat(part, value)
        for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if self._validator(part).is_valid(value):
                yield from self._flat(part, value)

    def _validator(self, schema: Schema) -> Draft202012Validator:
        known = self._validators.get(id(schema))
        if known is None:  # the schema is kept with it, so that its id stays its own
            known = (schema, Draft202012Validator(schema, registry=self._registry))
            self._validators[id(schema)] = known
        return known[1]


@dataclass(frozen=True, slots=True)
class _Route:
    template: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    operations: Mapping[str, Operation]


def path_pattern(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What matches a path of ``template`` such as ``/rooms/{room}``, and its parameters' names."""
    parts = re.split(r"\{([^}]+)\}", template)
    pattern = "".join("([^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    return re.compile(pattern), tuple(parts[1::2])


def _route(document: Document, path: str, item: Mapping[str, Any]) -> _Route:
    pattern, names = path_pattern(path)
    operations = {
        method.upper(): Operation(
            document, method.upper(), path, item[method], item.get("parameters", ())
        )
        for method in METHODS
        if method in item
    }
    return _Route(path, pattern, names, operations)


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    schema = raw.get("schema", True)
    style = raw.get("style", "form" if raw["in"] in ("query", "cookie") else "simple")
    return Parameter(
        name=raw["name"],
        where=raw["in"],
        required=bool(raw.get("required", False)),
        schema=schema,
        deep=style == "deepObject",
        joined=not raw.get("explode", style == "form"),
    )


def _contents(raw: Mapping[str, Any]) -> dict[str, Schema]:
    return {kind: media.get("schema", True) for kind, media in raw.get("content", {}).items()}


def _of_item(schema: Mapping[str, Any], number: int) -> list[Schema]:
    first = schema.get("prefixItems", ())
    if number < len(first):
        return [first[number]]
    return [schema["items"]] if "items" in schema else []


def _of_field(schema: Mapping[str, Any], name: str) -> list[Schema]:
    """What ``schema`` itself says of the field ``name``."""
    found = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    found += [
        one
        for pattern, one in schema.get("patternProperties", {}).items()
        if re.search(pattern, name)
    ]
    more = schema.get("additionalProperties")
    if not found and isinstance(more, dict):
        found = [more]
    elif not found and more is True:
        found = [True]
    return found


def _amend(raw: Any, amendment: Amendment) -> None:
    *way, last = amendment.place
    for part in way:
        raw = raw[int(part)] if isinstance(raw, list) else raw.setdefault(part, {})
    if isinstance(raw, list) and last == "-":
        raw.append(amendment.value)
    elif isinstance(raw, list):
        raw[int(last)] = amendment.value
    else:
        raw[last] = amendment.value


def _mend_all(raw: Any, *, old: bool) -> None:
    """Make every schema of a document one of JSON Schema 2020-12 that stands by itself."""
    if isinstance(raw, list):
        for one in raw:
            _mend_all(one, old=old)
    elif isinstance(raw, dict):
        for name, one in raw.items():
            if name == "schema":
                _mend(one, old=old)
            elif name == "schemas":
                for schema in one.values():
                    _mend(schema, old=old)
            elif name not in ("example", "examples"):
                _mend_all(one, old=old)


_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONES = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def _mend(schema: Schema, *, old: bool) -> None:
    if not isinstance(schema, dict):
        return
    if str(schema.get("$ref", "")).startswith("#"):
        schema["$ref"] = _HERE + schema["$ref"]
    _drop_foreign_patterns(schema)
    if old:
        _mend_old(schema)
    inner = [schema[name] for name in _ONES if name in schema]
    inner += [one for name in _LISTS for one in schema.get(name, ())]
    inner += [one for name in _MAPS for one in schema.get(name, {}).values()]
    for one in inner:
        _mend(one, old=old)


def _mend_old(schema: dict[str, Any]) -> None:
    """What OpenAPI 3.0 writes in its own way: nullable, and exclusive bounds as flags."""
    if schema.pop("nullable", False):
        kind = schema.get("type")
        if isinstance(kind, str):
            schema["type"] = [kind, "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(flag), bool) and schema.pop(flag) and bound in schema:
            schema[flag] = schema.pop(bound)


def _drop_foreign_patterns(schema: dict[str, Any]) -> None:
    """Patterns of ECMA-262 that Python cannot read are not checked."""
    if isinstance(schema.get("pattern"), str) and not _readable(schema["pattern"]):
        del schema["pattern"]
    named = schema.get("patternProperties", {})
    for pattern in [one for one in named if not _readable(one)]:
        schema.setdefault("additionalProperties", named.pop(pattern))


def _readable(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
