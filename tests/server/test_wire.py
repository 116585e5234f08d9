"""What is written to a connection: the headers that every answer has."""

from server.wire import DEFAULT_LINES


def test_the_headers_of_every_answer_are_written_anew_when_they_are_made_anew():
    """Equal lists are not the same: only the very list that was written before may be taken for it."""
    first = [(b"date", b"Mon, 23 Nov 2026 01:00:00 GMT"), (b"server", b"onewindow")]
    second = [(b"date", b"Mon, 23 Nov 2026 01:00:01 GMT"), *first[1:]]

    lines = DEFAULT_LINES.of(first)
    assert lines == b"date: Mon, 23 Nov 2026 01:00:00 GMT\r\nserver: onewindow\r\n"
    assert DEFAULT_LINES.of(first) is lines
    assert DEFAULT_LINES.of(second) == b"date: Mon, 23 Nov 2026 01:00:01 GMT\r\nserver: onewindow\r\n"
    assert DEFAULT_LINES.of(first) == lines
