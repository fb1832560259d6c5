import pytest

from portal import leases, schedule
from portal.celery import app, run_job

CALLS: list[str] = []


def sweep_once() -> bool:
    CALLS.append("once")
    return False


def sweep_three_times() -> bool:
    CALLS.append("again")
    return len(CALLS) < 3


def sweep_for_ever() -> bool:
    CALLS.append("more")
    return True


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


def job(function: str) -> schedule.Job:
    return schedule.Job("test", 60, f"{__name__}.{function}")


@pytest.mark.django_db
def test_two_schedulers_run_a_job_once_in_its_period() -> None:
    schedule.run(job("sweep_once"))
    schedule.run(job("sweep_once"))

    assert CALLS == ["once"]


@pytest.mark.django_db
def test_a_job_somebody_rang_for_runs_whoever_ran_it_last() -> None:
    assert leases.take("job:test", 60)

    schedule.run(job("sweep_once"), asked=True)

    assert CALLS == ["once"]


@pytest.mark.django_db
def test_a_job_empties_its_queue() -> None:
    assert schedule.run(job("sweep_three_times"))

    assert len(CALLS) == 3


@pytest.mark.django_db
def test_a_job_that_always_finds_more_gives_way_in_the_end() -> None:
    schedule.run(job("sweep_for_ever"))

    assert len(CALLS) == schedule.DRAIN_LIMIT


def test_beat_has_the_jobs_of_the_table() -> None:
    app.finalize()

    entries = app.conf.beat_schedule.values()
    assert {entry["args"][0]: entry["schedule"] for entry in entries} == {
        job.name: job.seconds for job in schedule.JOBS
    }


@pytest.mark.django_db
def test_two_beats_run_a_job_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "JOBS", (job("sweep_once"),))

    run_job("test")
    run_job("test")

    assert CALLS == ["once"]


def test_a_job_the_table_does_not_hold_is_refused() -> None:
    with pytest.raises(LookupError, match="nonsense"):
        schedule.named("nonsense")
