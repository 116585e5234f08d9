"""A small hall to test the server with: two themes, three items, three windows, open around the clock."""

from hall.catalog import Area, Catalog, Item, Serves, Text, Theme, Window
from hall.opening import Calendar, Span, WeekHours
from hall.policy import MissedRule, Plan, Policy, Series

DATE = "2026-11-23"
ZONE = "Asia/Shanghai"
MIDNIGHT_MS = 1_795_363_200_000
"""Local midnight of DATE in ZONE."""

NINE_MS = MIDNIGHT_MS + 9 * 3_600_000
CALENDAR = Calendar(years=(2026, 2027))


def small_plan(hall: str = "longgang", *, version: str = "1", spans: tuple[Span, ...] = (Span(0, 1440),)) -> Plan:
    """Return the plan; ``version`` makes it another one."""
    catalog = Catalog(
        areas=(Area("a1", Text("一区", "Area 1")),),
        themes=(Theme("general", Text("综合", "General")), Theme("tax", Text("税务", "Tax"))),
        items=(
            Item("id-card", Text("身份证", "Identity card"), "general"),
            Item("residence", Text("居住证", "Residence permit"), "general"),
            Item("invoice", Text("发票", "Invoices"), "tax"),
        ),
        windows=(
            Window("W01", "1", "a1"),
            Window("W02", "2", "a1"),
            Window("W03", "3", "a1", "themed", Serves(themes=("tax",)), helps=Serves(themes=("general",))),
        ),
    )
    policy = Policy(version, series=(Series("A"), Series("T", themes=("tax",))), missed=MissedRule(limit=2))
    return Plan(hall, Text("龙岗", "Longgang"), ZONE, catalog, WeekHours((spans,) * 7, holiday=()), policy)
