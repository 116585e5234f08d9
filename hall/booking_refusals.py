"""What people are told when a booking cannot be made, changed or used. Merged into :mod:`hall.errors`."""

BOOKING_REFUSALS: dict[str, tuple[str, str]] = {
    # buying a place
    "BOOKING_OFF": ("本大厅暂不提供预约，请到现场取号", "This hall takes no bookings; take a number on site"),
    "NOT_BOOKABLE": ("{item} 不能预约，请到现场取号", "{item} cannot be booked; take a number on site"),
    "NOT_RELEASED": ("号源尚未放出，{release} 开始预约", "Not on sale yet; booking opens at {release}"),
    "TOO_LATE_TO_BOOK": (
        "该时段已停止预约，须至少提前 {minutes} 分钟",
        "Too late for this slot; book at least {minutes} minutes before",
    ),
    "UNKNOWN_SLOT": ("没有这个预约时段", "There is no such slot"),
    "SLOT_FULL": ("该时段已约满，可候补或另选时段", "This slot is full; choose another or join the waitlist"),
    "SLOT_CLOSED": ("该时段已停止预约", "This slot is closed"),
    "TOO_LONG_FOR_SLOT": (
        "所选事项在该时段后没有足够的连续时间，请选更早的时段",
        "The chosen items take longer than what is left after this slot; choose an earlier one",
    ),
    "BOOKING_EXISTS": ("预约编号重复", "A booking with this id exists already"),
    "BAD_CODE": ("签到码有误或重复", "The check-in code is missing or in use"),
    "PERSON_NEEDED": ("请填写预约人", "A booking needs a person"),
    "HOLD_EXPIRED": ("占号已超时，请重新选择时段", "The held place has run out; choose a slot again"),
    "TOO_MANY_HELD": ("您已占 {limit} 个号，请先完成或放弃", "You hold {limit} places already; finish or give up one"),
    # limits
    "LIMIT_OPEN": ("未使用的预约最多 {limit} 个", "At most {limit} open bookings"),
    "LIMIT_DAY": ("每天最多预约 {limit} 次", "At most {limit} bookings a day"),
    "LIMIT_WEEK": ("每周最多预约 {limit} 次", "At most {limit} bookings a week"),
    "LIMIT_MONTH": ("每月最多预约 {limit} 次", "At most {limit} bookings a month"),
    "SAME_ITEM_BOOKED": ("您已预约 {item}，不能重复预约", "You have booked {item} already"),
    "BANNED": (
        "因多次爽约，{until} 前不能预约；如有异议可申诉",
        "No bookings until {until} because of no-shows; you may appeal",
    ),
    # changing
    "UNKNOWN_BOOKING": ("没有这个预约", "There is no such booking"),
    "WRONG_BOOKING_STATE": (
        "该预约现在是「{booking_state}」，不能这样操作",
        "The booking is {booking_state}; this cannot be done now",
    ),
    "CANCEL_TOO_LATE": ("须至少提前 {minutes} 分钟取消", "Cancel at least {minutes} minutes before"),
    "MOVE_TOO_LATE": ("须至少提前 {minutes} 分钟改期", "Move at least {minutes} minutes before"),
    "MOVE_LIMIT": ("最多改期 {limit} 次", "A booking can be moved {limit} times"),
    "NOT_A_NO_SHOW": ("该预约没有爽约记录", "This booking is no no-show"),
    # the waitlist
    "WAITLIST_OFF": ("本大厅不设候补", "This hall keeps no waitlist"),
    "WAITLIST_FULL": ("候补已满（{limit} 人）", "The waitlist is full ({limit} people)"),
    "SLOTS_FREE": ("还有空余时段，请直接预约", "There are free places; book one directly"),
    "OFFER_EXPIRED": ("候补名额已超时", "The offered place has run out"),
    # arriving
    "WRONG_HALL": ("您预约的是其他大厅（{hall}）", "Your booking is for another hall ({hall})"),
    "WRONG_DAY": ("您预约的日期是 {date}", "Your booking is for {date}"),
    "CHECK_IN_TOO_EARLY": ("还不能签到，{since} 起可以签到", "Too early to check in; come from {since} on"),
    "CODE_USED": ("该预约已签到，号码 {number}", "Already checked in with number {number}"),
    "CODE_CANCELLED": ("该预约已取消或改期", "This booking was cancelled or moved"),
    "CODE_LAPSED": (
        "已超过预约时间（{slot}），请取号排队",
        "The time of this booking ({slot}) is over; please take a number",
    ),
    "TICKET_EARLY": ("号票 {number} 的预约时间未到", "The slot of ticket {number} has not come yet"),
    # slots
    "UNKNOWN_GROUP": ("没有这个预约组：{group}", "There is no such booking group: {group}"),
    "BAD_SLOT_PLACES": ("号源数须在 0 到 {limit} 之间", "Places must be between 0 and {limit}"),
    "SLOTS_BOOKED": (
        "有 {count} 个预约会失去时段，请先关闭这些时段并安排预约人",
        "{count} bookings would lose their slot; close those slots first",
    ),
}
"""code: (Chinese, English)."""

UNTIL_IT_BEGINS: dict[str, tuple[str, str]] = {
    "TOO_LATE_TO_BOOK": ("该时段已开始，不能再预约", "This slot has begun and can no longer be booked"),
    "CANCEL_TOO_LATE": ("预约时段已开始，不能再取消", "The slot has begun; it is too late to cancel"),
    "MOVE_TOO_LATE": ("预约时段已开始，不能再改期", "The slot has begun; it is too late to move"),
}
"""The same refusals in halls whose limit is zero minutes: the beginning of the slot itself."""

APPOINTMENT_NAMES: dict[str, tuple[str, str]] = {
    "SLOT_HELD": ("占号", "held"),
    "BOOKED": ("已预约", "booked"),
    "WAITLISTED": ("候补", "on the waitlist"),
    "OFFERED": ("候补待确认", "offered"),
    "CHECKED_IN": ("已签到", "checked in"),
    "NO_SHOW": ("爽约", "a no-show"),
    "RESCHEDULED": ("已改期", "moved to another day"),
    "CANCELLED": ("已取消", "cancelled"),
    "EXPIRED": ("已失效", "expired"),
}
"""Names of a booking's states for people."""
