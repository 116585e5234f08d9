"""A clock moved by hand, and sign-ins that fail, for what counts rates."""

import pytest

from server.accounts.rates import Rates
from server.problems import Problem


class Hand:
    """A clock moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def failed(rates: Rates, account: str = "li", address: str = "10.0.0.1") -> str:
    """Sign in with a wrong password; return what was said."""
    with pytest.raises(Problem) as refused, rates.sign_in(account, address):
        raise Problem("WRONG_PASSWORD")
    return refused.value.code
