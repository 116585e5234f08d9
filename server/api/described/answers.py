"""What operations answer when they succeed: a status and a struct, by operation as in the table of rights."""

from collections.abc import Mapping
from typing import Final

import msgspec

from server.api.described import booking_desk, bookings, figures, halls, people, settings, studio, tickets
from server.api.described import studio_results as results
from server.config.sections import CONTENT_TYPES
from server.config.templates import Preview
from server.demo.dayfile import PublicDay

OK: Final = 200
CREATED: Final = 201
ACCEPTED: Final = 202
TICKET: Final = "/api/halls/{hall}/tickets/{ticket}"
BOOKINGS: Final = "/api/halls/{hall}/appointments"
BOOKING: Final = f"{BOOKINGS}/{{appointment}}"
DESK: Final = "/api/halls/{hall}/bookings"
STUDIO: Final = "/api/halls/{hall}/studio"

SETTINGS: Final = "/api/halls/{hall}/settings"
_SECTIONS: Final = tuple(CONTENT_TYPES.values())


class Answers(msgspec.Struct, frozen=True):
    """The answer of an operation; ``also`` are other statuses with the same one."""

    kind: type
    status: int = OK
    also: tuple[int, ...] = ()
    contents: tuple[type, ...] = ()
    """What its field ``content`` may be."""


_CHANGES: Final = (
    "cancel", "rejoin", "delay", "rate", "print-result", "add-items", "merge", "transfer", "withdraw-call", "item-result",
    "reclass", "abandon", "correct",
)  # fmt: skip
"""What is done with a ticket and answered with it."""

