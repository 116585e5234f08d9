"""A slip for the eye: as plain text, and as a page that a browser shows in the paper's proportions.

Both are made from the same pieces as the bytes, so what they show is what is printed.
"""

from html import escape
from typing import assert_never

from displays.printing.slip import COLUMNS_80_MM, Line, Piece, QrCode, columns_of


def as_text(pieces: tuple[Piece, ...], columns: int = COLUMNS_80_MM) -> str:
    """Return the slip as lines of text; the size of characters is not shown."""
    return "".join(f"{_text_of(piece, columns).rstrip()}\n" for piece in pieces)


def as_page(pieces: tuple[Piece, ...], columns: int = COLUMNS_80_MM) -> str:
    """Return the slip as an HTML page that needs nothing else."""
    body = "".join(map(_element, pieces))
    # A column of a monospaced face is half an em wide.
    style = (
        f"body{{width:{columns / 2}em;margin:2em auto;padding:2em;font:16px/1.5 monospace;background:#fff;color:#000}}"
        "html{background:#ccc}p{margin:0;min-height:1.5em;white-space:pre-wrap;overflow-wrap:anywhere}"
        ".center{text-align:center}.bold{font-weight:700}.qr{border:4px solid;width:8em;margin:1em auto;padding:1em}"
    )
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>{style}</style><body>{body}</body></html>\n'


def _text_of(piece: Piece, columns: int) -> str:
    match piece:
        case Line():
            indent = (columns - columns_of(piece.text) * piece.scale) // 2 if piece.align == "center" else 0
            return " " * max(0, indent) + piece.text
        case QrCode():
            return f"[QR {piece.text}]"
        case _ as never:
            assert_never(never)


def _element(piece: Piece) -> str:
    match piece:
        case Line():
            kind = f"{piece.align} bold" if piece.bold else piece.align
            return f'<p class="{kind}" style="font-size:{piece.scale}em">{escape(piece.text)}</p>'
        case QrCode():
            return f'<p class="qr">QR<br>{escape(piece.text)}</p>'
        case _ as never:
            assert_never(never)
