"""Slips that the tests print."""

import msgspec

from displays.printing.slip import Slip, SlipItem
from hall.catalog import Text

AT_MS = 1_767_667_500_000  # 2026-01-06 10:45 in Shenzhen


def a_slip(**changes: object) -> Slip:
    """Return an ordinary slip, with what the test is about changed."""
    slip = Slip(
        hall=Text("龙岗区政务服务大厅", "Longgang District Hall"),
        number="A012",
        items=(
            SlipItem(Text("食品经营许可", "Food business licence"), 12),
            SlipItem(Text("营业执照", "Business licence")),
        ),
        at_ms=AT_MS,
        zone="Asia/Shanghai",
        ahead=7,
        wait_p50_ms=11 * 60_000 + 5_000,
        wait_p80_ms=18 * 60_000 + 5_000,
        windows=("3", "4", "12"),
        qr="https://hall.example/t/longgang/t-01J0#Zm9vYmFyYmF6cXV4MTIzNA",
        notes=(Text("过号请到导办台", "Missed your call? Ask at the desk"),),
    )
    return msgspec.structs.replace(slip, **changes)
