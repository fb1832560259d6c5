"""The programs some tests need beside Python: found, or started for this run alone, in one place.

A server named in the environment is used as it is (`CASEPORT_TEST_REDIS_URL` and so on). Otherwise
an installed program is started on a free port of 127.0.0.1 over a folder of its own, and stopped
afterwards, so that a test may flush or kill it. What is missing skips the tests that need it, with
the reason; `CASEPORT_REQUIRE_ALL=1` turns that skip into a failure.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest

START_SECONDS = 180.0  # bounds a hang alone: a loaded machine may take its time
PORTS = range(20_000, 32_000)
"""Below those the system gives to whoever asks for any, so that no caller's end takes one."""
PORTS_EACH = 100  # for each process that runs tests
ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


class Missing(Exception):
    """A program a test needs is not there; `str()` says which and how to get it."""


@dataclass(slots=True)
class Server:
    """A program that serves at `url` until `stop`; `run` starts it over its folder.

    It serves once it takes connections and has said in its log that it is `ready`.
    """

    url: str
    run: Callable[[], subprocess.Popen[bytes]]
    folder: Path
    ready: str = ""
    afterwards: list[list[str]] = field(default_factory=list)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.run()

    def crash(self, number: int = signal.SIGKILL) -> None:
        """End it and all it started, as it is; `start_again` goes on with what its folder holds."""
        with contextlib.suppress(ProcessLookupError):  # it had ended already
            os.killpg(self.process.pid, number)
        self.process.wait()

    def start_again(self) -> None:
        """Serve at the same address as before."""
        self.process = self.run()
        await_port(self)

    def stop(self) -> None:
        """End it with all it started, and remove its folder."""
        self.crash()
        for command in self.afterwards:
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603  our own words
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """A port of 127.0.0.1 for a server that starts a little later: no other test is given it."""
    for port in islice(_own_ports(), PORTS_EACH):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("every port of this process is in use")


@cache
def _own_ports() -> Iterator[int]:
    """The ports of this process, over and over; a lock keeps others off them until it ends."""
    folder = Path(tempfile.gettempdir(), f"caseport-ports-{os.geteuid()}")
    folder.mkdir(exist_ok=True)
    for first in PORTS[::PORTS_EACH]:
        lock = (folder / str(first)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _kept.append(lock)
        return cycle(range(first, first + PORTS_EACH))
    raise RuntimeError("other test runs have every port")


def unheard_port() -> int:
    """A port of 127.0.0.1 at which every call is refused, as long as this process lives.

    It is taken, so that no other program comes to listen there, and nobody listens.
    """
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    _kept.append(taken)
    return int(taken.getsockname()[1])


_kept: list[object] = []
"""What must stay open: closed, it would let others have a port."""


def program(name: str, package: str, *folders: str) -> str:
    """The path of an installed program; raises Missing naming the Debian package that has it."""
    found = shutil.which(name)
    for pattern in folders:
        found = found or next((str(p / name) for p in sorted(Path("/").glob(pattern))), None)
    if not found:
        raise Missing(f"{name} is not installed (Debian package {package})")
    return found


def launch(
    command: list[str], folder: Path, *, user: str | None = None, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server in a process group of its own, its words in `folder`/log."""
    group = pwd.getpwnam(user).pw_gid if user else None
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603  our own words
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=[] if user else None,
            env={**os.environ, **(env or {})},
            cwd=folder,
        )


def await_port(server: Server) -> Server:
    """Wait until the server serves; raises RuntimeError with its log if it does not."""
    log = server.folder / "log"
    port = urlsplit(server.url).port
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            if server.ready in log.read_text(errors="replace"):
                return server
        time.sleep(0.1)
    words = log.read_text(errors="replace")[-2000:]
    server.stop()
    raise RuntimeError(f"{server.process.args!r} did not start:\n{words}")


def start_postgres() -> Server:
    """A PostgreSQL cluster of its own, superuser postgres without a password, database postgres."""
    initdb = program("initdb", "postgresql", "usr/lib/postgresql/*/bin")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    folder, port = Path(tempfile.mkdtemp(prefix="caseport-postgres-")), free_port()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    making = [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    if launch([*making, "--locale=C.UTF-8"], folder, user=user).wait():
        raise RuntimeError((folder / "log").read_text(errors="replace"))
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "200",
    }
    command = [str(Path(initdb).with_name("postgres")), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    run = partial(launch, command, folder, user=user)
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    return await_port(Server(url, run, folder, "ready to accept connections"))


def start_redis() -> Server:
    """A Redis that keeps nothing."""
    redis = program("redis-server", "redis-server")
    folder, port = Path(tempfile.mkdtemp(prefix="caseport-redis-")), free_port()
    command = [
        redis,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    run = partial(launch, command, folder)
    return await_port(Server(f"redis://127.0.0.1:{port}/0", run, folder))


def start_rabbitmq() -> Server:
    """A RabbitMQ node with an Erlang port mapper of its own, user guest."""
    rabbitmq = program("rabbitmq-server", "rabbitmq-server", "usr/lib/rabbitmq/bin")
    script = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one in PATH changes the user
    folder, port, mapper = (
        Path(tempfile.mkdtemp(prefix="caseport-rabbitmq-")),
        free_port(),
        free_port(),
    )
    env = {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(mapper),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_NODENAME": f"caseport{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    command = [str(script) if script.exists() else rabbitmq]
    run = partial(launch, command, folder, env=env)
    server = Server(f"amqp://guest:guest@127.0.0.1:{port}//", run, folder)
    if epmd := shutil.which("epmd"):
        server.afterwards.append([epmd, "-port", str(mapper), "-kill"])
    return await_port(server)


STARTERS: dict[str, Callable[[], Server]] = {
    "postgres": start_postgres,
    "redis": start_redis,
    "rabbitmq": start_rabbitmq,
}


def variable(name: str) -> str:
    """The environment variable that names a server to use instead of one of our own."""
    return f"CASEPORT_TEST_{name.upper()}_URL"


@contextlib.contextmanager
def running(name: str) -> Iterator[str]:
    """The URL of the server `name` while the block runs; raises Missing."""
    if given := os.environ.get(variable(name)):
        yield given
        return
    server = STARTERS[name]()
    try:
        yield server.url
    finally:
        server.stop()


def chromium() -> str:
    """The path of the browser; raises Missing."""
    return os.environ.get("CASEPORT_CHROMIUM") or program("chromium", "chromium")


def axe() -> str:
    """The source of axe-core; raises Missing."""
    if not AXE.exists():
        raise Missing("axe-core is not installed (npm ci)")
    return AXE.read_text()


def require_all() -> bool:
    """Whether something missing is a failure."""
    return os.environ.get("CASEPORT_REQUIRE_ALL") == "1"


def give_up(missing: Missing) -> None:
    """Skip the test for what is missing, or fail it where everything is required."""
    if require_all():
        pytest.fail(f"CASEPORT_REQUIRE_ALL=1, but {missing}")
    pytest.skip(str(missing))
