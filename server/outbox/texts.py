"""All words of messages, Chinese first: what visitors read, and what managers read of a message's fate.

The facts in braces are those of :data:`FACTS`; days by their dates, since a message may go out later than planned and a hall
may serve past midnight; short texts, because a text message has 70 Chinese characters.
"""

from collections.abc import Mapping
from typing import Final

from server.outbox.kinds import KindName

FACTS: Final[Mapping[str, str]] = {
    "hall": "name of the hall",
    "items": "what is to be done",
    "when": "day and time of the slot",
    "day": "day of the slot",
    "time": "time of the slot",
    "code": "check-in code",
    "until": "when an offer ends",
    "minutes": "estimated wait in minutes",
    "number": "number of the ticket",
    "rule": "what no-shows lead to",
    "title": "heading of the message",
    "text": "the whole text",
}

Words = tuple[str, str]
"""Chinese, English."""

TITLES: Final[Mapping[KindName, Words]] = {
    "confirmation": ("预约成功", "Booking confirmed"),
    "reminder_day": ("预约提醒", "Reminder of your visit"),
    "reminder_soon": ("办事提醒", "Your visit is soon"),
    "moved": ("改期成功", "Booking moved"),
    "moved_by_hall": ("预约时间调整", "The hall moved your booking"),
    "cancelled": ("预约已被取消", "The hall cancelled your booking"),
    "affected": ("预约受影响", "Your booking cannot be kept"),
    "offer": ("候补有号，请尽快确认", "A place is free for you"),
    "offer_expired": ("候补名额已过期", "The offered place has gone"),
    "waitlist_expired": ("候补未成功", "No place came free"),
    "no_show": ("爽约提醒", "You missed your visit"),
    "near": ("即将轮到您", "Your turn is near"),
}

TEXTS: Final[Mapping[KindName, Words]] = {
    "confirmation": (
        "您已预约{hall}{when}办理{items}，签到码{code}。请按时到场签到。",
        "{hall}: you are booked for {items} on {when}. Check-in code {code}. Please check in when you arrive.",
    ),
    "reminder_day": (
        "提醒：您预约了{when}在{hall}办理{items}，签到码{code}。不能前来请提前取消。",
        "Reminder from {hall}: {items} on {when}, check-in code {code}. Please cancel if you cannot come.",
    ),
    "reminder_soon": (
        "提醒：请于{when}到{hall}办理{items}，签到码{code}。",
        "Reminder: {items} at {hall} on {when}, check-in code {code}.",
    ),
    "moved": (
        "您的预约已改到{when}，{hall}，{items}，签到码{code}。",
        "{hall}: your booking for {items} is now on {when}. Check-in code {code}.",
    ),
    "moved_by_hall": (
        "因大厅安排调整，您办理{items}的预约改到{when}，{hall}。不合适请改期或取消。",
        "{hall} had to move your booking for {items} to {when}. Move or cancel it if that does not suit you.",
    ),
    "cancelled": (
        "很抱歉，{hall}取消了您{when}办理{items}的预约，不计爽约，请另行预约。",
        "We are sorry: {hall} cancelled your booking for {items} on {when}. It does not count as missed; please book again.",
    ),
    "affected": (
        "很抱歉，{hall}无法按时接待您{when}办理{items}的预约，不计爽约。请改期，或等工作人员联系。",
        "We are sorry: {hall} cannot keep your booking for {items} on {when}. It does not count as missed. "
        "Please move it, or wait for our staff.",
    ),
    "offer": (
        "您候补的{hall}{when}（{items}）有号了，为您保留到{until}，请尽快确认。",
        "{hall}: a place for {items} on {when} is kept for you until {until}. Please confirm it.",
    ),
    "offer_expired": (
        "为您保留的{hall}{when}（{items}）未在时限内确认，已让给他人。",
        "{hall}: the place for {items} on {when} was not confirmed in time and has gone to somebody else.",
    ),
    "waitlist_expired": (
        "很抱歉，您在{hall}候补的{day}{items}未等到空号，请预约其他日期。",
        "We are sorry: no place for {items} came free at {hall} on {day}. Please book another day.",
    ),
    "no_show": (
        "您未按时到{hall}办理{when}预约的{items}，记爽约一次。{rule}如有疑问请向大厅申诉。",
        "You did not come to {hall} for {items} on {when}; this counts as a missed visit. {rule}"
        "The hall decides on appeals.",
    ),
    "near": (
        "{number}号：预计约{minutes}分钟后轮到您，请到{hall}候叫。",
        "Number {number}: about {minutes} minutes until your turn. Please be in {hall}.",
    ),
}

