"""A broker only carries nudges: it may die, hang and come back, and nobody has to be told."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from celery.beat import Scheduler, SchedulingError
from celery.schedules import schedule

from portal.celery import app
from tests import servers
from tests.house import wait_for
from tests.servers import STARTERS, Server


@pytest.fixture(
    params=[
        pytest.param("redis", marks=pytest.mark.redis),
        pytest.param("rabbitmq", marks=pytest.mark.rabbitmq),
    ]
)
def broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A broker of this test's own, to be killed."""
    try:
        server = STARTERS[request.param]()
    except servers.Missing as missing:
        servers.give_up(missing)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", server.url)
    yield server
    server.stop()


def test_beat_goes_on_once_its_broker_is_back(broker: Server) -> None:
    beat = Scheduler(app=app, lazy=True)
    job = beat.Entry("sweep", "portal.run_job", schedule=schedule(1), args=("sweep",), app=app)
    beat.apply_async(job, producer=beat.producer)
    broker.crash()
    broker.start_again()

    def ticks() -> bool:
        """Whether a turn goes out; those that find the broker not yet there again may be lost."""
        with suppress(SchedulingError):
            beat.apply_async(job, producer=beat.producer)
            return True
        return False

    wait_for("a turn through the broker that is back", ticks)
