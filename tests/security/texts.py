"""Arbitrary texts for every text field of every request: each is taken or refused in good order, none breaks anything.

``make fuzz`` sends the long form: ``python -m tests.security.texts COUNT`` so many texts to each field.
"""

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.security.fuzz import LEFT_OUT
from tests.support.server import HALL, Served, command_id, serving

ODD: Final = (
    "", " ", "\x00", "\r\n", "\t=1+1", "\u202e", "\ufeff", "\ud800", "\udfff\ud800", "\uffff", "e\u0301\u0301\u0301",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\uff21\uff11", "\ufdfa" * 50, "\U0001d4b3" * 100, "null", "true", "NaN", "-1",
    "1e309", "0x0", "../../etc/passwd", "%00", "%s%n", "${jndi:x}", "{{7*7}}", "';--", '"><b>', "x" * 40, "x" * 41, "x" * 64,
    "x" * 65, "x" * 200, "x" * 201, "x" * 8_000, "\u7684" * 20_000,
)  # fmt: skip
ALPHABETS: Final = (
    (0x20, 0x7E), (0x00, 0x1F), (0x80, 0x2FF), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0x4E00, 0x9FFF),
    (0xD800, 0xDFFF), (0xE000, 0xF8FF), (0xFFF0, 0xFFFF), (0x1F300, 0x1FAFF), (0xE0000, 0xE007F),
)  # fmt: skip
VALUES: Final = {
    "hall": HALL, "ticket": "261123-0000000000", "appointment": "B261123-0000000000", "window": "W01",
    "operation": "pause", "device": "none", "message": "none", "account": "none", "job": "none", "plan": "none",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One text field of one request, and a body that is well-formed but for it."""

    path: str
    name: str
    body: dict[str, Any]


def fields_of(document: dict[str, Any]) -> Iterator[Field]:
    """Yield every text field of every JSON body of the description."""
    for path, routes in document["paths"].items():
        if path in LEFT_OUT or "post" not in routes:
            continue
        content = routes["post"].get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = _resolved(document, content.get("schema", {}))
        body = {
            name: _example(document, one)
            for name, one in schema.get("properties", {}).items()
            if name in schema.get("required", ())
        }
        for name, one in schema.get("properties", {}).items():
            if _resolved(document, one).get("type") == "string" and "enum" not in one:
                yield Field(path, name, body)


def texts(count: int, seed: int) -> Iterator[str]:
    """Yield so many texts: the odd ones first, then mixtures of what alphabets and controls there are."""
    chance = random.Random(seed)
    yield from chance.sample(ODD, min(count, len(ODD)))
    for _ in range(count - len(ODD)):
        low, high = chance.choice(ALPHABETS)
        text = "".join(chr(chance.randint(low, high)) for _ in range(chance.choice((1, 3, 12, 40, 90))))
        yield text if chance.random() < 0.7 else text + chance.choice(ODD[:30])


def send(served: Served, field: Field, text: str) -> tuple[int, str]:
    """Put a text into a field; return the status and the code of the answer."""
    path = field.path
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    body = {**field.body, **({"command_id": command_id()} if "command_id" in field.body else {}), field.name: text}
    answer = served.client("admin").post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    return answer.status_code, "" if answer.is_success else answer.json()["code"]


def flood(served: Served, count: int) -> tuple[Counter[int], list[str]]:
    """Send so many texts to each field; return how often each status came, and what must not come."""
    statuses: Counter[int] = Counter()
    faults = []
    for field in fields_of(served.client().get("/openapi.json").json()):
        for text in texts(count, seed=1):
            status, code = send(served, field, text)
            statuses[status] += 1
            if status >= 500 or (status >= 400 and not code):
                faults.append(f"{field.path} {field.name} {text[:40]!a}: {status} {code}")
    return statuses, faults


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _resolved(document, one)
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """Return something that a schema lets in."""
    schema = _resolved(document, schema)
    match schema.get("type"):
        case "string":
            return (
                schema["enum"][0]
                if "enum" in schema
                else schema.get("const", "2026-11-23" if "\\d{4}" in schema.get("pattern", "") else "id-card-1")
            )
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return [_example(document, schema["items"])] * max(1, schema.get("minItems", 1))
        case _:
            wanted = schema.get("required", ())
            return {
                name: _example(document, one) for name, one in schema.get("properties", {}).items() if name in wanted
            }


def main(count: int) -> int:
    """Run the long form; return the exit status."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        statuses, faults = flood(served, count)
    sys.stdout.write(f"texts by status: {dict(sorted(statuses.items()))}\n" + "\n".join(faults[:20]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
