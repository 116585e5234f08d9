"""Why a job of the studio has no result, each with a stable code and a sentence in both languages.

What the simulation and the fit refuse brings code and sentences of its own; these are the studio's.
"""

from typing import Final

from server.studio.asks import Failed

FAILURES: Final[dict[str, tuple[str, str]]] = {
    "STUDIO_CANCELLED": ("已取消", "Cancelled"),
    "STUDIO_TOO_LONG": (
        "超过 {seconds} 秒的时限，已停止；请减少模拟天数或日志天数",
        "Stopped at the limit of {seconds} s; take fewer simulated days or fewer days of log",
    ),
    "STUDIO_MEMORY": (
        "超过 {megabytes} MB 的内存上限，已停止，大厅不受影响；请减少日志天数、模拟天数或到访量",
        "Stopped at the limit of {megabytes} MB of memory, the hall is not touched; take fewer days of log, fewer simulated days or fewer visits",
    ),
    "STUDIO_KILLED": ("计算进程被中止，未得到结果；大厅不受影响，可重新运行", "The worker was ended from outside and has no result; the hall is not touched, run it again"),
    "STUDIO_SERVER_STOPPED": ("服务停止时计算尚未完成，请重新运行", "The server stopped before this was done; run it again"),
    "STUDIO_EXTRA_MISSING": (
        "服务器未安装仿真组件（缺少 {name}）：pip install 'onewindow[simulation]'",
        "The server has no simulation installed ({name} is missing): pip install 'onewindow[simulation]'",
    ),
    "STUDIO_FAULT": ("计算出错，已记录；请换一个随机种子或联系维护人员", "The calculation broke and was noted; try another seed or ask the operator"),
    "STUDIO_CLOSED_DATE": (
        "{date}（{why_zh}）大厅不开放；填写开放时间可推演加开",
        "The hall is closed on {date} ({why_en}); state opening times to try what opening would bring",
    ),
    "STUDIO_YEAR_UNPUBLISHED": (
        "{year} 年的节假日安排尚未发布，不知道 {date} 是否开放",
        "The holidays of {year} are not published: nobody knows whether the hall is open on {date}",
    ),
    "STUDIO_NOBODY_STATED": (
        "{date} 原本不开放，没有人会来；请填写改到新增时段来、或因此新增的人数",
        "The hall is closed on {date} else, so nobody comes: state how many move to the new hours or come in addition",
    ),
    "STUDIO_RANGE": ("范围应从小到大：{low}–{high}", "A range runs from low to high: {low} to {high}"),
    "STUDIO_STATED_TWICE": (
        "到访既按全部新增时段合计填写，又按时段分别填写；请只用一种",
        "Who comes is stated both for all new hours together and for each of them: use one",
    ),
    "STUDIO_BLOCK": (
        "「{hours}」不是本方案的新增时段（{new}），或与另一时段重叠",
        "{hours} is not among the new hours of this plan ({new}), or overlaps with another",
    ),
    "STUDIO_OTHER_DAY": (
        "所选方案的依据、日期、到访量或新增时段的到访假设不同，来的不是同一批人，无法逐人比较",
        "These plans rest on another ground, date, demand or statement of who comes in new hours: they do not meet the same people and cannot be compared",
    ),
}  # fmt: skip
"""(Chinese, English) of every failure."""


def failed(code: str, **facts: str | int) -> Failed:
    """Return the failure with its sentences filled in."""
    zh, en = FAILURES[code]
    return Failed(code=code, zh=zh.format(**facts), en=en.format(**facts))
