"""vendors/README.md says what is so."""

import re

from tests.vendors import feature_matrix
from vendors.contract import Vendor
from vendors.http import errors


def test_the_feature_matrix_is_what_the_adapters_declare() -> None:
    assert feature_matrix.written() == feature_matrix.table(), (
        "python -m tests.vendors.feature_matrix writes it anew"
    )


def test_every_verb_of_the_contract_is_told() -> None:
    text = feature_matrix.README.read_text()
    told = set(re.findall(r"`(\w+)(?:\([^`]*\))?`", text))
    verbs = {
        name
        for name, value in vars(Vendor).items()
        if callable(getattr(Vendor, name)) and not name.startswith("_")
    }
    assert verbs - told == set()


def test_every_kind_of_error_is_told() -> None:
    told = feature_matrix.README.read_text()
    kinds = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert [kind for kind in kinds if kind not in told and kind != "Mapping"] == []
