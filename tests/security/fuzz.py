"""Generated requests against our own description of the API, one by one and in chains: no 5xx, no broken promise.

``make fuzz EXAMPLES=2000`` runs it; ``python -m tests.security.fuzz 2000 FIRST LAST`` runs the operations of these numbers
alone, which count from 1 in the order of the description. ``tests/security/test_attacks.py`` is the short form. The server is
the real one, on 127.0.0.1 with small halls, and the caller is an administrator: whoever may do most can break most.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.security.generated import Order, run_all
from tests.security.victim import Victim, victim
from tests.support.server import HALL, OTHER_HALL, token_of

CHECKS: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
)  # fmt: skip
"""What must hold of every answer. Rights are tried elsewhere, completely; which input is refused is the hall's affair."""
REAL: Final[dict[str, list[str]]] = {"hall": [HALL, OTHER_HALL], "window": ["W01", "W02"]}
"""Path parameters that exist; without them nearly every request would end at a 404."""
LEADS_TO: Final = {
    "/api/halls/{hall}/tickets": ("ticket", "$response.body#/ticket/id"),
    "/api/halls/{hall}/appointments": ("appointment", "$response.body#/appointment/id"),
    "/api/halls/{hall}/waitlist": ("appointment", "$response.body#/appointment/id"),
    "/api/halls/{hall}/devices": ("device", "$response.body#/device"),
    "/api/accounts": ("account", "$request.body#/account"),
}
"""What is made by a POST → the part of other addresses that names it, and where the answer (or request) says its name."""
CONFIGURATION: Final = "[phases.stateful.inference]\nalgorithms = []\n"
"""Chains follow the links above only: those guessed from names lead nowhere."""
CHAINED: Final = "/(tickets|appointments|waitlist)"
"""Addresses of the chains: what is made in one request and changed in the next."""
TOGETHER: Final = 9
"""Addresses in one part of the systematic requests: a run that is stopped has told what it came to."""
LEFT_OUT: Final = ("/api/logout", "/api/halls/{hall}/day/end", "/api/accounts/{account}/disable")
"""They would end the caller's session or the day; the tests of rights ask them."""


@dataclass(frozen=True)
class Verdict:
    """How a run ended."""

    ok: bool
    text: str


def fuzz(url: str, *, chains: bool, only: str = "", examples: int = 1) -> Verdict:
    """Run schemathesis against a server: every bound of every field, systematically, or chains of valid requests.

    ``only`` narrows the addresses by a pattern; ``examples`` says how many chains of each.
    """
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder, "openapi.json")
        described.write_text(json.dumps(description(url, strictly=chains)), "utf-8")
        Path(folder, "schemathesis.toml").write_text(CONFIGURATION, "utf-8")
        words = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(described), "--url", url),
            *("--phases", "stateful" if chains else "coverage", "--mode", "positive" if chains else "all"),
            *("--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", "1"),
            *("--header", f"Authorization: Bearer {token_of('admin')}", "--continue-on-failure", "--no-shrink"),
            *("--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "20"),
            *(("--include-path-regex", only) if only else ()),
            *(word for path in LEFT_OUT for word in ("--exclude-path", path)),
        ]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return Verdict(done.returncode == 0, done.stdout + done.stderr)


def description(url: str, *, strictly: bool) -> dict[str, Any]:
    """Return how a server describes itself, with what there is on it."""
    return with_real_values(httpx.get(f"{url}/openapi.json", timeout=60).json(), strictly=strictly)


def order_of(url: str) -> Order:
    """Return what a process needs to ask this server at random."""
    return Order(url, description(url, strictly=False), token_of("admin"), CHECKS)


def labels_of(document: dict[str, Any]) -> list[str]:
    """Return the operations that are asked: ``GET /api/halls``."""
    paths = document["paths"].items()
    return [f"{method.upper()} {path}" for path, routes in paths if path not in LEFT_OUT for method in routes]


