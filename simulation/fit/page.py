"""A fit as one page: the picture and the tables, in one file that needs nothing else."""

from collections.abc import Iterator, Sequence
from html import escape

from simulation.errors import Language
from simulation.fit.check import Checks
from simulation.fit.picture import drawn
from simulation.fit.table import Row, check_lines, parameter_rows, rate_rows, service_rows
from simulation.fit.whole import HallFit

STYLE = """
body { font: 16px/1.5 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif; color: #1f2933;
  margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #d5dbe1; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
pre { white-space: pre-wrap; }
"""


def page_of(fit: HallFit, checks: Checks | None, *, language: Language) -> tuple[str, Language]:
    """Return the page, and the language of its picture."""
    picture, spoken = drawn(fit, checks, language=language, kind="svg")
    svg = picture.decode("utf-8")
    return "\n".join(_parts(fit, checks, svg[svg.index("<svg") :])), spoken


def _parts(fit: HallFit, checks: Checks | None, svg: str) -> Iterator[str]:
    title = f"{fit.name.zh} {fit.name.en} · 日志拟合 fit"
    yield f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
    yield f"<h1>{escape(title)}</h1>"
    yield (
        f"<p>{len(fit.dates)} 天 days, {fit.dates[0]} – {fit.dates[-1]} · {fit.visits:,} 人次 visits · "
        f"onewindow {escape(fit.version)} · seed {fit.seed}</p>"
    )
    yield svg
    yield from _table("参数 parameters", parameter_rows(fit))
    yield from _table("到访率 arrivals per hour", rate_rows(fit))
    yield from _table("办理时长 service times, min", service_rows(fit))
    yield f"<h2>用没有参与学习的日子检验 checked on held-out days</h2><pre>{escape(chr(10).join(check_lines(checks)))}</pre>"
    if fit.unknown:
        yield "<h2>未能得知 not learnt</h2><ul>"
        yield from (f"<li>{escape(f'{one.about}: {one.text.zh} / {one.text.en}')}</li>" for one in fit.unknown)
        yield "</ul>"
    yield "</body></html>"


def _table(title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f'<h2>{escape(title)}</h2><div class="wide"><table>'
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        yield "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
    yield "</table></div>"
