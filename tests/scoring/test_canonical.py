import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.canonical import NotCanonical, canonical, first_difference, sha256

scalars = st.none() | st.booleans() | st.integers() | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


class TestCanonical:
    @given(documents)
    def test_survives_reading_back(self, document):
        assert canonical(json.loads(canonical(document))) == canonical(document)

    def test_does_not_depend_on_the_order_of_keys(self):
        assert sha256({"a": 1, "b": "二"}) == sha256({"b": "二", "a": 1})

    @pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {1: "a"}, {"a": {1, 2}}])
    def test_refuses_what_could_be_written_in_two_ways(self, value):
        with pytest.raises(NotCanonical):
            canonical(value)


class TestFirstDifference:
    @pytest.mark.parametrize(
        ("one", "other", "where"),
        [
            ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "/a/b/1"),
            ({"a": 1}, {}, "/a"),
            ([1], [1, 2], "/1"),
            (1, True, "/"),
            ({"a": "1"}, {"a": 1}, "/a"),
        ],
    )
    def test_points_at_the_place(self, one, other, where):
        assert first_difference(one, other) == where

    @given(documents)
    def test_finds_none_between_equals(self, document):
        assert first_difference(document, json.loads(canonical(document))) is None
