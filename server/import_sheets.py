"""The sheets of the settings workbook: their columns with notes and examples, and the words that cells may hold.

New columns stand at the end: a file made before them is read as it is, and what it cannot say stays as it was.
"""

from typing import Final, Literal

from hall.catalog import WindowKind
from server.workbook import Column

ITEMS: Final = "事项"
WINDOWS: Final = "窗口"
HOURS: Final = "开放时间"

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    ITEMS: (
        Column("编码 code", "# 开头的行不导入 Rows beginning with # are not imported", "company-registration", 28),
        Column("名称 name (zh)", "必填，最多 200 字 needed", "企业设立登记", 30),
        Column("英文名称 name (en)", "可空 may be empty", "Company registration", 30),
        Column("主题编码 theme", "字母、数字、点、横线 letters, digits, . - _", "business", 16),
        Column("主题名称 theme (zh)", "新主题必填 needed for a new theme", "商事登记", 16),
        Column("主题英文 theme (en)", "可空 may be empty", "Business registration", 22),
        Column(
            "平均办理分钟 minutes", "1 到 480；留空不变，新事项 10 分钟 1 to 480; empty: as it is, 10 if new", "12", 16
        ),
        Column("其他搜索词 keywords", "可空，拼音自动生成 may be empty, pinyin is added", "开公司 执照", 24),
        Column("波动 % spread", "0 到 500；留空不变，新事项 80 0 to 500; empty: as it is, 80 if new", "80", 16),
    ),
    WINDOWS: (
        Column("编码 code", "# 开头的行不导入 Rows beginning with # are not imported", "W01", 28),
        Column("窗口号 label", "屏幕上显示 shown on screens", "1", 12),
        Column("区域编码 area", "字母、数字、点、横线 letters, digits, . - _", "a1", 14),
        Column("区域名称 area (zh)", "新区域必填 needed for a new area", "综合服务区", 16),
        Column("区域英文 area (en)", "可空 may be empty", "General area", 16),
        Column("类型 kind", "综合 / 主题 / 专窗 comprehensive / themed / specialised", "综合", 18),
        Column(
            "办理主题 themes",
            "编码，空格分隔；综合窗口留空即全部 codes, by spaces; a comprehensive window without any serves all",
            "",
            24,
        ),
        Column("办理事项 items", "编码，空格分隔 codes, by spaces", "", 24),
        Column("协助主题 helps", "编码，空格分隔 codes of themes it helps with", "", 24),
        Column("协助事项 helps items", "编码，空格分隔 codes of items it helps with", "", 24),
        Column(
            "协助时机 help when",
            "空闲 / 等候；留空不变 idle: nothing of its own waits; waited: others waited",
            "空闲",
            26,
        ),
        Column("等候分钟 help after", "等候多少分钟后协助，0 到 1440；留空不变 for waited; empty: as it is", "10", 26),
    ),
    HOURS: (
        Column("日期 day", "# 周一到周日、节假日、调休；没有写的日子不开放 days not named are closed", "周一", 30),
        Column("时段 1 span", "如 08:30-12:00 like this", "08:30-12:00", 16),
        Column("时段 2 span", "可空 may be empty", "14:00-17:30", 16),
        Column("时段 3 span", "可空 may be empty", "", 16),
    ),
}

KINDS: Final[dict[str, WindowKind]] = {
    "综合": "comprehensive",
    "主题": "themed",
    "专窗": "specialised",
    "comprehensive": "comprehensive",
    "themed": "themed",
    "specialised": "specialised",
}
HELP_WHEN: Final[dict[str, Literal["idle", "waited"]]] = {
    "空闲": "idle",
    "等候": "waited",
    "idle": "idle",
    "waited": "waited",
}
_DAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "节假日", "调休")
_ENGLISH_DAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "holiday",
    "makeup",
)
DAYS: Final = {name: at for names in (_DAYS, _ENGLISH_DAYS) for at, name in enumerate(names)}
HOLIDAY: Final = 7
MAKEUP: Final = 8
