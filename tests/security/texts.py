"""Arbitrary texts for every text field of every request: each is taken or refused in good order, none breaks anything.

``make fuzz`` sends the long form: ``python -m tests.security.texts COUNT [FIRST LAST]`` so many texts to each field, or
to the fields of these numbers alone (they count from 1).
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TextIO

import httpx

from tests.security.asking import Answer, Request, ask_all
from tests.security.fuzz import LEFT_OUT
from tests.security.victim import victim
from tests.support.booked_days import day, slot_ms
from tests.support.server import HALL, command_id, token_of

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
NO_JOB: Final = "0" * 16
KNOWN: Final[dict[str, Any]] = {
    "code": "id-card", "class": "ordinary", "group": "all", "date": day(1), "from": day(2), "to": day(2),
    "slot_ms": slot_ms(1), "from_ms": slot_ms(1), "to_ms": slot_ms(1, 4), "from_min": 540, "to_min": 600, "places": 20,
    "open_ms": slot_ms(0), "close_ms": slot_ms(0, 16), "merged": "261123-0000000000", "job": NO_JOB,
}  # fmt: skip
"""What the hall knows by these names; everything else is made from the description."""
TOLD: Final[dict[str, dict[str, Any]]] = {
    "/api/halls/{hall}/check-in": {"code": "A1B2C3"},
    "/api/halls/{hall}/appointments/find": {"person": "p1"},
    "/api/people/erase": {"person": "p1"},
    "/api/halls/{hall}/studio/jobs": {"ask": {"kind": "log", "first": day(1), "last": day(2)}},
    "/api/halls": {"like": HALL},
    "/api/templates": {"from": HALL},
    # A notice of a year has its National Day, and no day of another year.
    "/api/calendar/import": {
        "days": [{"date": f"{day(1)[:4]}-{when}", "kind": "holiday"} for when in ("05-01", "10-01")]
    },
}
"""Addresses that want one of several fields, which no schema says; whichever text is tried stands alone."""
APART: Final[dict[str, tuple[str, ...]]] = {"/api/halls": ("like", "template"), "/api/templates": ("from",)}
"""Addresses where only these fields stand for each other: beside any other the told one stays."""
NEW: Final = {"/api/accounts": "account", "/api/halls": "hall", "/api/templates": "code"}
"""Names that each request must make anew."""
VALUES: Final = {
    "hall": HALL, "window": "W01", "operation": "pause", "message": "none", "code": "none", "section": "items", "job": NO_JOB,
    "account": "clerk03",
}  # fmt: skip
RENEWED: Final = 500
"""Texts for one ticket or booking; then a new one, because some text may have been taken, and the thing is over."""
CONNECTIONS: Final = 24
COSTLY: Final = {
    ("/api/login", "account"), ("/api/login", "password"), ("/api/accounts", "name"), ("/api/accounts", "password"),
    ("/api/me/password", "old"), ("/api/me/password", "password"), ("/api/accounts/{account}/password", "password"),
}  # fmt: skip
"""Fields whose every well-formed text costs a password's hash: 0.1 to 0.2 s, on purpose."""
COSTLY_CONNECTIONS: Final = 4
"""Beyond a few at once the server refuses to verify."""
SHOWN: Final = 20
"""Faults that a report prints."""


@dataclass(frozen=True)
class Field:
    """One text field of one request (``items.0.code``), and a body that is well-formed but for it."""

    path: str
    name: str
    body: dict[str, Any]

    @property
    def is_costly(self) -> bool:
        """Tell whether each text costs a password."""
        return (self.path, self.name) in COSTLY

    def fresh(self) -> dict[str, Any]:
        """Return the body, new by every name that must be new."""
        fresh = {name: command_id() for name in self.body if name in ("command_id", NEW.get(self.path))}
        return {**self.body, **fresh}

    def with_text(self, text: str) -> bytes:
        """Return the body with this text."""
        stays = self.name == "command_id" or self.name not in APART.get(self.path, (self.name,))
        others = {} if stays else TOLD.get(self.path, {})
        body = {name: one for name, one in self.fresh().items() if name not in others}
        return json.dumps(_put(body, self.name.split("."), text)).encode("ascii")


@dataclass
class Found:
    """What came of it."""

    fields: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    """Field → texts that were taken."""
    faults: list[str] = field(default_factory=list)

    def note(self, one: Field, text: str, answer: Answer) -> None:
        """Count an answer; whatever must not come is a fault."""
        self.statuses[answer.status] += 1
        self.taken[f"{one.path} {one.name}"] += answer.status < 300
        if why := fault_of(one, answer):
            self.faults.append(f"{one.path} {one.name} {text[:40]!a}: {why}")


def fault_of(one: Field, answer: Answer) -> str:
    """Return why an answer must not come, or nothing."""
    if answer.status == 0 or answer.status >= 500:
        return f"{answer.status} {answer.body[:200]!r}"
    if answer.status >= 400 and not _code_of(answer):
        return f"{answer.status} without a code"
    if answer.status in (401, 429) and one.path != "/api/login":
        return f"{answer.status} says nothing of the text"
    # What is too long is not read to its end.
    return "" if answer.is_kept or answer.status == 413 else f"{answer.status} ends the connection"


def fields_of(document: dict[str, Any]) -> Iterator[Field]:
    """Yield every text field of every JSON body of the description."""
    for path, routes in document["paths"].items():
        if path in LEFT_OUT or "post" not in routes:
            continue
        content = routes["post"].get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        body = {**(_example(document, schema) or {}), **TOLD.get(path, {})}
        for name in _names(document, schema):
            yield Field(path, name, body)


