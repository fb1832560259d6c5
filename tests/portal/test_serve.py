import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.portal.serving import (
    PATIENCE,
    Portal,
    environment,
    is_running,
    manage,
    portal,
    wait_for,
)
from tests.servers import ROOT

CHILDREN = ("web", "worker", "simulator")


def refusal(tmp_path: Path, *words: str, **changes: str) -> list[str]:
    """What a command says that must not start."""
    env = environment(tmp_path / "data", **changes)
    process = manage(*words, env=env, log=tmp_path / "log")
    assert process.wait(PATIENCE) != 0
    return (tmp_path / "log").read_text().splitlines()


@pytest.fixture(scope="module")
def served() -> Iterator[Portal]:
    with portal() as running:
        yield running


def test_it_says_where_it_is_ready_and_who_may_sign_in(served: Portal) -> None:
    said = served.said()

    assert f"Caseport is ready: {served.url}\n" in said
    assert "Sign in with the password caseport-demo" in said
    assert "casey@northwind.example" in said


def test_it_answers(served: Portal) -> None:
    assert served.get("/readyz") == 200
    assert served.get("/accounts/login/") == 200


def test_its_keys_are_the_owners_alone(served: Portal) -> None:
    keys = list((served.data / "keys").iterdir())

    assert {key.name for key in keys} == {"secret_key", "credential_keys"}
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
    assert served.data.stat().st_mode & 0o777 == 0o700


def test_the_smoke_test_passes_on_it(served: Portal) -> None:
    smoke = subprocess.run(  # noqa: S603  our own script
        ["/bin/sh", ROOT / "deploy" / "smoke.sh", served.url],
        capture_output=True,
        text=True,
        check=False,
    )

    assert smoke.returncode == 0, smoke.stdout + smoke.stderr


def test_the_smoke_test_fails_where_nothing_answers() -> None:
    smoke = subprocess.run(  # noqa: S603  our own script
        ["/bin/sh", ROOT / "deploy" / "smoke.sh", "http://127.0.0.1:9"],
        capture_output=True,
        check=False,
    )

    assert smoke.returncode != 0


@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_that_is_killed_comes_back(served: Portal, name: str) -> None:
    killed = served.pid(name)

    os.kill(killed, signal.SIGKILL)

    assert wait_for(lambda: served.pid(name) != killed)
    assert wait_for(lambda: served.get("/readyz") == 200)


def test_a_second_portal_over_the_same_folder_is_refused(served: Portal, tmp_path: Path) -> None:
    said = refusal(tmp_path, "serve", CASEPORT_DATA=str(served.data))

    assert said[-1].startswith(f"CommandError: Caseport already serves from {served.data} (process")


def test_it_stops_with_everything_it_started_and_starts_again_over_the_same_data() -> None:
    with portal() as running:
        pids = [running.pid(name) for name in CHILDREN]
        assert running.stop() == 0
        assert not any(is_running(pid) for pid in pids)
        assert {path.name for path in (running.data / "run").iterdir()} == {"serve.lock"}

        again = environment(running.data)
        log = running.log.with_name("again")
        process = manage("serve", env=again, log=log)
        ready = wait_for(lambda: "is ready" in log.read_text() or process.poll() is not None)
        assert ready
        assert process.poll() is None, log.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("name", ["PORT", "SIMULATOR_PORT"])
def test_a_taken_port_is_one_line_saying_what_to_do(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refusal(tmp_path, "serve", **{name: str(port)})

    assert said == [
        f"CommandError: Port {port} cannot be used (Address already in use): stop what uses it, "
        f"or choose another with {name}={port + 1}."
    ]


PRODUCTION = {
    "CASEPORT_DEMO": "0",
    "SECRET_KEY": "only-for-this-test-" * 4,
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "127.0.0.1",
    "PUBLIC_URL": "https://caseport.example",
}


def test_production_does_not_serve_a_database_that_lacks_migrations(tmp_path: Path) -> None:
    said = refusal(tmp_path, "serve", **PRODUCTION)

    assert said[-1].startswith("CommandError: The database lacks")
    assert "manage.py migrate" in said[-1]


def test_production_has_no_simulator(tmp_path: Path) -> None:
    said = refusal(tmp_path, "simulator", **PRODUCTION)

    assert said[-1] == "CommandError: The simulator does not start in the production profile."


def test_production_serves_without_a_simulator(tmp_path: Path) -> None:
    env = environment(tmp_path / "data", **PRODUCTION)
    (tmp_path / "data").mkdir()
    for words in (("migrate",), ("createcachetable",), ("collectstatic", "--no-input")):
        done = manage(*words, env=env, log=tmp_path / "preparing")
        assert done.wait(PATIENCE) == 0, (tmp_path / "preparing").read_text()
    process = manage("serve", env=env, log=tmp_path / "log")
    log = tmp_path / "log"

    ready = wait_for(lambda: "is ready" in log.read_text() or process.poll() is not None)
    run = {path.name for path in (tmp_path / "data" / "run").iterdir()}
    process.send_signal(signal.SIGTERM)

    assert ready
    assert process.wait(PATIENCE) == 0, log.read_text()
    assert "Caseport is ready: https://caseport.example" in log.read_text()
    assert {"web.pid", "worker.pid"} <= run
    assert "simulator.pid" not in run


@pytest.mark.parametrize("broker", ["redis_url", "rabbitmq_url"])
def test_with_a_broker_celery_works_in_the_loops_place(
    request: pytest.FixtureRequest, broker: str
) -> None:
    with portal(CELERY_BROKER_URL=request.getfixturevalue(broker)) as running:

        def command(name: str) -> list[bytes]:
            return Path(f"/proc/{running.pid(name)}/cmdline").read_bytes().split(b"\0")[1:6]

        def sweeps() -> list[str]:
            path = running.data / "caseport.sqlite3"
            with closing(sqlite3.connect(path, timeout=60)) as database:
                found = database.execute(
                    "SELECT last_run_at FROM portal_lease WHERE name = 'job:sweep'"
                )
                return [row[0] for row in found]

        assert command("beat") == [b"-m", b"celery", b"-A", b"portal", b"beat"]
        assert wait_for(sweeps), running.said()
        assert command("worker") == [b"-m", b"celery", b"-A", b"portal", b"worker"]
        first = sweeps()
        assert wait_for(lambda: sweeps() != first), running.said()
        assert not list((running.data / "run").glob("worker-*.sock"))
