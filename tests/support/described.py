"""The description of the API as tests hold it against what a server really takes and gives."""

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import httpx
import jsonschema_rs

from server.api.described.document import named

Schema = dict[str, Any]
JSON, PROBLEM = "application/json", "application/problem+json"
ABOUT = {
    "settings": r" /api/(halls$|network|presets|templates|calendar|halls/{hall}/settings)",
    "studio": r" /api/halls/{hall}/studio",
    "bookings": r" /api/(slots|people/|halls/{hall}/(slots|appointments|waitlist|check-in|bookings))",
    "demo": r" /api/demo",
}
"""By whose test an answer is asked for; every other one is asked for on a day of tickets."""
SAME = "304"
"""Not changed since the named ETag: an answer without a body."""
READ_ON_A_DAY = "GET /api/halls"
"""Of the halls' address only making a hall is about settings."""


class Described:
    """A description (OpenAPI), as ``/openapi.json`` gives it."""

    def __init__(self, document: Schema) -> None:
        """Take the whole document."""
        self.document = document
        self.answered: set[str] = set()
        """Operations of which an answer was checked."""
        self._checks: dict[tuple[str, int, str], jsonschema_rs.Draft202012Validator] = {}
        self.lies: list[str] = []
        self._seen: dict[str, set[str]] = {}
        """By operation: the names of all fields of its answers."""

    @classmethod
    def of(cls, client: httpx.Client) -> "Described":
        """Return what a server says of itself."""
        return cls(client.get("/openapi.json").json())

    def operations(self) -> Iterator[tuple[str, Schema]]:
        """Yield every operation, as ``GET /api/halls``, with what is said of it."""
        for path, routes in self.document["paths"].items():
            for method, route in routes.items():
                yield f"{method.upper()} {path}", route

    def body_of(self, operation: str) -> Schema:
        """Return the schema of the JSON body of an operation."""
        found: Schema = self._route(operation)["requestBody"]["content"][JSON]["schema"]
        return found

    def _route(self, operation: str) -> Schema:
        method, _, path = operation.partition(" ")
        found: Schema = self.document["paths"][path][method.lower()]
        return found

    def taken(self) -> dict[str, Schema]:
        """Return the objects of all request bodies by name, those inside them too."""
        return self._inside(
            (f"{operation} {kind}", content["schema"])
            for operation, route in self.operations()
            for kind, content in route.get("requestBody", {}).get("content", {}).items()
        )

    def told(self) -> dict[str, Schema]:
        """Return the objects of all answers by name, those inside them too; refusals are answers."""
        found = self._inside(
            (f"{operation} {status}", content["schema"])
            for operation, route in self.operations()
            for status, answer in route["responses"].items()
            for kind, content in answer.get("content", {}).items()
            if kind in (JSON, PROBLEM)
        )
        # An answer that only names an object is described where that is.
        return {name: schema for name, schema in found.items() if "$ref" not in schema}

    def _inside(self, schemas: Iterable[tuple[str, Schema]]) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        waiting = list(schemas)
        while waiting:
            name, schema = waiting.pop()
            if name not in found:
                found[name] = schema
                waiting += [(one, self.document["components"]["schemas"][one]) for one in named(schema)]
        return found

    def faults(self, schema: Schema, value: object) -> list[str]:
        """Return what a value has against a schema of this document."""
        return _faults(self.document["components"], schema, value)

    def part(self, schema: Schema, path: Sequence[str | int]) -> Schema:
        """Return what is said of a part of a value: its name in an object, or its place in a list."""
        for one in path:
            choices = list(self._choices(schema))
            if isinstance(one, int):
                schema = next(each["items"] for each in choices if "items" in each)
            else:
                schema = next(each["properties"][one] for each in choices if one in each.get("properties", {}))
        return next(each for each in self._choices(schema) if each.get("type") != "null")

    def _choices(self, schema: Schema) -> Iterator[Schema]:
        for one in schema.get("anyOf", [schema]):
            if "$ref" in one:
                yield from self._choices(self.document["components"]["schemas"][one["$ref"].rpartition("/")[2]])
            else:
                yield one

    def watch(self, client: httpx.Client) -> httpx.Client:
        """Check every answer that a client gets from now on, refusals too."""
        client.event_hooks["response"].append(self._see)
        return client

    def _see(self, response: httpx.Response) -> None:
        operation = self._operation_of(response.request.method, response.request.url.path)
        kind = response.headers.get("content-type", "")
        if operation is None:
            return
        if str(response.status_code) == SAME and SAME not in self._route(operation)["responses"]:
            self.lies.append(f"{operation}: {SAME} is not described")
        if kind not in (JSON, PROBLEM):
            return
        response.read()
        schema = self._answer_of(operation, response.status_code, kind)
        if schema is None:
            self.lies.append(f"{operation}: {response.status_code} as {kind} is not described")
            return
        if response.is_success:
            self.answered.add(operation)
            self._seen.setdefault(operation, set()).update(_fields(response.json()))
        check = self._check_of((operation, response.status_code, kind), schema)
        self.lies += [f"{operation}: {fault}" for fault in _said(check, response.json())]

    def _answer_of(self, operation: str, status: int, kind: str) -> Schema | None:
        content = self._route(operation)["responses"].get(str(status), {}).get("content", {})
        schema: Schema | None = content.get(kind, {}).get("schema") or None
        return schema

    def _check_of(self, key: tuple[str, int, str], schema: Schema) -> jsonschema_rs.Draft202012Validator:
        """Return what checks an answer of an operation; made once, since a job is asked for again and again."""
        if key not in self._checks:
            closed = {**schema, "additionalProperties": False} if "properties" in schema else schema
            self._checks[key] = _check(self._closed, closed)
        return self._checks[key]

    def described_answers(self) -> set[str]:
        """Return the operations whose answer has a schema."""
        return {
            operation
            for operation, route in self.operations()
            for status, answer in route["responses"].items()
            if status.startswith("2") and answer.get("content", {}).get(JSON, {}).get("schema")
        }

    def unasked(self, about: str) -> set[str]:
        """Return the operations about something (``ABOUT``; or of a day) whose answer is described and was not checked."""
        return {one for one in self.described_answers() - self.answered if about_of(one) == about}

    def invented(self, about: str) -> set[str]:
        """Return the fields that an answer may leave out and every answer about something has left out."""
        loose: dict[str, bool] = {}
        for operation, route in self.operations():
            if operation not in self._seen or about_of(operation) != about:
                continue
            done = [one for status, one in route["responses"].items() if status.startswith("2")]
            for name, schema in self._inside((operation, one["content"][JSON]["schema"]) for one in done).items():
                for field in set(schema.get("properties", {})) - set(schema.get("required", ())):
                    key = f"{name}.{field}"
                    loose[key] = loose.get(key, False) or field in self._seen[operation]
        return {key for key, is_seen in loose.items() if not is_seen}

    def silent(self) -> dict[str, list[str]]:
        """Return what each operation is said to answer that does not say how an answer in JSON looks."""
        return {
            operation: sorted(kind for one in done.values() for kind in one.get("content", {}))
            for operation, route in self.operations()
            if (done := {status: one for status, one in route["responses"].items() if status < "4" and status != SAME})
            and not all(one.get("content", {}).get(JSON, {}).get("schema") for one in done.values())
        }

    def _operation_of(self, method: str, path: str) -> str | None:
        found = [one for one in self._addresses if one[0] == method and one[1].fullmatch(path)]
        # The address with the fewest parts to be filled in is the one that is meant.
        return min(found, key=lambda one: one[2].count("{"))[2] if found else None

    @cached_property
    def _addresses(self) -> list[tuple[str, re.Pattern[str], str]]:
        split = [operation.partition(" ") for operation, _ in self.operations()]
        return [
            (method, re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), f"{method} {path}") for method, _, path in split
        ]

    @cached_property
    def _closed(self) -> Schema:
        """The components with no field beside those that they name: what an answer has, its description says."""
        components = copy.deepcopy(self.document["components"])
        for schema in components["schemas"].values():
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
        return components


def _fields(value: object) -> Iterator[str]:
    """Yield the names of all fields inside a value."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict):
        yield from value
    for part in parts:
        yield from _fields(part)


def about_of(operation: str) -> str:
    """Return by whose test the answer of an operation is asked for."""
    if operation == READ_ON_A_DAY:
        return "day"
    return next((about for about, address in ABOUT.items() if re.search(address, operation)), "day")


def _faults(components: Schema, schema: Schema, value: object) -> list[str]:
    return _said(_check(components, schema), value)


def _check(components: Schema, schema: Schema) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": components})


def _said(check: jsonschema_rs.Draft202012Validator, value: object) -> list[str]:
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message[:300]}" for one in check.iter_errors(value)]
