"""Five hundred texts that want to run as scripts: every shape of markup with every way to call a function."""

from itertools import product
from typing import Final

SHAPES: Final = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg><script>{}</script></svg>",
    '<iframe srcdoc="<script>parent.{}</script>">', '<a href="javascript:{}">x</a>', '"><script>{}</script>',
    "'-{}-'", "`${{{}}}`", "{{{{{}}}}}", "${{{}}}", "<details open ontoggle={}>", "<body onload={}>",
    "<input autofocus onfocus={}>", "<math><mtext></p><script>{}</script>", "</script><script>{}</script>",
    "<!--><script>{}</script>", "]]><script>{}</script>", "<template><script>{}</script></template>",
    "<video><source onerror={}>", "<marquee onstart={}>", '<object data="javascript:{}">', '<embed src="javascript:{}">',
    '<form action="javascript:{}"><button>', "‮<script>{}</script>", "&lt;script&gt;{}&lt;/script&gt;",
    "%3Cscript%3E{}%3C/script%3E", "\\u003cscript\\u003e{}", "<ScRiPt>{}</sCrIpT>", "<script src=data:,{}></script>",
    "<svg/onload={}//", '" autofocus onfocus="{}', "<style>*{{background:url(javascript:{})}}</style>",
)  # fmt: skip
CALLS: Final = (
    "owned()", "owned(1)", "owned`1`", "window.owned()", "top.owned()", "self['owned']()", "parent.owned()",
    "eval('owned()')", "setTimeout(owned)", "(owned)()", "owned?.()", "globalThis.owned()", "Function('owned()')()",
    "[1].map(owned)", "owned.call()", "void owned()",
)  # fmt: skip
COUNT: Final = 500
WATCH: Final = "window.__owned = 0; window.owned = () => { window.__owned += 1; };"
"""Runs in every frame before anything else of a page."""

PAYLOADS: Final = tuple(shape.format(call) for call, shape in product(CALLS, SHAPES))[:COUNT]
