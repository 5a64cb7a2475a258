"""The rooms exist and can be imported alone."""

import importlib

import pytest


@pytest.mark.parametrize("room", ["devices", "rules", "hub", "dashboards"])
def test_each_room_says_in_its_docstring_what_it_is_for(room: str) -> None:
    assert importlib.import_module(room).__doc__
