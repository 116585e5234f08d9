"""Limits by address count an IPv6 network as one: nobody passes them by taking turns."""

import pytest

from server.addresses import counted
from server.settings import Limits
from server.wire import Doors


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.1", "10.0.0.1"), ("2001:db8:1:2::1", "2001:db8:1:2::/64"), ("2001:DB8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"), ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::/64"),
        ("", ""), ("a:b", "a:b"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_an_address_is_counted_as_the_smallest_network_that_somebody_has(address: str, expected: str):
    assert counted(address) == expected


def test_connections_of_one_network_are_counted_together():
    """A proxy, named by its own address, stands for many people as before."""
    doors = Doors(Limits(connections_per_address=2), proxies=("2001:db8::5",))

    assert [doors.enter(f"2001:db8:1:2::{last}") for last in range(3)] == [True, True, False]
    assert doors.enter("2001:db8:1:3::1")
    assert all(doors.enter("2001:db8::5") for _ in range(4))
    doors.leave("2001:db8:1:2::0")
    assert doors.enter("2001:db8:1:2::7")
