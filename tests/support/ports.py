"""Ports of this machine: a free one, and whether a server answers on one."""

import http.client
import socket
from typing import Final

ANSWER_S: Final = 2
"""A server that takes longer than this to say how it is does not answer."""


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Tell whether a healthy server answers here."""
    # Asked twenty times a second: a client that prepares for TLS each time would take the core that the server needs.
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        asked.request("GET", "/health")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