def with_real_values(document: dict[str, Any], *, strictly: bool) -> dict[str, Any]:
    """Return the description with the halls, windows and items of the test's server, and with the links of chains.

    ``strictly`` lets no other item, class or quantity in, so that what chains begin with is really made.
    """
    for routes in document["paths"].values():
        for route in routes.values():
            for parameter in route.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in REAL:
                    parameter["schema"] = {"type": "string", "enum": REAL[parameter["name"]]}
    for schema in document["components"]["schemas"].values():
        properties = schema.get("properties", {})
        if properties.keys() == {"code", "quantity"}:
            real = {"enum": ["id-card"]}
            properties["code"] = real if strictly else {"anyOf": [real, properties["code"]]}
        # Of what is asked, not of what is answered.
        if strictly and {"command_id", "items", "class"} <= properties.keys():
            properties["class"] = {"enum": ["ordinary", "elder"]}
            properties["items"] |= {"minItems": 1, "maxItems": 2}
        if strictly and properties.keys() == {"code", "quantity"}:
            properties["quantity"] = {"enum": [1, 2]}
    for path, (name, place) in LEADS_TO.items():
        made = document["paths"][path]["post"]["responses"].setdefault("201", {"description": "Made"})
        made["links"] = dict(_links(document, name, place))
    return document


def _links(document: dict[str, Any], name: str, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a link to every operation whose address names what was made."""
    for path, routes in document["paths"].items():
        if f"{{{name}}}" in path and path not in LEFT_OUT:
            known = {name: place} | ({"hall": "$request.path.hall"} if "{hall}" in path else {})
            for method, route in routes.items():
                yield f"{method} {path}", {"operationId": route["operationId"], "parameters": known}


def _systematically(url: str, labels: Sequence[str]) -> bool:
    """Ask every bound of every field of these operations, in parts that are told as they end."""
    paths = list(dict.fromkeys(label.partition(" ")[2] for label in labels))
    are_ok = True
    for first in range(0, len(paths), TOGETHER):
        some = "|".join(map(re.escape, paths[first : first + TOGETHER]))
        verdict = fuzz(url, chains=False, only=f"^({some})$")
        are_ok = are_ok and verdict.ok
        tried = " ".join(re.findall(r"[0-9,]+ generated.*", verdict.text)) if verdict.ok else verdict.text[-20_000:]
        _say(f"every bound, addresses {first + 1} to {min(first + TOGETHER, len(paths))} of {len(paths)}: {tried}")
    return are_ok


def _at_random(order: Order, labels: Sequence[str], examples: int, first: int) -> bool:
    """Ask random requests of these operations."""
    failed = 0
    for number, ran in enumerate(run_all(order, labels, examples, processes=os.cpu_count() or 1), first):
        failed += ran.failed
        _say(f"at random, {number} {ran.line()}")
    return failed == 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(examples: int, first: int = 1, last: int = 10**6) -> int:
    """Run the long form, and say what came of each part as it ends; return the exit status."""
    with victim() as served:
        is_ok = _long(served, examples, first, last)
        is_ready, broken = served.is_ready(), served.broken()
    _say(f"ready afterwards: {is_ready}; requests that broke the server: {broken}")
    return 0 if is_ok and is_ready and not broken else 1


def _long(served: Victim, examples: int, first: int, last: int) -> bool:
    order = order_of(served.url)
    labels = labels_of(order.document)
    chosen = labels[first - 1 : last]
    _say(f"operations {first} to {first - 1 + len(chosen)} of {len(labels)}, {examples:,} random requests each")
    verdicts = [_systematically(served.url, chosen), _at_random(order, chosen, examples, first)]
    if len(chosen) == len(labels):
        chains = fuzz(served.url, examples=examples, chains=True, only=CHAINED)
        _say(f"chains:\n{chains.text[-20_000:]}")
        verdicts.append(chains.ok)
    return all(verdicts)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
