"""Catalogues and policies that come with Granary, to begin with."""

import json
from importlib.resources import files

from scoring.rules.canonical import Document


def catalogue(name: str) -> Document:
    """Return the feature catalogue `scoring/catalogues/<name>.json`."""
    return _read("catalogues", name)


def policy(name: str) -> Document:
    """Return the decision table `scoring/policies/<name>.json`."""
    return _read("policies", name)


def _read(folder: str, name: str) -> Document:
    text = (files("scoring") / folder / f"{name}.json").read_text(encoding="utf-8")
    document: Document = json.loads(text)
    return document
