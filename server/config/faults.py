"""One thing that is wrong with settings or with a file of them."""

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong, where (a field or a cell), in both languages."""

    where: str
    zh: str
    en: str