def texts(count: int, seed: int) -> Iterator[str]:
    """Yield so many texts: the odd ones first, then mixtures of what alphabets and controls there are."""
    chance = random.Random(seed)
    yield from chance.sample(ODD, min(count, len(ODD)))
    for _ in range(count - len(ODD)):
        low, high = chance.choice(ALPHABETS)
        text = "".join(map(chr, chance.choices(range(low, high + 1), k=chance.choice((1, 3, 12, 40, 90)))))
        yield text if chance.random() < 0.7 else text + chance.choice(ODD[:30])


def flood(url: str, count: int, *, first: int = 1, last: int = 10**6, out: TextIO | None = None) -> Found:
    """Send so many texts to each field of these numbers; tell ``out`` how far it is."""
    found, began = Found(), time.monotonic()
    headers = {"authorization": f"Bearer {token_of('admin')}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        fields = list(fields_of(client.get("/openapi.json").json()))
        chosen = fields[first - 1 : last]
        client.post(f"/api/halls/{HALL}/windows/W01/open", json={"command_id": command_id()})
        for number, one in enumerate(chosen, first):
            asyncio.run(_try(client, one, count, found))
            found.fields += 1
            if out is not None:
                _tell(out, found, f"{number} of {len(fields)}: {one.path} {one.name}", began, len(chosen))
    return found


async def _try(client: httpx.Client, one: Field, count: int, found: Found) -> None:
    """Send texts to one field; each part of them to a ticket or booking of its own."""
    url, given = client.base_url, texts(count, seed=1)
    connections = min(count, COSTLY_CONNECTIONS if one.is_costly else CONNECTIONS)
    for begun in range(0, count, RENEWED):
        path = path_of(client, one.path)
        part = [(text, one.with_text(text)) for text in islice(given, min(RENEWED, count - begun))]
        requests = [Request(path, body, note=_noting(found, one, text)) for text, body in part]
        await ask_all(url.host, url.port or 80, token_of("admin"), requests, connections=connections)


def _noting(found: Found, one: Field, text: str) -> Callable[[Answer], None]:
    return lambda answer: found.note(one, text, answer)


def path_of(client: httpx.Client, path: str) -> str:
    """Return the address with what is there: a new ticket or booking where one is named."""
    if "{ticket}" in path:
        made = _made(client, "tickets", {"items": [{"code": "id-card"}]})
        path = path.replace("{ticket}", made["ticket"]["id"])
    if "{appointment}" in path:
        wish = {"date": day(1), "items": [{"code": "id-card"}], "slot_ms": slot_ms(1), "device": command_id()}
        held = _made(client, "appointments", wish)
        name = held["appointment"]["id"]
        if not path.endswith("/confirm"):
            person = {"secret": held["secret"], "person": command_id()}
            _made(client, f"appointments/{name}/confirm", person)
        path = path.replace("{appointment}", name)
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _made(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/api/halls/{HALL}/{path}", json={"command_id": command_id(), **body})
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _tell(out: TextIO, found: Found, what: str, began: float, of: int) -> None:
    passed_s, sent = time.monotonic() - began, found.statuses.total()
    left_min = passed_s / found.fields * (of - found.fields) / 60
    out.write(
        f"{what}: {sent:,} sent, {sent / passed_s:.0f} a second, {len(found.faults)} faults, {left_min:.0f} min to go\n"
    )
    out.flush()


def _code_of(answer: Answer) -> str:
    try:
        return str(json.loads(answer.body)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _names(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Yield the text fields of a schema, those of its lists and objects too."""
    for name, one in _resolved(document, schema).get("properties", {}).items():
        inner = _resolved(document, one)
        if inner.get("type") == "array":
            name, inner = f"{name}.0", _resolved(document, inner["items"])
        if inner.get("type") == "string" and "const" not in inner:
            yield name
        for more in _names(document, inner):
            yield f"{name}.{more}"


def _put(body: dict[str, Any], names: list[str], text: str) -> dict[str, Any]:
    """Return the body with a text in place; whatever stands around it is made."""
    head, *rest = names
    if not rest:
        return {**body, head: text}
    if rest[0] == "0":
        old = body.get(head) or [{}]
        return {**body, head: [_put(old[0], rest[1:], text) if rest[1:] else text, *old[1:]]}
    return {**body, head: _put(body.get(head) or {}, rest, text)}


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _resolved(document, one)
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _example(document: dict[str, Any], schema: dict[str, Any], name: str = "") -> Any:
    """Return something that a schema lets in, and the hall where it knows the name."""
    schema = _resolved(document, schema)
    if name in KNOWN:
        return KNOWN[name]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "string":
            return schema.get("const", "id-card-1")
        case "integer" | "number":
            return int(schema.get("minimum", 1))
        case "boolean":
            return True
        case "array":
            return [_example(document, schema["items"])] * max(1, schema.get("minItems", 1))
        case _:
            wanted = schema.get("required", ())
            return {
                one: _example(document, inner, one)
                for one, inner in schema.get("properties", {}).items()
                if one in wanted
            }


def report(found: Found, broken: int) -> str:
    """Return what a run came to."""
    lines = [
        f"texts by status: {dict(sorted(found.statuses.items()))}; taken in {sum(map(bool, found.taken.values()))} of "
        f"{found.fields} fields; requests that broke the server: {broken}"
    ]
    return "\n".join([*lines, f"faults: {len(found.faults)}", *found.faults[:SHOWN], ""])


def main(count: int, first: int = 1, last: int = 10**6) -> int:
    """Run the long form; return the exit status."""
    with victim() as served:
        found = flood(served.url, count, first=first, last=last, out=sys.stdout)
        broken, is_ready = served.broken(), served.is_ready()
    sys.stdout.write(report(found, broken))
    return 0 if is_ready and not broken and not found.faults else 1


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
