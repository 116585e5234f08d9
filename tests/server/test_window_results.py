"""Finishing a visit says at most that it is done; what else came of an item is said of the item."""

from pathlib import Path

from tests.support.server import serving


def test_finishing_with_another_result_is_refused_in_good_order(tmp_path: Path):
    with serving(tmp_path) as served:
        served.call("windows/W01/open", who="clerk01")
        answers = [
            served.call(f"windows/W01/{operation}", {"result": result}, who="clerk01")
            for operation in ("finish", "finish-and-next")
            for result in ("referred", "supplement_due", "refused", "done", "")
        ]
        broken = served.house.edge.broken

    codes = [(one.status_code, one.json()["code"]) for one in answers]
    assert codes == [*[(422, "INVALID_INPUT")] * 3, *[(409, "NO_TICKET")] * 2] * 2
    assert broken == 0
