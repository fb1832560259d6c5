"""Every factory makes a row by itself, so that a test names only what it is about."""

import inspect
from typing import Any

import pytest
from django.apps import apps

from tests import factories

FACTORIES: list[Any] = [
    made
    for _, made in inspect.getmembers(factories, inspect.isclass)
    if made.__module__ == factories.__name__ and made is not factories.GuardedFactory
]
OURS = ("portal", "accounts", "connections", "cases")


@pytest.mark.parametrize("made", FACTORIES, ids=lambda made: made.__name__)
def test_a_factory_makes_a_row_by_itself(made: Any, db: None) -> None:
    assert made.create().pk is not None


def test_every_model_of_ours_has_a_factory() -> None:
    models = {model for label in OURS for model in apps.get_app_config(label).get_models()}
    assert models == {made._meta.model for made in FACTORIES}