ANSWERS: Final[Mapping[str, Answers]] = {
    "POST /api/halls/{hall}/tickets": Answers(tickets.Taken, CREATED),
    "GET /api/halls/{hall}/tickets": Answers(tickets.TicketsFound),
    f"GET {TICKET}": Answers(tickets.TicketPage),
    **{f"POST {TICKET}/{one}": Answers(tickets.TicketChanged) for one in _CHANGES},
    "POST /api/halls/{hall}/tickets/rejoin": Answers(tickets.TicketChanged),
    f"GET {TICKET}/linked": Answers(tickets.TicketLinked),
    f"POST {TICKET}/split": Answers(tickets.TicketSplit),
    f"POST {TICKET}/reprint": Answers(tickets.TicketSlip),
    f"GET {TICKET}/why": Answers(halls.WhyNot),
    "POST /api/halls/{hall}/windows/{window}/{operation}": Answers(tickets.WindowActed),
    "GET /api/halls": Answers(halls.Halls),
    "GET /api/halls/{hall}": Answers(halls.HallPage),
    "GET /api/halls/{hall}/state": Answers(halls.HallState),
    "GET /api/halls/{hall}/feed": Answers(halls.MayWatch),
    "GET /api/halls/{hall}/waits": Answers(halls.WaitsTable),
    "GET /api/halls/{hall}/calls": Answers(halls.Calls),
    "GET /api/halls/{hall}/figures": Answers(figures.DayFigures),
    "POST /api/halls/{hall}/day/stop-issuing": Answers(tickets.DayChanged),
    "POST /api/halls/{hall}/day/resume-issuing": Answers(tickets.DayChanged),
    "POST /api/halls/{hall}/day/sessions": Answers(tickets.DayChanged),
    "POST /api/halls/{hall}/day/end": Answers(tickets.DayEnded),
    "GET /api/halls/{hall}/devices": Answers(halls.Devices),
    "POST /api/halls/{hall}/devices": Answers(halls.DeviceMade, CREATED),
    "POST /api/halls/{hall}/devices/{device}/revoke": Answers(halls.DeviceRevoked),
    "GET /api/halls/{hall}/reveals": Answers(people.Reveals),
    f"POST {BOOKING}/contact": Answers(bookings.ContactShown),
    "GET /health": Answers(people.Health, also=(503,)),
    "POST /api/login": Answers(people.SignedIn),
    "GET /api/oidc": Answers(people.SignInElsewhere),
    "POST /api/logout": Answers(people.Nothing),
    "GET /api/me": Answers(people.Person),
    "GET /api/halls/{hall}/staff": Answers(people.Staff),
    "GET /api/accounts": Answers(people.Accounts),
    "POST /api/accounts": Answers(people.AccountMade, CREATED),
    "GET /api/accounts/changes": Answers(people.AccountChanges),
    "POST /api/accounts/{account}/password": Answers(people.PasswordSet),
    "POST /api/me/password": Answers(people.PasswordChanged),
    "POST /api/accounts/{account}/disable": Answers(people.AccountSwitched),
    "POST /api/accounts/{account}/enable": Answers(people.AccountSwitched),
    f"GET {SETTINGS}/hall": Answers(settings.HallSettings),
    f"PUT {SETTINGS}/hall": Answers(settings.SettingsSaved),
    f"GET {SETTINGS}/calendar": Answers(settings.CalendarSettings),
    f"PUT {SETTINGS}/calendar": Answers(settings.SettingsSaved),
    f"PUT {SETTINGS}/calendar/days/{{date}}": Answers(settings.SettingsSaved),
    f"DELETE {SETTINGS}/calendar/days/{{date}}": Answers(settings.SettingsSaved),
    f"POST {SETTINGS}/calendar/import": Answers(settings.HallDaysImported),
    f"GET {SETTINGS}/{{section}}": Answers(settings.SectionSettings, contents=_SECTIONS),
    f"PUT {SETTINGS}/{{section}}": Answers(settings.SettingsSaved),
    f"POST {SETTINGS}/import": Answers(settings.WorkbookImported),
    f"GET {SETTINGS}/revisions": Answers(settings.Revisions),
    f"GET {SETTINGS}/revisions/{{revision}}": Answers(settings.RevisionContent),
    f"PUT {SETTINGS}/template": Answers(settings.TemplateAssigned),
    f"POST {SETTINGS}/follow": Answers(settings.DayTold),
    "GET /api/network": Answers(settings.Network),
    "POST /api/halls": Answers(settings.HallAdded, CREATED),
    "POST /api/templates": Answers(settings.TemplateMade, CREATED),
    "GET /api/templates": Answers(settings.Templates),
    "GET /api/templates/{code}/{section}": Answers(settings.TemplateSection, contents=_SECTIONS),
    "PUT /api/templates/{code}/{section}": Answers(settings.Pushed),
    "POST /api/templates/{code}/{section}/preview": Answers(Preview),
    "PUT /api/calendar/{year}": Answers(settings.CalendarSaved),
    "PUT /api/calendar/days/{date}": Answers(settings.CalendarSaved),
    "DELETE /api/calendar/days/{date}": Answers(settings.CalendarSaved),
    "POST /api/calendar/import": Answers(settings.YearImported),
    "GET /api/presets": Answers(settings.Presets),
    "GET /api/halls/{hall}/slots": Answers(bookings.SlotsOfHall),
    "GET /api/slots": Answers(bookings.HallsCompared),
    f"POST {BOOKINGS}": Answers(bookings.BookingMade, CREATED),
    f"GET {BOOKINGS}": Answers(bookings.BookingsFound),
    f"POST {BOOKINGS}/find": Answers(bookings.BookingsFound),
    "POST /api/halls/{hall}/waitlist": Answers(bookings.Waitlisted, CREATED),
    f"GET {BOOKING}": Answers(bookings.BookingPage),
    f"POST {BOOKING}/confirm": Answers(bookings.BookingConfirmed),
    f"POST {BOOKING}/reschedule": Answers(bookings.BookingMoved),
    **{f"POST {BOOKING}/{one}": Answers(bookings.BookingChanged) for one in ("cancel", "offer", "appeal")},
    f"POST {BOOKING}/erase": Answers(bookings.Erased),
    "POST /api/people/erase": Answers(bookings.Erased),
    f"POST {BOOKING}/check-in": Answers(bookings.CheckedIn),
    "POST /api/halls/{hall}/check-in": Answers(bookings.CheckedIn),
    f"GET {DESK}/calendar": Answers(booking_desk.BookingCalendar),
    f"GET {DESK}/no-shows": Answers(booking_desk.NoShows),
    f"GET {DESK}/release": Answers(booking_desk.ReleasePlan),
    f"POST {DESK}/slots": Answers(booking_desk.SlotsEdited),
    f"POST {DESK}/close": Answers(booking_desk.SlotsClosed),
    f"GET {DESK}/messages": Answers(booking_desk.MessagesListed),
    f"POST {DESK}/messages/{{message}}/retry": Answers(booking_desk.MessageTried),
    f"GET {STUDIO}": Answers(studio.Overview),
    f"GET {STUDIO}/dates/{{date}}": Answers(studio.DateAhead),
    f"POST {STUDIO}/jobs": Answers(studio.JobTold, ACCEPTED),
    f"GET {STUDIO}/jobs/{{job}}": Answers(studio.JobShown),
    f"POST {STUDIO}/jobs/{{job}}/cancel": Answers(studio.JobTold),
    f"POST {STUDIO}/plans": Answers(studio.PlanAnswered, CREATED),
    f"POST {STUDIO}/plans/{{plan}}/delete": Answers(people.Nothing),
    f"GET {STUDIO}/days/{{job}}": Answers(studio.Playing),
    f"POST {STUDIO}/days/{{job}}/speed": Answers(studio.Playing),
    "GET /api/demo": Answers(PublicDay),
}

MAY_BE_EMPTY: Final = (
    ("HallState", "view"),
    *((kind, field) for kind in ("RunResult", "SizedResult") for field in ("change", "low_change")),
)
"""Fields that hold an object without anything, too."""
MAY_BE: Final[Mapping[tuple[str, str], tuple[type, ...]]] = {
    ("JobWhole", "result"): (
        results.GroundResult, results.RunResult, results.SizedResult, results.ComparedResult, results.DayResult,
    ),
    ("RevisionContent", "content"): _SECTIONS,
}  # fmt: skip
"""Fields that hold one of several structs, or null."""
