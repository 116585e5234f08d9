"""The description of the API as tests hold it against what a server really takes and gives."""

import copy
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import httpx
import jsonschema_rs

from server.api.described.document import named

Schema = dict[str, Any]
JSON = "application/json"


class Described:
    """A description (OpenAPI), as ``/openapi.json`` gives it."""

    def __init__(self, document: Schema) -> None:
        """Take the whole document."""
        self.document = document
        self.answered: set[str] = set()
        """Operations of which an answer was checked."""
        self.lies: list[str] = []

    def operations(self) -> Iterator[tuple[str, Schema]]:
        """Yield every operation, as ``GET /api/halls``, with what is said of it."""
        for path, routes in self.document["paths"].items():
            for method, route in routes.items():
                yield f"{method.upper()} {path}", route

    def body_of(self, operation: str) -> Schema:
        """Return the schema of the JSON body of an operation."""
        method, _, path = operation.partition(" ")
        found: Schema = self.document["paths"][path][method.lower()]["requestBody"]["content"][JSON]["schema"]
        return found

    def taken(self) -> dict[str, Schema]:
        """Return the objects of all request bodies by name, those inside them too."""
        found: dict[str, Schema] = {}
        waiting = [
            (f"{operation} {kind}", content["schema"])
            for operation, route in self.operations()
            for kind, content in route.get("requestBody", {}).get("content", {}).items()
        ]
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
        """Check every successful answer that a client gets from now on."""
        client.event_hooks["response"].append(self._see)
        return client

    def _see(self, response: httpx.Response) -> None:
        operation = self._operation_of(response.request.method, response.request.url.path)
        if operation is None or not response.is_success:
            return
        response.read()
        schema = self._answer_of(operation, response.status_code)
        if schema is not None:
            self.answered.add(operation)
            closed = {**schema, "additionalProperties": False} if "properties" in schema else schema
            self.lies += [f"{operation}: {fault}" for fault in _faults(self._closed, closed, response.json())]

    def _answer_of(self, operation: str, status: int) -> Schema | None:
        method, _, path = operation.partition(" ")
        content = self.document["paths"][path][method.lower()]["responses"].get(str(status), {}).get("content", {})
        schema: Schema | None = content.get(JSON, {}).get("schema") or None
        return schema

    def described_answers(self) -> set[str]:
        """Return the operations whose answer has a schema."""
        return {
            operation
            for operation, route in self.operations()
            for status, answer in route["responses"].items()
            if status.startswith("2") and answer.get("content", {}).get(JSON, {}).get("schema")
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


def _faults(components: Schema, schema: Schema, value: object) -> list[str]:
    check = jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": components})
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message[:300]}" for one in check.iter_errors(value)]
