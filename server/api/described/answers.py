"""What operations answer when they succeed: a status and a struct, by operation as in the table of rights."""

from collections.abc import Mapping
from typing import Final

import msgspec

from server.api.described import figures, halls, people, settings, tickets
from server.config.sections import CONTENT_TYPES
from server.config.templates import Preview

OK: Final = 200
CREATED: Final = 201
TICKET: Final = "/api/halls/{hall}/tickets/{ticket}"

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
    f"POST {TICKET}/split": Answers(tickets.TicketSplit),
    f"POST {TICKET}/reprint": Answers(tickets.TicketSlip),
    f"GET {TICKET}/why": Answers(halls.WhyNot),
    "POST /api/halls/{hall}/windows/{window}/{operation}": Answers(tickets.WindowActed),
    "GET /api/halls": Answers(halls.Halls),
    "GET /api/halls/{hall}": Answers(halls.HallPage),
    "GET /api/halls/{hall}/state": Answers(halls.HallState),
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
    "GET /health": Answers(people.Health, also=(503,)),
    "POST /api/login": Answers(people.SignedIn),
    "POST /api/logout": Answers(people.Nothing),
    "GET /api/me": Answers(people.Person),
    "GET /api/accounts": Answers(people.Accounts),
    "POST /api/accounts": Answers(people.AccountMade, CREATED),
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
    f"PUT {SETTINGS}/template": Answers(settings.TemplateAssigned),
    f"POST {SETTINGS}/follow": Answers(settings.DayTold),
    "GET /api/templates": Answers(settings.Templates),
    "GET /api/templates/{code}/{section}": Answers(settings.TemplateSection, contents=_SECTIONS),
    "PUT /api/templates/{code}/{section}": Answers(settings.Pushed),
    "POST /api/templates/{code}/{section}/preview": Answers(Preview),
    "PUT /api/calendar/{year}": Answers(settings.CalendarSaved),
    "PUT /api/calendar/days/{date}": Answers(settings.CalendarSaved),
    "DELETE /api/calendar/days/{date}": Answers(settings.CalendarSaved),
    "POST /api/calendar/import": Answers(settings.YearImported),
    "GET /api/presets": Answers(settings.Presets),
}

MAY_BE_EMPTY: Final = (("HallState", "view"),)
"""Fields that hold an object without anything, too."""
