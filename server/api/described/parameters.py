"""What the parts of an address mean, and parameters that an endpoint reads itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hall.ids import CODE_PATTERN, TICKET_ID_PATTERN
from server.sockets import PARAMETER_CHARS, VIEWS

Schema = dict[str, Any]

MEANS: Final[Mapping[str, str]] = {
    "account": "Name of an account",
    "appointment": "Id of a booking",
    "before": "Only calls before this moment, in milliseconds since 1970 (UTC)",
    "channel": "Through which channel is booked",
    "check_only": "Only check; nothing is changed",
    "code": "Code of a template",
    "date": "Business date (YYYY-MM-DD); in a query, empty: today, or all days that are looked at",
    "device": "Id of a device",
    "error": "Why the provider signs nobody in",
    "feed": "Keyed token of a person's calendar feed",
    "from": "First date (YYYY-MM-DD), included; empty: today",
    "hall": "Code of a hall",
    "iss": "Issuer that the provider names itself",
    "item": "Code of an item, with a quantity after a colon if it is not 1; several for one visit",
    "job": "Id of a job of the studio",
    "limit": "Most entries of the answer",
    "message": "Id of a message",
    "number": "Number of a ticket as people read it (A001)",
    "operation": "What the window does",
    "plan": "Id of a kept plan",
    "revision": "Number of a change of settings",
    "secret": "Secret of the ticket or booking, for its holder; staff and devices need none",
    "section": "Section of the settings",
    "source": "Name of the notice; empty: as the file says",
    "state": "Only messages in this state; empty: all",
    "then": "Page to open after the sign-in",
    "ticket": "Id of a ticket",
    "to": "Last date (YYYY-MM-DD), included; empty: the usual number of days",
    "version": "Version of the settings that the change started from, unless `If-Match` names it",
    "window": "Code of a window",
    "year": "Calendar year",
}
"""By name, the same in every address."""
ELSEWHERE: Final[Mapping[tuple[str, str], str]] = {
    ("GET /api/halls/{hall}/appointments", "code"): "Check-in code of a booking, as somebody types it",
    ("GET /api/oidc/callback", "code"): "Code of the provider that is changed for the person's name",
    ("GET /api/oidc/callback", "state"): "What the provider was given when the browser left",
    ("POST /api/calendar/import", "year"): "The year to take over from a file of several",
}
"""Where a name means something else."""


def _text(name: str, means: str, pattern: str | None = None) -> Schema:
    schema = {"type": "string", "maxLength": PARAMETER_CHARS} | ({} if pattern is None else {"pattern": pattern})
    return {"name": name, "in": "query", "required": False, "description": means, "schema": schema}


READ: Final[Mapping[str, tuple[Schema, ...]]] = {
    "GET /api/halls/{hall}/feed": (
        {
            "name": "view", "in": "query", "required": True, "description": "What is watched",
            "schema": {"type": "string", "enum": sorted(VIEWS)},
        },
        _text("area", "Code of an area, for the view `area`", CODE_PATTERN),
        _text("window", "Code of a window, for the views `strip` and `clerk`", CODE_PATTERN),
        _text("ticket", "Id of a ticket, for the view `ticket`", TICKET_ID_PATTERN),
        _text("secret", "Secret of the ticket, for its holder"),
        _text("device", "Token of a device"),
        _text("token", "Token of a session, for programs"),
    ),
}  # fmt: skip
"""By operation: parameters that an endpoint reads itself."""


def explain(operations: Iterator[tuple[str, Schema]]) -> None:
    """Say what every parameter means, and tell those that an endpoint reads itself."""
    for operation, route in operations:
        for one in route.get("parameters", []):
            one["description"] = ELSEWHERE.get((operation, one["name"])) or MEANS[one["name"]]
        if operation in READ:
            route["parameters"] = [*route.get("parameters", []), *READ[operation]]
