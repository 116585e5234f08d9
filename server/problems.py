"""Refusal to HTTP, in one table; every error that a client sees has the form of RFC 9457 with texts in both languages.

Rules of the hall refuse with 409 unless the table names another status. The edge has refusals of its own, below.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from hall.errors import REFUSALS, Fact, Refusal

MEDIA_TYPE: Final = "application/problem+json"
CONFLICT: Final = 409

STATUS: Final[Mapping[str, int]] = {
    "MALFORMED_JSON": 400,
    "SIGN_IN_STALE": 400,
    "BAD_REQUEST": 400,
    "NOT_SIGNED_IN_AT_ALL": 401,
    "SESSION_EXPIRED": 401,
    "WRONG_PASSWORD": 401,
    "FORBIDDEN": 403,
    "SIGN_IN_REFUSED": 403,
    "NO_ROLE_HERE": 403,
    "WRONG_SECRET": 403,
    "DEVICE_REVOKED": 403,
    "FOREIGN_ORIGIN": 403,
    "PASSWORD_TEMPORARY": 403,
    "NOT_FOUND": 404,
    "UNKNOWN_HALL": 404,
    "UNKNOWN_PARENT": 404,
    "UNKNOWN_TEMPLATE": 404,
    "UNKNOWN_REVISION": 404,
    "UNKNOWN_WINDOW": 404,
    "UNKNOWN_AREA": 404,
    "UNKNOWN_TICKET": 404,
    "UNKNOWN_DEVICE": 404,
    "UNKNOWN_DAY": 404,
    "UNKNOWN_ACCOUNT": 404,
    "UNKNOWN_BOOKING": 404,
    "UNKNOWN_MESSAGE": 404,
    "UNKNOWN_STUDIO_JOB": 404,
    "UNKNOWN_STUDIO_PLAN": 404,
    "METHOD_NOT_ALLOWED": 405,
    "TOO_SLOW": 408,
    "TOO_LARGE": 413,
    "WRONG_MEDIA_TYPE": 415,
    "INVALID_INPUT": 422,
    "TOO_MANY": 429,
    "BROKEN": 500,
    "DECISION_FAILED": 500,
    "NOT_READY": 503,
    "PROVIDER_AWAY": 503,
    "STORAGE_FULL": 503,
}

EDGE: Final[Mapping[str, tuple[str, str]]] = {
    "MALFORMED_JSON": ("请求不是有效的 JSON", "The request is not valid JSON"),
    "BAD_REQUEST": ("请求有误", "The request is not valid"),
    "NOT_SIGNED_IN_AT_ALL": ("请先登录", "Sign in first"),
    "SESSION_EXPIRED": ("登录已失效，请重新登录", "The session has ended; sign in again"),
    "WRONG_PASSWORD": ("账号或密码不对", "Account or password is wrong"),
    "PASSWORD_TEMPORARY": (
        "这是临时密码，请先改成自己的密码",
        "This password is a temporary one; choose your own first",
    ),
    "OLD_PASSWORD_WRONG": ("原密码不对", "The old password is wrong"),
    "PASSWORD_SAME": ("新密码不能与原密码相同", "The new password must differ from the old one"),
    "OWN_PASSWORD": ("修改自己的密码须先输入原密码", "Your own password is changed by giving the old one"),
    "SIGNS_IN_ELSEWHERE": (
        "该账号通过统一身份认证登录，请在那里修改密码",
        "This account signs in at the identity provider; its password is changed there",
    ),
    "FORBIDDEN": ("没有权限", "This is not allowed for you"),
    "WRONG_SECRET": ("号票或预约凭证不对", "The secret of the ticket or booking is wrong"),
    "DEVICE_REVOKED": ("设备已停用", "This device has been revoked"),
    "FOREIGN_ORIGIN": ("不接受其他网站的请求", "Requests from other sites are not accepted"),
    "NOT_FOUND": ("没有这个地址", "There is nothing at this address"),
    "UNKNOWN_HALL": ("没有这个大厅", "There is no such hall"),
    "UNKNOWN_PARENT": ("没有上级大厅 {code}", "There is no hall {code} to stand below"),
    "UNKNOWN_TEMPLATE": ("没有模板 {code}", "There is no template {code}"),
    "UNKNOWN_REVISION": ("没有这次修改的记录", "There is no record of this change"),
    "UNKNOWN_DAY": ("没有 {date} 的记录", "There are no records of {date}"),
    "UNKNOWN_ACCOUNT": ("没有这个账号", "There is no such account"),
    "PROVIDER_AWAY": ("统一身份认证暂不可用", "The identity provider does not answer"),
    "SIGN_IN_STALE": ("登录已过期，请重新登录", "This sign-in has expired; begin again"),
    "SIGN_IN_REFUSED": ("统一身份认证未通过", "The identity provider did not confirm the sign-in"),
    "NO_ROLE_HERE": ("该身份在本系统没有岗位", "This person has no role here"),
    "UNKNOWN_DEVICE": ("没有这台设备", "There is no such device"),
    "UNKNOWN_MESSAGE": ("没有这条消息", "There is no such message"),
    "UNKNOWN_STUDIO_JOB": ("没有这个计算任务，或其结果已不在", "There is no such job, or its result is gone"),
    "UNKNOWN_STUDIO_PLAN": ("没有这个方案", "There is no such plan"),
    "STUDIO_NOT_DONE": ("这个计算任务没有可用的结果", "This job has no result that serves here"),
    "STUDIO_YOURS_RUNS": (
        "您已有一个计算任务在运行，请等待或取消",
        "A job of yours is running; wait for it or cancel it",
    ),
    "STUDIO_BUSY": ("已有 {most} 个任务在运行，请稍后再试", "{most} are running already; try again shortly"),
    "STUDIO_TOO_MANY_PLANS": ("保存的方案太多，请先删除一些", "Too many plans are kept; delete some first"),
    "DAY_TOO_FAR": ("只能预约 {days} 天以内的日期", "Only dates within {days} days can be booked"),
    "CLOSED_THAT_DAY": ("大厅 {date} 不开放", "The hall is closed on {date}"),
    "METHOD_NOT_ALLOWED": ("这个地址不支持这种请求", "This address does not take such a request"),
    "TOO_SLOW": ("请求传送太慢", "The request came too slowly"),
    "TOO_LARGE": ("请求太大，最多 {limit} 字节", "The request is too large; at most {limit} bytes"),
    "WRONG_MEDIA_TYPE": ("请求格式须为 JSON", "The request must be JSON"),
    "INVALID_INPUT": ("输入有误", "The input is not valid"),
    "TOO_MANY": ("请求太多，请稍后再试", "Too many requests; try again shortly"),
    "BROKEN": ("服务出错，请稍后再试", "Something broke here; try again shortly"),
    "DECISION_FAILED": ("规则出错，未作任何改动", "The rules broke down on this; nothing was changed"),
    "NOT_READY": ("服务尚未就绪，请稍后再试", "Not ready yet; try again shortly"),
    "STORAGE_FULL": ("存储不可用，暂不能办理", "The storage takes nothing at the moment"),
    "COMMAND_ID_REUSED": ("指令编号已用于另一请求", "This command id was used for another request"),
    "HALL_EXISTS": ("大厅编码 {code} 已被使用", "There is a hall {code} already"),
    "TEMPLATE_EXISTS": ("模板编码 {code} 已被使用", "There is a template {code} already"),
    "WRONG_LEVEL": (
        "上级大厅的层级须更高：区、街道、社区；区级只有专业大厅和分厅可设在区大厅之下",
        "A hall stands below one of a higher level: district, street, community; at the district's, only special and sub-halls",
    ),
    "NO_TEMPLATE": ("本厅不属于任何模板", "This hall belongs to no template"),
    "NETWORK_FULL": ("已有 {most} 个，不能再增加", "There are {most} already, as many as may be"),
    "ACCOUNT_EXISTS": ("账号已存在", "This account exists already"),
    "ZONE_MOVES_DATE": (
        "新时区此刻是 {date}，与当前营业日不同；请在本日结束后再改",
        "It is {date} in the new time zone, not the date of the open day; change it after the day has ended",
    ),
}

RETRY_AFTER_S: Final[Mapping[str, int]] = {"TOO_MANY": 1, "NOT_READY": 1, "STORAGE_FULL": 5, "PROVIDER_AWAY": 5}


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Exception):
    """A request that ends with a refusal; ``facts`` fill the gaps of the sentence."""

    def __init__(
        self,
        code: str,
        *,
        facts: Mapping[str, Fact] | None = None,
        errors: Sequence[FieldError] = (),
        seq: int | None = None,
    ) -> None:
        """Remember what to say; the code must stand in one of the two tables of texts."""
        assert code in EDGE or code in REFUSALS, code
        super().__init__(code)
        self.code = code
        self.facts = dict(facts or {})
        self.errors = tuple(errors)
        self.seq = seq


def problem_of(refusal: Refusal, *, seq: int | None) -> Problem:
    """Return the problem that says what the hall refused."""
    return Problem(refusal.code, facts=refusal.facts, seq=seq)


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal code."""
    return STATUS.get(code, CONFLICT)


