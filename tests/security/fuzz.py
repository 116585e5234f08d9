"""Generated requests against our own description of the API, one by one and in chains: no 5xx, no broken promise.

``make fuzz EXAMPLES=2000`` runs it; ``tests/security/test_fuzz.py`` is its short form. The server is the real one, on
127.0.0.1 with a small hall that stays open, and the caller is an administrator: whoever may do most can break most.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.server import HALL, OTHER_HALL, Served, serving, token_of

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
"""Addresses in one part of the long form: a run that is stopped has told what it came to."""
LEFT_OUT: Final = ("/api/logout", "/api/halls/{hall}/day/end", "/api/accounts/{account}/disable")
"""They would end the caller's session or the day; the tests of rights ask them."""


@dataclass(frozen=True)
class Verdict:
    """How a run ended."""

    ok: bool
    text: str


def fuzz(served: Served, *, examples: int, chains: bool, only: str = "", phases: str = "coverage,fuzzing") -> Verdict:
    """Run schemathesis against a server: requests one by one, valid and not, or chains of valid ones.

    ``only`` narrows the addresses by a pattern.
    """
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder, "openapi.json")
        document = with_real_values(served.client().get("/openapi.json").json(), strictly=chains)
        described.write_text(json.dumps(document), "utf-8")
        Path(folder, "schemathesis.toml").write_text(CONFIGURATION, "utf-8")
        words = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(described), "--url", served.url),
            *("--phases", "stateful" if chains else phases, "--mode", "positive" if chains else "all"),
            *("--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", "1"),
            *("--header", f"Authorization: Bearer {token_of('admin')}", "--continue-on-failure", "--no-shrink"),
            *("--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "20"),
            *(("--include-path-regex", only) if only else ()),
            *(word for path in LEFT_OUT for word in ("--exclude-path", path)),
        ]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return Verdict(done.returncode == 0, done.stdout + done.stderr)


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
        if "quantity" in properties:
            real = {"enum": ["id-card"]}
            properties["code"] = real if strictly else {"anyOf": [real, properties["code"]]}
        if strictly and "items" in properties and "class" in properties:
            properties["class"] = {"enum": ["ordinary", "elder"]}
            properties["items"] |= {"minItems": 1, "maxItems": 2}
        if strictly and "quantity" in properties:
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


def main(examples: int) -> int:
    """Run the long form, and say what came of each part as it ends; return the exit status."""
    verdicts = []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served:
        paths = [path for path in served.client().get("/openapi.json").json()["paths"] if path not in LEFT_OUT]
        for first in range(0, len(paths), TOGETHER):
            some = "|".join(re.escape(path) for path in paths[first : first + TOGETHER])
            verdicts.append(fuzz(served, examples=examples, chains=False, only=f"^({some})$"))
            sys.stdout.write(f"{verdicts[-1].text[-20_000:]}\naddresses: {first + TOGETHER} of {len(paths)}\n")
            sys.stdout.flush()
        verdicts.append(fuzz(served, examples=examples, chains=True, only=CHAINED))
        alive = served.client().get("/health").json()["ready"]
        broken, seq = served.house.edge.broken, served.seq()
    sys.stdout.write(verdicts[-1].text[-20_000:])
    sys.stdout.write(
        f"\nrows in the hall's log: {seq}; ready afterwards: {alive}; requests that broke the server: {broken}\n"
    )
    return 0 if all(verdict.ok for verdict in verdicts) and alive and not broken else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