NO_SHOW_RULE: Final[Words] = (
    "{days}天内爽约{count}次，暂停预约{ban}天。",
    "{count} missed visits in {days} days close booking for {ban} days. ",
)
WEEKDAYS: Final[Words] = ("一二三四五六日", "Mon Tue Wed Thu Fri Sat Sun")
MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"

REASONS: Final[Mapping[str, Words]] = {
    "STORED_ONLY": ("未配置短信等渠道，仅在系统内记录", "only stored: no channel to visitors is set up"),
    "NO_CONTACT": ("没有可用的联系方式", "nothing to reach the visitor by"),
    "CONTACT_UNREADABLE": ("联系方式无法解密", "the contact data cannot be decrypted"),
    "SUPERSEDED": ("预约已有变化", "the booking has changed since"),
    "MOVING": ("改期尚未完成", "the move is not settled yet"),
    "EXCUSED": ("爽约已撤销", "the missed visit was excused"),
    "UNKNOWN_BOOKING": ("没有这个预约", "there is no such booking"),
    "UNKNOWN_TICKET": ("没有这个号票", "there is no such ticket"),
    "TOO_LATE": ("已过时效", "too late to be of use"),
    "QUIET_HOURS": ("静默时段，稍后发送", "waits for the end of the quiet hours"),
    "UNREADABLE_LOG": ("业务日记录无法读取", "the log of the day cannot be read"),
    "FAULT": ("系统故障，请联系维护人员", "a fault of this program; its log names it"),
    "UNREACHABLE": ("网关无法连接", "the gateway cannot be reached"),
    "TIMEOUT": ("网关超时", "the gateway did not answer in time"),
    "BROKEN_ANSWER": ("网关回应异常", "the gateway's answer made no sense"),
    "NO_TEMPLATE": ("该类消息没有模板", "no template is set up for this kind of message"),
    "BAD_TEMPLATE": ("网关不接受模板", "the gateway does not accept the template"),
    "BAD_TOKEN": ("网关凭证失效", "the gateway's token is invalid"),
    "NOT_SUBSCRIBED": ("用户未关注公众号", "the visitor does not follow the account"),
    "UNKNOWN_OPENID": ("微信账号不明", "the WeChat id is unknown"),
    "CHECKED_IN": ("已签到", "has checked in"),
    "CANCELLED": ("预约已取消", "the booking is cancelled"),
    "RESCHEDULED": ("已改到其他日期", "moved to another day"),
    "EXPIRED": ("已过期", "has expired"),
    "NO_SHOW": ("已爽约", "was missed"),
    "BOOKED": ("已预约", "is booked"),
    "CALLED": ("已叫号", "has been called"),
    "SERVING": ("正在办理", "is being served"),
    "MISSED": ("已过号", "did not come when called"),
    "HELD": ("挂起中", "is on hold"),
    "DONE": ("已办结", "is done"),
    "ABANDONED": ("已弃号", "was given up"),
    "OFFERED": ("候补待确认", "a place is offered"),
    "WAITLISTED": ("候补中", "is on the waitlist"),
    "SLOT_HELD": ("占号中", "a place is held"),
}
OTHER_REASON: Final[Words] = ("网关回复 {code}", "the gateway said {code}")


def reason_text(code: str) -> Words:
    """Return what a reason means; codes of gateways are named as they are."""
    if not code:
        return ("", "")
    zh, en = REASONS.get(code, OTHER_REASON)
    return zh.format(code=code), en.format(code=code)
