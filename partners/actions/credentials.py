"""The keys by which a bank's programs show who they are, and whose bank an actor is."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import BankCredential, PartnerBank
from partners.rules.jose import NotProven, public_key
from partners.rules.sealing import encryption_key
from tenancy import room
from tenancy.actions import audit, tenants
from tenancy.actors import Actor
from tenancy.errors import FieldError, Forbidden, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require
from tenancy.roles import Role

LIVE_KEYS = 2
# A platform's programs act under their number, so a bank's must not look like one.
_CLIENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,59}")
# What makes a key a private one (RFC 7518 §6); it must never leave the bank.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
_KINDS = ("EC", "OKP", "RSA")


class NotABank(Forbidden):
    """The one who acts does not hold a live credential of a partner bank."""

    code = "not_a_bank"


class TooManyKeys(Refusal):
    """Two keys are live already: one must be retired before another is added."""

    code = "too_many_keys"


def credential_of(actor: Actor) -> BankCredential:
    """
    Return the live credential that an actor acts by, with its bank.

    Doors make the actor of a bank's program of kind "client" and with the credential's client id
    as its id; a person, or the system, never has one.

    :raises NotABank: if there is none
    """
    credential = None
    if actor.role == Role.BANK and actor.kind == "client":
        credential = (
            BankCredential.objects.select_related("bank")
            .filter(client_id=actor.id, is_active=True, bank__is_active=True)
            .first()
        )
    if credential is None:
        raise NotABank(gettext_lazy("Only a partner bank, by its own credential, may do this"))
    return credential


def bank_of(actor: Actor) -> PartnerBank:
    """
    Return the bank on whose behalf an actor acts.

    :raises NotABank: if the actor holds no live credential of one
    """
    bank: PartnerBank = credential_of(actor).bank
    return bank


@room.atomic
def issue(
    *, actor: Actor, at: datetime, bank_id: UUID, client_id: str, jwks: Mapping[str, Any]
) -> BankCredential:
    """
    Let a bank's programs in under a client id, by their public keys.

    The client is registered beside the other API clients, so that the door finds its room; its
    secret is never told to anybody, so only the keys open.

    :param jwks: a JSON Web Key Set of one or two public keys, each with a `kid`
    :raises Invalid: for keys that do not fit, or a client id that is taken
    :raises NotFound: if there is no such bank
    """
    require(actor, Permission.AGREEMENT_EDIT)
    bank = PartnerBank.objects.filter(pk=bank_id).first()
    if bank is None:
        raise NotFound.of(gettext_lazy("Bank"), bank_id)
    errors = _bad_keys(jwks)
    is_taken = BankCredential.objects.filter(client_id=client_id).exists()
    if is_taken or not _CLIENT_ID.fullmatch(client_id):
        expected = _("an id that no client has: a letter, then letters, digits, . _ -")
        errors.append(FieldError("/client_id", client_id[:80], expected))
    if errors:
        raise Invalid(gettext_lazy("The credential does not fit"), errors=errors)
    tenants.register_client(
        name=bank.name,
        client_id=client_id,
        client_secret=secrets.token_urlsafe(48),
        role=Role.BANK,
        # Registering programs is the house's own doing once the credential is allowed.
        actor=Actor.system("credentials", actor.request_id),
        at=at,
    )
    credential = BankCredential.objects.create(
        bank=bank, client_id=client_id, jwks={"keys": list(jwks["keys"])}, created_at=at
    )
    _record(credential, "bank_credential.issue", actor=actor, at=at)
    return credential


@room.atomic
def add_key(
    *, actor: Actor, at: datetime, credential_id: UUID, key: Mapping[str, Any]
) -> BankCredential:
    """
    Add a second live key, so that the bank can change over without a gap; repeating is harmless.

    :raises TooManyKeys: if two are live
    :raises Invalid: for something else than a public key with a name of its own
    """
    require(actor, Permission.AGREEMENT_EDIT)
    credential = _locked(credential_id)
    if dict(key) in credential.jwks["keys"]:
        return credential
    if len(credential.jwks["keys"]) >= LIVE_KEYS:
        raise TooManyKeys(gettext_lazy("Two keys are live; retire one first"))
    keys = [*credential.jwks["keys"], dict(key)]
    errors = _bad_keys({"keys": keys})
    if errors:
        raise Invalid(gettext_lazy("The key does not fit"), errors=errors)
    return _keep(credential, keys, "bank_credential.add_key", actor=actor, at=at)


@room.atomic
def retire_key(*, actor: Actor, at: datetime, credential_id: UUID, kid: str) -> BankCredential:
    """
    Let a key open nothing any more; the last one cannot be retired, only the credential.

    :raises NotFound: if no live key has this name
    :raises Invalid: for the last key
    """
    require(actor, Permission.AGREEMENT_EDIT)
    credential = _locked(credential_id)
    if kid not in credential.key_ids:
        raise NotFound.of(gettext_lazy("Key"), kid)
    keys = [key for key in credential.jwks["keys"] if key["kid"] != kid]
    if not keys:
        error = FieldError("/kid", kid, _("a key beside another one"))
        raise Invalid(gettext_lazy("The last key stays; revoke the credential"), errors=[error])
    return _keep(credential, keys, "bank_credential.retire_key", actor=actor, at=at)


@room.atomic
def set_encryption_key(
    *, actor: Actor, at: datetime, credential_id: UUID, key: Mapping[str, Any] | None
) -> BankCredential:
    """
    Say to which public key personal numbers are sealed for a bank; None: they are only masked.

    :raises Invalid: for something else than a public EC P-256 or RSA key
    """
    require(actor, Permission.AGREEMENT_EDIT)
    credential = _locked(credential_id)
    if key is not None:
        try:
            encryption_key(key)
        except NotProven as unfit:
            errors = [FieldError("/key", "", str(unfit))]
            raise Invalid(gettext_lazy("The key does not fit"), errors=errors) from unfit
    credential.encryption_key = None if key is None else dict(key)
    credential.save(update_fields=["encryption_key"])
    _record(credential, "bank_credential.set_encryption_key", actor=actor, at=at)
    return credential


@room.atomic
def revoke(*, actor: Actor, at: datetime, credential_id: UUID, reason: str) -> BankCredential:
    """Let a credential open nothing any more, at once; repeating changes nothing."""
    require(actor, Permission.AGREEMENT_EDIT)
    credential = _locked(credential_id)
    if credential.is_active:
        credential.is_active = False
        credential.save(update_fields=["is_active"])
        _record(credential, "bank_credential.revoke", actor=actor, at=at, reason=reason)
    return credential


def _keep(
    credential: BankCredential, keys: list[Any], action: str, *, actor: Actor, at: datetime
) -> BankCredential:
    credential.jwks, credential.rotated_at = {"keys": keys}, at
    credential.save(update_fields=["jwks", "rotated_at"])
    _record(credential, action, actor=actor, at=at)
    return credential


def _locked(credential_id: UUID) -> BankCredential:
    credential = (
        BankCredential.objects.for_update().select_related("bank").filter(pk=credential_id).first()
    )
    if credential is None:
        raise NotFound.of(gettext_lazy("Credential"), credential_id)
    return credential


def _record(
    credential: BankCredential, action: str, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        at=at,
        action=action,
        subject=credential,
        changes={"bank": credential.bank.code, "keys": credential.key_ids},
        reason=reason,
    )


def _bad_keys(jwks: Mapping[str, Any]) -> list[FieldError]:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= LIVE_KEYS:
        return [FieldError("/jwks/keys", "", _("one or two public keys"))]
    errors = [
        FieldError(f"/jwks/keys/{number}", "", _("a public EC, OKP or RSA key with a kid"))
        for number, key in enumerate(keys)
        if not _is_public(key)
    ]
    if not errors and len({key["kid"] for key in keys}) != len(keys):
        errors.append(FieldError("/jwks/keys", "", _("a kid of its own for each key")))
    return errors


def _is_public(key: object) -> bool:
    return (
        isinstance(key, Mapping)
        and isinstance(key.get("kid"), str)
        and 0 < len(key["kid"]) <= 100
        and key.get("kty") in _KINDS
        and not _PRIVATE & set(key)
        and _opens(key)
    )


def _opens(key: Mapping[str, Any]) -> bool:
    """Whether the door can read the key: a curve or a length that is not used would lock out."""
    try:
        public_key(dict(key))
    except NotProven:
        return False
    return True
