"""Asking an address as somebody, and seeing what it betrays: words shown, rows written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.isolation.askers import Asker
from tests.isolation.estates import Estate, canary, inside, name_of
from tests.world import World

OWN_APPS = ("accounts", "cases", "connections")


Rows = set[tuple[str, frozenset[str]]]


def all_rows() -> Rows:
    """Every row as it stands now, each with the ids in it."""
    models = [model for label in OWN_APPS for model in apps.get_app_config(label).get_models()]
    return {
        (
            f"{model._meta.label} {row}",
            frozenset(v.hex for v in row.values() if isinstance(v, UUID)),
        )
        for model in models
        for row in model._base_manager.values()
    }


class Written:
    """What a request wrote: statements with the ids they name, rows with the ids in them."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, frozenset[str]]] = []
        self.changed: Rows = set()  # as they were and as they were left

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in sql:
            rows = params if many else [params or ()]
            told = [each.hex if isinstance(each, UUID) else each for row in rows for each in row]
            self.statements.append((sql, frozenset(one for one in told if isinstance(one, str))))
        return execute(sql, params, many, context)

    def naming(self, ids: set[str]) -> list[str]:
        """What was written of these: by the ids a statement names, and however it found the row."""
        told = [*self.statements, *self.changed]
        return [words for words, named in told if named & ids]


class Browser:
    """The asker's browser: signed in once, and again if an address signed it out."""

    def __init__(self, world: World, asker: Asker) -> None:
        self.client = Client(raise_request_exception=False)
        if asker.person:
            user = world.people[asker.person]
            self.client.force_login(user)
            if asker.spoil is not None:
                asker.spoil(self.client, user)
        self._cookies = self.client.cookies.output(header="")
        self._rows = all_rows()  # what a request changes is taken back: they stay so

    def ask(
        self, method: str, path: str, data: dict[str, Any] | None = None
    ) -> tuple[int, str, Written]:
        """The status, all that can be read, and what was written; nothing it did stays."""
        self.client.cookies.clear()
        self.client.cookies.load(self._cookies)
        written = Written()
        with transaction.atomic(), connection.execute_wrapper(written):
            send = getattr(self.client, method.lower())
            answer: Any = send(path, data) if data is not None else send(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if written.statements:
                written.changed = all_rows() ^ self._rows
            transaction.set_rollback(True)
        return answer.status_code, f"{answer.headers}{body.decode(errors='replace')}", written


@dataclass(frozen=True)
class Secrets:
    """What an asker must neither read nor touch, and what is theirs."""

    words: list[str]
    foreign: set[str]  # ids, without dashes
    mine: set[str]

    def shown_in(self, text: str) -> list[str]:
        return [word for word in self.words if word in text]

    def betrayed(
        self, what: str, text: str, written: Written, kept: Iterable[str] = ()
    ) -> list[str]:
        """What an answer gave away, and what it wrote that names foreign or `kept` rows."""
        shown = [f"{what} shows {word}" for word in self.shown_in(text)]
        wrote = written.naming({*self.foreign, *kept})
        return shown + [f"{what} wrote {statement[:300]}" for statement in wrote]


def secrets_from(asker: Asker, estates: dict[str, Estate]) -> Secrets:
    hidden = [slug for slug in estates if slug not in asker.reach | asker.console]
    words = [canary(slug) for slug in hidden]
    words += [name_of(slug) for slug in hidden if slug != asker.belongs]
    words += [inside(slug) for slug in estates if slug != asker.inside]
    mine = {one for slug in {*estates} - {*hidden} for one in estates[slug].ids.values()}
    theirs = {one for slug in hidden for one in estates[slug].ids.values()} - mine
    if asker.belongs:  # what they do is kept with their organisation
        theirs.discard(estates[asker.belongs].ids["accounts_organization"])
    rows = (
        ({one.replace("-", "") for one in ids if one.count("-") == 4}) for ids in (theirs, mine)
    )
    foreign, own = rows  # of rows: a slug is a word anybody may type
    return Secrets(words, foreign, own)
