"""A district on this machine: PostgreSQL, Redis, nginx and several nodes, each a real process on a free port.

Settings are those of Baoan's halls, open around the clock in a zone where it is noon, so that no run meets a closed hall.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from loadtests.crowd.place import noon_zone
from server.accounts.passwords import token_hash
from server.accounts.store import AccountStore, Device, NewAccount
from server.api.house import wall_ms
from server.cluster import migrate
from server.config.database import Database
from server.config.holidays import calendar_version, publish_year
from server.config.places import place_of
from server.config.sections import By
from server.config.store import Store
from server.presets.install import install
from server.presets.loader import Preset, Template, load_preset
from server.settings import Settings
from tests.faults.serving import Server
from tests.support.databases import databases
from tests.support.journey import ALL_DAY
from tests.support.ports import free_port
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.server import token_of
from tests.support.services import why_not as lacking
from tests.support.sources import ROOT

BY: Final = By("system:test", 0)
CLERKS: Final = 2
"""Clerks of every hall unless more are asked for: the smallest have two windows."""
DAY_MS: Final = 24 * 3_600_000
STOPPED_S: Final = 10
NGINX: Final = shutil.which("nginx") or "/usr/sbin/nginx"


def why_not() -> str:
    """Say what is missing on this machine, or nothing."""
    return lacking("postgresql", "redis-server", "nginx")


class Balancer:
    """nginx by the configuration that is shipped, with other ports."""

    def __init__(self, folder: Path, nodes: list[Server]) -> None:
        """Write the configuration; nothing runs yet."""
        self.port = free_port()
        shipped = (ROOT / "deploy/nginx.conf").read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        for number, node in enumerate(nodes, 1):
            shipped = shipped.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{node.port}")
        shipped = re.sub(r"\n *server 127\.0\.0\.1:800\d [^\n]*", "", shipped)
        self._folder = folder
        folder.mkdir()
        paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
        # Who asks may see which node has answered.
        shipped = f"add_header X-Node $upstream_addr always;\n{shipped}"
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log warn; worker_processes 1; worker_rlimit_nofile 16384;\n"
            f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; {paths}\n{shipped}}}\n"
        )
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        words = [
            NGINX,
            "-p",
            str(self._folder),
            "-e",
            str(self._folder / "error.log"),
            "-c",
            str(self._folder / "nginx.conf"),
        ]
        self._running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        """Stop it."""
        if self._running is not None:
            self._running.terminate()
            self._running.wait(STOPPED_S)


@dataclass
class Cluster:
    """All that runs."""

    url: str
    postgres: PostgresServer
    redis: RedisServer
    nodes: list[Server]
    balancer: Balancer
    halls: list[str]


@contextmanager
def cluster_of(*, halls: int, nodes: int = 3, clerks: int = CLERKS) -> Iterator[Cluster]:
    """Run a cluster with the first so many halls of Baoan until the block ends."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="onewindow-cluster-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres, redis = stack.enter_context(databases())
        url, data = postgres.database(), folder / "data"
        data.mkdir()
        codes = furnish_district(data, url, halls, clerks=clerks)
        env = {"ONEWINDOW_DATABASE_URL": url, "ONEWINDOW_REDIS_URL": redis.address, "ONEWINDOW_PUBLIC_SCREENS": "1",
               "ONEWINDOW_PROXIES": "127.0.0.1", "ONEWINDOW_REQUESTS_PER_ADDRESS": "2000"}  # fmt: skip
        servers = [_node(data, folder / f"node{number}.log", env) for number in range(1, nodes + 1)]
        balancer = Balancer(folder / "nginx", servers)
        for server in servers:
            stack.callback(server.stop)
        # The first opens the day in all halls; the others find it open, instead of racing for each.
        servers[0].start()
        for server in servers[1:]:
            server.launch()
        for server in servers[1:]:
            server.start()
        stack.callback(balancer.stop)
        balancer.start()
        yield Cluster(url, postgres, redis, servers, balancer, codes)


def _node(data: Path, log: Path, env: Mapping[str, str]) -> Server:
    return Server(data, env=env, log=log)


def furnish_district(data: Path, url: str, halls: int, *, clerks: int = CLERKS) -> list[str]:
    """Enter so many halls of Baoan with devices and clerks in a database; return the halls' codes."""
    migrate(Settings(data=data, database_url=url))
    database = Database(place_of(data, url, "config"))
    preset = _always_open(load_preset("baoan"), halls)
    install(Store(database), preset, hall=None, by=BY)
    year = datetime.now(UTC).year
    for one in (year, year + 1):
        publish_year(database, one, (), source="test", expected=calendar_version(database, preset.halls[0].code), by=BY)
    codes = [hall.code for hall in preset.halls]
    _add_people(AccountStore(database), codes, clerks)
    database.close()
    return codes


def _always_open(preset: Preset, halls: int) -> Preset:
    """Return the district with its first halls alone, open at any hour of any day."""
    templates = {code: Template(one.name, _open(one)) for code, one in preset.templates.items()}
    kept = preset.halls[: halls // 2] + preset.halls[-(halls - halls // 2) :]
    names = {hall.code for hall in kept}
    zone = noon_zone()
    moved = tuple(
        msgspec.structs.replace(hall, zone=zone, parent=hall.parent if hall.parent in names else None) for hall in kept
    )
    return msgspec.structs.replace(preset, templates=templates, halls=moved)


def _open(template: Template) -> object:
    sections = template.sections
    return msgspec.structs.replace(sections, hours=msgspec.structs.replace(sections.hours, days=(ALL_DAY,) * 7))


def _add_people(store: AccountStore, halls: list[str], clerks: int) -> None:
    people = [
        NewAccount(account=clerk_of(hall, number), name=hall, role="clerk", halls=(hall,), password_hash="none")
        for hall in halls
        for number in range(1, clerks + 1)
    ]
    people += [
        NewAccount(account=manager_of(hall), name=hall, role="manager", halls=(hall,), password_hash="none")
        for hall in halls
    ]
    store.add_accounts(people, now_ms=0, replace=True)
    for one in people:
        store.add_session(token_hash(token_of(one.account)), one.account, expires_ms=wall_ms() + DAY_MS, now_ms=0)
    for hall in halls:
        for name, kind in ((kiosk_of(hall), "kiosk"), (board_of(hall), "board")):
            store.add_device(Device(name, hall, name, kind), token_hash(token_of(name)), now_ms=0)


def clerk_of(hall: str, number: int) -> str:
    """Return the account of a clerk."""
    return f"{hall}-c{number}"


def kiosk_of(hall: str) -> str:
    """Return the id of a hall's kiosk."""
    return f"{hall}-kiosk"


def board_of(hall: str) -> str:
    """Return the id of a hall's board."""
    return f"{hall}-board"


def manager_of(hall: str) -> str:
    """Return the account of a hall's manager."""
    return f"{hall}-manager"


def restart_postgres(cluster: Cluster) -> None:
    """Stop PostgreSQL without farewell to its clients, and start it again."""
    cluster.postgres.stop()
    time.sleep(0.5)
    cluster.postgres.start()
