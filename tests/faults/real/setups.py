"""What a portal may stand on, database and work, and what strikes each in a storm."""

from dataclasses import dataclass

LOOP, CELERY = "loop", "celery"
DATABASE_GONE = ("psycopg.", "django.db.utils.OperationalError", "django.db.utils.InterfaceError")
BROKER_GONE = (
    "billiard.",  # of a process of its pool that was killed
    "celery.beat.SchedulingError",
    "kombu.",
    "redis.",
    "amqp.",
    "ConnectionResetError",
    "BrokenPipeError",
)


@dataclass(frozen=True, slots=True)
class SetUp:
    """One way to run the portal; `acts` are the storm's, each with how often it strikes."""

    name: str
    database: str
    broker: str
    workers: tuple[str, ...]
    beats: int
    acts: tuple[tuple[str, int], ...]
    induced: tuple[str, ...] = ()
    """Beginnings of the errors its acts cause: a database or broker that is killed is missed."""


SETUPS = (
    SetUp(
        "SQLite, loop",
        database="",
        broker="",
        workers=(LOOP, LOOP),
        beats=0,
        acts=(
            ("kill_worker", 6),
            ("kill_in_flight", 2),
            ("kill_after_commit", 2),
            ("kill_producer", 2),
            ("pause_worker", 1),
        ),
    ),
    SetUp(
        "PostgreSQL, loop",
        database="postgres",
        broker="",
        workers=(LOOP, LOOP),
        beats=0,
        acts=(
            ("kill_worker", 4),
            ("kill_in_flight", 1),
            ("kill_after_commit", 2),
            ("kill_producer", 1),
            ("restart_database", 3),
            ("cut_connections", 4),
        ),
        induced=DATABASE_GONE,
    ),
    SetUp(
        "SQLite, Celery on Redis",
        database="",
        broker="redis",
        workers=(CELERY,),
        beats=1,
        acts=(
            ("kill_worker", 3),
            ("kill_child", 3),
            ("kill_in_flight", 1),
            ("kill_after_commit", 1),
            ("kill_beat", 1),
            ("flush_broker", 3),
            ("crash_broker", 1),
            ("lose_broker", 1),
            ("hang_broker", 1),
        ),
        induced=BROKER_GONE,
    ),
    SetUp(
        "PostgreSQL, Celery on RabbitMQ",
        database="postgres",
        broker="rabbitmq",
        workers=(CELERY,),
        beats=1,
        acts=(
            ("kill_worker", 3),
            ("kill_child", 3),
            ("kill_in_flight", 1),
            ("kill_after_commit", 1),
            ("kill_beat", 1),
            ("kill_producer", 1),
            ("crash_broker", 1),
            ("hang_broker", 1),
        ),
        induced=BROKER_GONE,
    ),
    SetUp(
        "PostgreSQL, loop and Celery",
        database="postgres",
        broker="redis",
        workers=(CELERY, LOOP),
        beats=2,
        acts=(
            ("kill_worker", 3),
            ("kill_child", 2),
            ("kill_in_flight", 1),
            ("kill_after_commit", 1),
            ("kill_beat", 2),
            ("flush_broker", 1),
            ("restart_database", 1),
            ("pause_worker", 1),
        ),
        induced=DATABASE_GONE + BROKER_GONE,
    ),
)
