"""A PostgreSQL that keeps what it answered and a Redis, both gone at the end."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer


@contextmanager
def databases() -> Iterator[tuple[PostgresServer, RedisServer]]:
    """Run both until the block ends."""
    with ExitStack() as stack:
        postgres, redis = PostgresServer(is_durable=True), RedisServer()
        for part in (postgres, redis):
            stack.callback(part.remove)
            part.start()
        yield postgres, redis
