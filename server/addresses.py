"""What limits count a client's address by: an IPv6 customer has 2^64 of them, and would pass every limit by taking turns."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Final

NETWORK_BITS: Final = 64
"""The smallest network that a customer is given (RFC 6177): whoever has one address of it has all."""
KNOWN: Final = 10_000
"""Addresses whose network is remembered."""


@lru_cache(KNOWN)
def counted(address: str) -> str:
    """Return an IPv4 address as it is, also one that is written as IPv6, and of any other IPv6 address its network."""
    if ":" not in address:
        return address
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    mapped = found.ipv4_mapped
    return str(IPv6Network((int(found), NETWORK_BITS), strict=False)) if mapped is None else str(mapped)