def text_of(code: str, facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return the sentence for people, in both languages."""
    if code in EDGE:
        zh, en = EDGE[code]
        return {"zh": zh.format_map(_Dashes(facts)), "en": en.format_map(_Dashes(facts))}
    refusal = Refusal(code, dict(facts))
    return {"zh": refusal.zh, "en": refusal.en}


def body_of(problem: Problem) -> bytes:
    """Return the JSON document of a problem."""
    title = text_of(problem.code, problem.facts)
    document: dict[str, object] = {
        "type": "about:blank",
        "status": status_of(problem.code),
        "code": problem.code,
        "title": title,
        "detail": title["en"],
        "facts": problem.facts,
    }
    if problem.seq is not None:
        document["seq"] = problem.seq
    if problem.errors:
        document["errors"] = problem.errors
    return msgspec.json.encode(document)


def headers_of(problem: Problem) -> dict[str, str]:
    """Return the headers that go with a problem."""
    headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store"}
    if problem.code in RETRY_AFTER_S:
        headers["retry-after"] = str(problem.facts.get("retry_s", RETRY_AFTER_S[problem.code]))
    if status_of(problem.code) == 401:
        headers["www-authenticate"] = "Bearer"
    return headers


class _Dashes(dict[str, Fact]):
    """A missing fact prints as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"
