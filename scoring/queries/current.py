"""The card and the policy that decide now."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from scoring.models import Policy, PolicyStatus, Scorecard, ScorecardStatus
from scoring.rules import card as cards
from scoring.rules import policy as policies
from scoring.rules.canonical import sha256
from tenancy.errors import Refusal
from tenancy.wording import Sentence

Compiled = TypeVar("Compiled")


class NotConfigured(Refusal):
    """No card is approved or no policy is published, or several are and none was named."""

    code = "scoring_not_configured"


class Tampered(RuntimeError):
    """A stored document no longer has the hash that its row names; someone went round us."""


@dataclass(frozen=True, slots=True)
class CurrentCard:
    """An approved card, compiled."""

    id: UUID
    card: cards.Card


@dataclass(frozen=True, slots=True)
class CurrentPolicy:
    """A published policy, compiled."""

    id: UUID
    policy: policies.Policy


def approved_card(name: str = "") -> CurrentCard:
    """
    Return the approved card of that name, or the only one there is.

    Which card is approved is read each time; what it says is compiled once per process, because
    the row behind an id and a hash never changes.

    :raises NotConfigured: if there is none, or several and no name
    """
    rows = Scorecard.objects.filter(status=ScorecardStatus.APPROVED)
    key, digest = _only(rows, name, gettext_noop("approved scorecard"))
    return CurrentCard(key, compiled_card(key, digest))


def published_policy(name: str = "") -> CurrentPolicy:
    """
    Return the published policy of that name, or the only one there is.

    :raises NotConfigured: if there is none, or several and no name
    """
    rows = Policy.objects.filter(status=PolicyStatus.PUBLISHED)
    key, digest = _only(rows, name, gettext_noop("published policy"))
    return CurrentPolicy(key, compiled_policy(key, digest))


@lru_cache(maxsize=256)
def compiled_card(key: UUID, digest: str) -> cards.Card:
    """:raises Tampered: if the stored card does not have that hash"""
    document = Scorecard.objects.values_list("card", flat=True).get(pk=key)
    if sha256(document) != digest:
        raise Tampered(f"scorecard {key}")
    return cards.load(document)


@lru_cache(maxsize=256)
def compiled_policy(key: UUID, digest: str) -> policies.Policy:
    """:raises Tampered: if the stored table does not have that hash"""
    document = Policy.objects.values_list("table", flat=True).get(pk=key)
    if sha256(document) != digest:
        raise Tampered(f"policy {key}")
    return policies.load(document)


def _only(rows: QuerySet[Scorecard] | QuerySet[Policy], name: str, what: str) -> tuple[UUID, str]:
    named = rows.filter(name=name) if name else rows
    found = list(named.order_by().values_list("pk", "sha256")[:2])
    if len(found) == 1:
        return found[0]
    if not found:
        missing = gettext_noop("There is no %(what)s %(name)s")
        raise NotConfigured(Sentence(missing, {"what": Sentence(what), "name": name}))
    several = gettext_noop("There is more than one %(what)s: name one")
    raise NotConfigured(Sentence(several, {"what": Sentence(what)}))
