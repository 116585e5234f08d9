"""Pinyin and initials of Chinese names, so that people at the kiosk find an item by typing `gsdj` or `gongshang`.

The dictionary of readings is loaded with the first name that is asked for: a server that imports nothing starts without it.
"""

from functools import lru_cache
from typing import Final

import msgspec

from hall.catalog import Item
from server.config.bounds import KEYWORDS_MAX

NAMES_KNOWN: Final = 4_096
"""The presets ask for 10,726 names, of which 1,156 differ; a kilobyte each at most."""


@lru_cache(maxsize=NAMES_KNOWN)
def pinyin_words(name: str) -> tuple[str, str]:
    """Return the full pinyin of a name without spaces, and its initials; letters and digits stay, the rest goes."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(name, style=Style.NORMAL, errors=_letters)
    initials = "".join(syllable if syllable.isdigit() else syllable[:1] for syllable in syllables)
    return "".join(syllables), initials


def searchable(item: Item) -> Item:
    """Return the item with pinyin and initials of its Chinese name among its keywords; twice is as once."""
    full, initials = pinyin_words(item.name.zh)
    words = item.keywords.split()
    for word in (initials, full):
        if word and word not in words and len(" ".join([*words, word])) <= KEYWORDS_MAX:
            words.append(word)
    return msgspec.structs.replace(item, keywords=" ".join(words))


def _letters(rest: str) -> str:
    """Keep letters and digits of what is no Han character, in lower case, as one syllable."""
    return "".join(char.lower() for char in rest if char.isascii() and char.isalnum())
