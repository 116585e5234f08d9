"""A report as one page that needs nothing else: no script, no font, no other file; pictures stand in it."""

from collections.abc import Iterator
from html import escape

from simulation.errors import Language
from simulation.fit.page import STYLE
from simulation.report.content import Picture, Report, Table, basis_text, begun, said, shown
from simulation.report.pictures import drawn

LOOK = """
.found { margin: .6rem 0; padding: .6rem .9rem; border-left: .3rem solid #7b5a00; background: #fdf3dc; font-weight: 600; }
.found.good { border-color: #1b673c; background: #e3f3e8; }
.found.bad { border-color: #ad2218; background: #fbe7e5; }
.pictures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; margin: 1.2rem 0; }
figure { margin: 0; overflow-x: auto; }
@media (max-width: 60rem) { .pictures { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 40rem) {
  body { margin: 1rem auto; }
  h1 { font-size: 1.5rem; }
  h2 { font-size: 1.2rem; }
  figure svg { max-width: none; width: 34rem; }
  th { white-space: normal; }
}
"""
"""Beside what a page of a fit has; on a phone a picture is pushed sideways, so that its words can be read."""
WORDS = {
    "rests": ("依据", "Rests on"),
    "by": ("由一窗通制作", "made by OneWindow"),
}


def page_of(report: Report, *, language: Language) -> str:
    """Return the page; its pictures speak English where this computer has no Chinese font."""
    return "\n".join(_parts(report, language)) + "\n"


def _parts(report: Report, language: Language) -> Iterator[str]:
    title = escape(said(report.title, language))
    yield f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
    yield f'<title>{title}</title><meta name="viewport" content="width=device-width"><style>{STYLE}{LOOK}</style></head><body>'
    yield f"<h1>{title}</h1>"
    facts = " · ".join(escape(said(one, language)) for one in report.facts)
    yield f"<p>{facts} · {escape(_word('by', language))}</p>"
    yield from (f'<p class="found {one.tone}">{escape(begun(one.text, language))}</p>' for one in report.findings)
    yield f'<div class="pictures">{"".join(_figure(one, language) for one in report.pictures)}</div>'
    for table in report.tables:
        yield from _table(table, language)
    for remark in report.remarks:
        yield f"<p>{escape(said(remark, language))}</p>"
    if report.assumptions:
        yield f"<h2>{_word('rests', language)}</h2><ul>"
        yield from (f"<li>{escape(basis_text(one, language))}</li>" for one in report.assumptions)
        yield "</ul>"
    yield "</body></html>"


def _figure(picture: Picture, language: Language) -> str:
    content, _ = drawn(picture, language=language)
    svg = content.decode("utf-8")
    label = escape(said(picture.title, language), quote=True)
    return f'<figure role="img" aria-label="{label}" tabindex="0">{svg[svg.index("<svg") :]}</figure>'


def _table(table: Table, language: Language) -> Iterator[str]:
    yield f'<h2>{escape(begun(table.title, language))}</h2><div class="wide" tabindex="0"><table><thead><tr>'
    yield "".join(f'<th scope="col">{escape(said(one, language))}</th>' for one in table.head)
    yield "</tr></thead><tbody>"
    for row in table.rows:
        cells = [escape(shown(cell, table.digits, language)) for cell in row]
        yield f'<tr><th scope="row">{cells[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in cells[1:]) + "</tr>"
    yield "</tbody></table></div>"
    if table.note.zh:
        yield f"<p>{escape(said(table.note, language))}</p>"


def _word(name: str, language: Language) -> str:
    return WORDS[name][language == "en"]
