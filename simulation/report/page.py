"""A report as one page that needs nothing else: no script, no font, no other file; pictures stand in it."""

from collections.abc import Iterator
from html import escape

from simulation.errors import Language
from simulation.fit.page import STYLE
from simulation.report.content import Picture, Report, Table, basis_text, said, shown
from simulation.report.pictures import drawn

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
    yield f'<title>{title}</title><meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
    yield f"<h1>{title}</h1>"
    facts = " · ".join(escape(said(one, language)) for one in report.facts)
    yield f"<p>{facts} · {escape(_word('by', language))}</p>"
    for one in report.pictures:
        yield _figure(one, language)
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
    return f'<figure role="img" aria-label="{label}">{svg[svg.index("<svg") :]}</figure>'


def _table(table: Table, language: Language) -> Iterator[str]:
    yield f'<h2>{escape(said(table.title, language))}</h2><div class="wide" tabindex="0"><table><thead><tr>'
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
