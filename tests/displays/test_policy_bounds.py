"""The bounds that the page of rules tells are those that the server holds."""

import re
from typing import Final

from displays.web import DIST
from server.api.described.limits import OWN

FIELDS: Final = DIST.parent / "src" / "manager" / "policy-fields.ts"


def test_the_page_tells_the_bounds_of_the_server():
    told = {
        name: (int(least), int(most))
        for name, least, most in re.findall(r'\["(\w+)", "n", .*\[(\d+), (\d+)\]\],', FIELDS.read_text("utf-8"))
    }
    held = {
        field: (int(bound["minimum"]), int(bound["maximum"]))
        for (kind, field), bound in OWN.items()
        if kind in {"Calling", "Issuing"} and "minimum" in bound and not field.endswith("_min")
    }

    assert told == held
