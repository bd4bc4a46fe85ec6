"""Letting a bank's program in: each proof once, each token bound, no more calls than agreed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from partners.models import BankCall, BankCredential, BankToken, PartnerBank, ProofKind, SpentProof
from tenancy import room
from tenancy.actions import audit
from tenancy.actions.throttle import TooManyRequests
from tenancy.actors import Actor
from tenancy.errors import Refusal

TOKEN_SECONDS = 600
LIMIT_WINDOW = timedelta(minutes=1)
CALLS_KEPT = timedelta(days=30)


class ProofSpent(Refusal):
    """The proof has been used before; a new one has to be made for every request."""

    code = "proof_replayed"
    status = 401


@dataclass(frozen=True, slots=True)
class Issued:
    """A new access token in the clear, told once, and how long it is good for."""

    token: str
    seconds: int


@room.atomic
def issue_token(
    *, credential: BankCredential, prefix: str, thumbprint: str, actor: Actor, at: datetime
) -> Issued:
    """
    Give a program a token that opens only together with proofs by the key of the thumbprint.

    `prefix` goes before the token's secret, so that the door finds the room by it.
    """
    token = f"{prefix}.{secrets.token_urlsafe(32)}"
    BankToken.objects.create(
        credential=credential,
        checksum=checksum(token),
        thumbprint=thumbprint,
        issued_at=at,
        expires_at=at + timedelta(seconds=TOKEN_SECONDS),
    )
    audit.record(
        actor=actor,
        at=at,
        action="bank_token.issue",
        subject=credential,
        changes={"bank": credential.bank.code, "key": thumbprint},
    )
    return Issued(token, TOKEN_SECONDS)


@room.atomic
def spend(
    *, bank: PartnerBank, kind: ProofKind, name: str, at: datetime, expires_at: datetime
) -> SpentProof:
    """
    Write down that a proof was used, under a name that no other proof of its kind has.

    :raises ProofSpent: if it was used before; of two at once, one is
    """
    mark = hashlib.sha256(f"{kind == ProofKind.ASSERTION}:{bank.pk}:{name}".encode()).hexdigest()
    try:
        with transaction.atomic():
            return SpentProof.objects.create(
                bank=bank,
                kind=kind,
                mark=mark,
                spent_at=at,
                expires_at=max(expires_at, at + LIMIT_WINDOW),
            )
    except IntegrityError as error:
        raise ProofSpent(
            _("This proof has been used before; make one for each request")
        ) from error


@room.atomic
def spend_on_call(
    *, bank: PartnerBank, name: str, at: datetime, expires_at: datetime
) -> TooManyRequests | None:
    """
    Spend a proof on a call; return a refusal where the bank has called too often.

    Returned, not raised: a proof that came too soon is spent all the same, so this has to
    commit. What is counted are the proofs of the last minute: there is no counter, and so no
    row that all calls of a bank would wait for.

    :raises ProofSpent: if the proof was used before
    """
    recent = SpentProof.objects.filter(
        bank=bank, kind=ProofKind.CALL, spent_at__gt=at - LIMIT_WINDOW
    )
    is_too_soon = recent.count() >= bank.requests_per_minute
    kind = ProofKind.REFUSED if is_too_soon else ProofKind.CALL
    spend(bank=bank, kind=kind, name=name, at=at, expires_at=expires_at)
    if not is_too_soon:
        return None
    oldest = recent.aggregate(oldest=Min("spent_at"))["oldest"]
    return TooManyRequests(max(1, int((oldest + LIMIT_WINDOW - at).total_seconds())))


def checksum(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@room.atomic
def note_call(
    *,
    bank: PartnerBank,
    at: datetime,
    method: str,
    path: str,
    status: int,
    code: str,
    milliseconds: int,
    source: str,
    request_id: str,
) -> BankCall:
    """Write down one call and its answer; what was sent stays out."""
    return BankCall.objects.create(
        bank=bank,
        at=at,
        method=method[:8],
        path=path[:200].replace("\x00", "\N{REPLACEMENT CHARACTER}"),
        status=status,
        code=code,
        milliseconds=milliseconds,
        source=source,
        request_id=request_id,
    )


@room.atomic
def forget(*, at: datetime) -> int:
    """Delete what opens nothing any more, and calls of long ago; return how many rows."""
    old = (
        SpentProof.objects.filter(expires_at__lt=at),
        BankToken.objects.filter(expires_at__lt=at),
        BankCall.objects.filter(at__lt=at - CALLS_KEPT),
    )
    return sum(rows.delete()[0] for rows in old)
