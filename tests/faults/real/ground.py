"""The ground under one set-up: its own folder and servers, and what can be done to them."""

import contextlib
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.faults.real.crowd import standing_still
from tests.faults.real.setups import SetUp
from tests.portal.serving import environment
from tests.servers import STARTERS, Server, free_port

QUICK = {
    "CASEPORT_LEASE_SECONDS": "6",
    "CASEPORT_QUIET_HORIZON": "1,2,3",
    "CASEPORT_SYNC_SECONDS": "5",
    "CASEPORT_UNDO_SECONDS": "0",
    "LOG_LEVEL": "WARNING",
}


@dataclass
class Ground:
    """A set-up's servers and folder while a storm passes over them."""

    setup: SetUp
    folder: Path
    servers: dict[str, Server] = field(default_factory=dict)
    away: list[tuple[float, float]] = field(default_factory=list)
    """From when to when the broker was not to be had."""
    crashes: int = 0
    simulator_port: int = field(default_factory=free_port)

    @property
    def simulator(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"

    def env(self, *, broker: bool = True) -> dict[str, str]:
        """The environment of its processes; without the broker a worker runs the loop."""
        changes = {**QUICK, "SIMULATOR_PORT": str(self.simulator_port)}
        if self.setup.database:
            changes["DATABASE_URL"] = self.servers[self.setup.database].url
        if self.setup.broker and broker:
            changes["CELERY_BROKER_URL"] = self.servers[self.setup.broker].url
        there = environment(self.folder / "data", **changes)
        return {**there, "DJANGO_SETTINGS_MODULE": "portal.settings"}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds, read past the portal's own code."""
        if self.setup.database:
            with self.connected() as connection:
                return connection.execute(query).fetchall()
        path = self.folder / "data" / "caseport.sqlite3"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as lite:
            return lite.execute(query).fetchall()

    def connected(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(self.servers[self.setup.database].url)

    @contextlib.contextmanager
    def without_broker(self) -> Iterator[None]:
        began = time.time()
        yield
        self.away.append((began, time.time()))

    def restart_database(self) -> None:
        """As `pg_ctl restart -m immediate`: no connection and no transaction survives it."""
        database = self.servers[self.setup.database]
        database.crash(signal.SIGQUIT)
        database.start_again()

    def cut_connections(self, dice: random.Random) -> int:
        """End half of the database's connections; how many."""
        with self.connected() as connection:
            others = connection.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
            cut = dice.sample(others, -(-len(others) // 2))
            for (pid,) in cut:
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        return len(cut)

    def flush_broker(self) -> None:
        """Wipe Redis: every message and all it knows of its clients."""
        with redis.Redis.from_url(self.servers[self.setup.broker].url) as client:
            client.flushall()

    def crash_broker(self, seconds: float = 0.0) -> None:
        """SIGKILL the broker; it comes back after so many seconds."""
        with self.without_broker():
            self.servers[self.setup.broker].crash()
            self.crashes += 1
            time.sleep(seconds)
            self.servers[self.setup.broker].start_again()

    def hang_broker(self, seconds: float) -> None:
        """Let the broker take connections and say nothing for so long."""
        with self.without_broker(), standing_still(self.servers[self.setup.broker].process.pid):
            time.sleep(seconds)

    def stop(self) -> None:
        for server in self.servers.values():
            server.stop()


@contextlib.contextmanager
def ground(setup: SetUp, folder: Path) -> Iterator[Ground]:
    """A set-up's own servers, started for this storm alone; raises Missing."""
    made = Ground(setup, folder)
    try:
        for name in filter(None, (setup.database, setup.broker)):
            made.servers[name] = STARTERS[name]()
        yield made
    finally:
        made.stop()
