import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from portal import nudge
from tests.portal.serving import wait_for


@pytest.fixture
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def listener(data: Path) -> Iterator[nudge.Listener]:
    listener = nudge.Listener()
    yield listener
    listener.close()


def test_a_listener_hears_the_bell_that_rang(listener: nudge.Listener) -> None:
    nudge.ring("files")

    assert listener.hear(5) == "files"


def test_a_quiet_listener_gives_up_after_its_time(listener: nudge.Listener) -> None:
    assert listener.hear(0.01) == ""


def test_nobody_listening_is_no_error(data: Path) -> None:
    nudge.ring("steps")


def test_a_folder_that_cannot_be_read_is_no_error(settings: Settings) -> None:
    settings.DATA = "/proc/self/mem/nowhere"

    nudge.ring("steps")


def test_more_nudges_than_anybody_reads_are_dropped_without_waiting(
    listener: nudge.Listener,
) -> None:
    for _ in range(5_000):
        nudge.ring("steps")

    assert listener.hear(5) == "steps"


def test_the_door_of_a_killed_worker_is_taken_away(data: Path) -> None:
    with nudge.Listener()._socket:
        pass
    door = data / "run" / f"worker-{os.getpid()}.sock"
    assert door.exists()

    nudge.ring("steps")

    assert not door.exists()


def test_a_data_folder_may_lie_deeper_than_a_socket_name_reaches(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 6)
    listener = nudge.Listener()

    nudge.ring("sync")

    assert listener.hear(5) == "sync"
    listener.close()
    assert not list(nudge.folder().iterdir())


def test_who_rings_waits_for_no_messenger() -> None:
    on_its_way, broker_is_back = threading.Event(), threading.Event()
    passed_on = list[str]()

    def send(bell: str) -> None:
        on_its_way.set()
        broker_is_back.wait(60)
        passed_on.append(bell)

    messenger = nudge.Messenger(send)
    messenger.ring("steps")
    assert on_its_way.wait(60)  # what rings before its turn is one bell, what rings after another
    for _ in range(2):
        messenger.ring("files")
    assert passed_on == []
    broker_is_back.set()
    assert wait_for(lambda: passed_on == ["steps", "files"])


def test_a_bell_that_cannot_be_passed_on_holds_no_other_up() -> None:
    passed_on = list[str]()

    def send(bell: str) -> None:
        if bell == "steps":
            raise ConnectionRefusedError
        passed_on.append(bell)

    messenger = nudge.Messenger(send)
    messenger.ring("steps")
    messenger.ring("files")
    assert wait_for(lambda: passed_on == ["files"])
