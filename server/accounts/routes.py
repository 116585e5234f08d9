"""The table of routes: which operations of the table of rights an address may ask for. It is data.

Every HTTP operation of the API has a row here, and every live feed. A route without a row lets nobody in, and one that asks
for something else than its row says lets nobody in either, so that this table and the code cannot part.
"""

from collections.abc import Mapping
from typing import Final

Operations = tuple[str, ...]

_HALL: Final = "/api/halls/{hall}"
_TICKET: Final = f"{_HALL}/tickets/{{ticket}}"
_VISIT: Final = f"{_HALL}/appointments/{{appointment}}"
_BOOKINGS: Final = f"{_HALL}/bookings"
_STUDIO: Final = f"{_HALL}/studio"
_SETTINGS: Final = f"{_HALL}/settings"
_MAKE: Final[Operations] = (
    "booking.make.phone", "booking.make.kiosk", "booking.make.desk", "booking.make.partner",
)  # fmt: skip
_WATCH: Final[Operations] = (
    "view.board", "view.area", "view.strip", "view.ticket", "view.clerk", "view.manager",
)  # fmt: skip

ROUTES: Final[Mapping[str, Operations]] = {
    # open to all
    "GET /health": ("health.read",),
    "GET /metrics": ("health.read",),
    "GET /api/demo": ("halls.read",),
    "GET /api/halls": ("halls.read",),
    f"GET {_HALL}": ("halls.read",),
    f"GET {_HALL}/waits": ("halls.read",),
    f"GET {_HALL}/state": ("halls.read",),
    "POST /api/login": ("login",),
    "POST /api/logout": ("login",),
    "GET /api/oidc": ("login",),
    "GET /api/oidc/login": ("login",),
    "GET /api/oidc/callback": ("login",),
    "GET /api/me": ("me.read",),
    "POST /api/me/password": ("me.password",),
    # tickets
    f"POST {_HALL}/tickets": ("ticket.take.phone", "ticket.take.kiosk", "ticket.take.desk"),
    f"GET {_HALL}/tickets": ("tickets.find",),
    f"POST {_HALL}/tickets/rejoin": ("ticket.rejoin.number",),
    f"GET {_TICKET}": ("ticket.read",),
    f"GET {_TICKET}/why": ("ticket.why",),
    f"GET {_TICKET}/linked": ("ticket.read",),
    **{
        f"POST {_TICKET}/{word}": (f"ticket.{word}",)
        for word in (
            "cancel", "rejoin", "delay", "rate", "print-result", "reprint", "add-items", "split", "merge", "transfer",
            "withdraw-call", "item-result", "reclass", "abandon", "correct",
        )
    },
    # booked visits
    "GET /api/slots": ("slots.read",),
    f"GET {_HALL}/slots": ("slots.read",),
    f"POST {_HALL}/appointments": _MAKE,
    f"POST {_HALL}/waitlist": _MAKE,
    f"GET {_HALL}/appointments": ("appointments.find",),
    f"POST {_HALL}/appointments/find": ("appointments.find",),
    f"GET {_VISIT}": ("appointment.read",),
    f"POST {_VISIT}/contact": ("appointment.contact",),
    f"GET {_HALL}/reveals": ("reveals.read",),
    f"GET {_VISIT}/calendar.ics": ("appointment.calendar",),
    **{
        f"POST {_VISIT}/{word}": (f"appointment.{word}",)
        for word in ("confirm", "reschedule", "cancel", "offer", "appeal", "erase", "check-in")
    },
    f"POST {_HALL}/check-in": ("booking.check-in.code", "booking.check-in.person"),
    "GET /api/people/{feed}/calendar.ics": ("feed.read",),
    "POST /api/people/erase": ("people.erase",),
    f"GET {_BOOKINGS}/calendar": ("bookings.read",),
    f"GET {_BOOKINGS}/no-shows": ("bookings.read",),
    f"GET {_BOOKINGS}/release": ("bookings.read",),
    f"POST {_BOOKINGS}/slots": ("bookings.edit",),
    f"POST {_BOOKINGS}/close": ("bookings.edit",),
    f"GET {_BOOKINGS}/messages": ("messages.read",),
    f"POST {_BOOKINGS}/messages/{{message}}/retry": ("messages.retry",),
    # windows and the day
    f"POST {_HALL}/windows/{{window}}/{{operation}}": ("window.work", "window.serve"),
    f"POST {_HALL}/day/stop-issuing": ("day.lead",),
    f"POST {_HALL}/day/resume-issuing": ("day.lead",),
    f"POST {_HALL}/day/sessions": ("day.lead",),
    f"POST {_HALL}/day/end": ("day.lead",),
    f"GET {_HALL}/calls": ("calls.read",),
    f"GET {_HALL}/figures": ("figures.read",),
    # the studio
    f"GET {_STUDIO}": ("studio.use",),
    f"GET {_STUDIO}/dates/{{date}}": ("studio.use",),
    f"POST {_STUDIO}/jobs": ("studio.use",),
    f"GET {_STUDIO}/jobs/{{job}}": ("studio.use",),
    f"POST {_STUDIO}/jobs/{{job}}/cancel": ("studio.use",),
    f"GET {_STUDIO}/jobs/{{job}}/report.xlsx": ("studio.use",),
    f"POST {_STUDIO}/plans": ("studio.use",),
    f"POST {_STUDIO}/plans/{{plan}}/delete": ("studio.use",),
    f"GET {_STUDIO}/days/{{job}}": ("studio.use",),
    f"POST {_STUDIO}/days/{{job}}/speed": ("studio.use",),
    "WS /ws/halls/{hall}/studio/{job}": ("studio.use",),
    # accounts and devices
    f"GET {_HALL}/staff": ("staff.read",),
    "GET /api/accounts": ("accounts.read",),
    "POST /api/accounts": ("accounts.write",),
    "GET /api/accounts/changes": ("accounts.read",),
    "POST /api/accounts/{account}/password": ("accounts.write",),
    "POST /api/accounts/{account}/disable": ("accounts.write",),
    "POST /api/accounts/{account}/enable": ("accounts.write",),
    f"GET {_HALL}/devices": ("devices.read",),
    f"POST {_HALL}/devices": ("devices.write",),
    f"POST {_HALL}/devices/{{device}}/revoke": ("devices.write",),
    # settings
    "GET /api/network": ("settings.read",),
    "POST /api/halls": ("halls.write",),
    "POST /api/templates": ("templates.write",),
    "GET /api/presets": ("settings.read",),
    "GET /api/templates": ("settings.read",),
    "GET /api/templates/{code}/{section}": ("settings.read",),
    "POST /api/templates/{code}/{section}/preview": ("settings.read",),
    "PUT /api/templates/{code}/{section}": ("settings.write",),
    "PUT /api/calendar/{year}": ("calendar.write",),
    "POST /api/calendar/import": ("calendar.write",),
    "PUT /api/calendar/days/{date}": ("calendar.write",),
    "DELETE /api/calendar/days/{date}": ("calendar.write",),
    f"GET {_SETTINGS}/hall": ("settings.read",),
    f"PUT {_SETTINGS}/hall": ("settings.write",),
    f"GET {_SETTINGS}/calendar": ("settings.read",),
    f"PUT {_SETTINGS}/calendar": ("settings.write",),
    f"POST {_SETTINGS}/calendar/import": ("settings.write",),
    f"PUT {_SETTINGS}/calendar/days/{{date}}": ("settings.write",),
    f"DELETE {_SETTINGS}/calendar/days/{{date}}": ("settings.write",),
    f"GET {_SETTINGS}/template.xlsx": ("settings.read",),
    f"POST {_SETTINGS}/import": ("settings.write",),
    f"GET {_SETTINGS}/revisions": ("settings.read",),
    f"GET {_SETTINGS}/revisions/{{revision}}": ("settings.read",),
    f"PUT {_SETTINGS}/template": ("halls.write",),
    f"POST {_SETTINGS}/follow": ("settings.write",),
    f"GET {_SETTINGS}/{{section}}": ("settings.read",),
    f"PUT {_SETTINGS}/{{section}}": ("settings.write",),
    # live feeds, and the question whether one would be given
    f"GET {_HALL}/feed": _WATCH,
    "WS /ws/halls/{hall}": _WATCH,
}  # fmt: skip
"""Method and address → the operations that it may ask for; more than one where the body or the query decides."""


def may_ask(method: str, path: str, operation: str) -> bool:
    """Tell whether the row of an address has this operation."""
    return operation in ROUTES.get(f"{method} {path}", ())
