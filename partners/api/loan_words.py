"""What a bank says of a loan that it holds a part of: its class, and yes or no to new dates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.rules.classification import AssetClass
from partners.actions import classes, reschedulings
from partners.api.loan_bodies import ClassificationSerializer
from partners.api.loans import LoanClassification
from partners.api.views import BankView

CLASSES = [each.value.upper() for each in AssetClass]


class ClassRequestSerializer(serializers.Serializer[Any]):
    """Of which class the loan is in your books, and why."""

    class5 = serializers.ChoiceField(choices=CLASSES)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class ClassedLoan(LoanClassification):
    """How a loan is classed, and what the bank says of it."""

    @extend_schema(
        operation_id="classify_loan",
        request=ClassRequestSerializer,
        responses={201: ClassificationSerializer},
        tags=["loans"],
    )
    def post(self, request: Request, loan_id: UUID) -> Response:
        """Say of which class you hold a loan; the worse of your word and our floors counts."""
        body = self.valid(ClassRequestSerializer)
        classes.say(
            actor=self.actor,
            at=self.at,
            on=self.on,
            loan_id=loan_id,
            asset_class=AssetClass(body["class5"].lower()),
            reason=body["reason"],
        )
        response = self.get(request, loan_id)
        response.status_code = 201
        return response


class ConsentRequestSerializer(serializers.Serializer[Any]):
    """Yes or no to what you were asked; a no says why."""

    consent_id = serializers.UUIDField(help_text="From the event loan.reschedule_asked")
    agreed = serializers.BooleanField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ConsentSerializer(serializers.Serializer[Any]):
    """What you were asked, and what you said."""

    id = serializers.UUIDField()
    loan_id = serializers.UUIDField(source="payload.loan_id")
    on = serializers.DateField(source="payload.on", help_text="With effect from")
    due_dates = serializers.ListField(child=serializers.DateField(), source="payload.due_dates")
    reason = serializers.CharField(help_text="Why we ask")
    status = serializers.CharField(help_text="PENDING, APPROVED, REJECTED, LAPSED")
    expires_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class LoanConsents(BankView):
    """New due dates of a loan, put to the bank."""

    @extend_schema(
        operation_id="answer_loan_consent",
        request=ConsentRequestSerializer,
        responses={201: ConsentSerializer},
        tags=["loans"],
    )
    def post(self, request: Request, loan_id: UUID) -> Response:
        """Say yes or no to new due dates; with the last yes the loan is rescheduled."""
        body = self.valid(ConsentRequestSerializer)
        put = reschedulings.consent(
            actor=self.actor,
            at=self.at,
            loan_id=loan_id,
            consent_id=body["consent_id"],
            agreed=body["agreed"],
            reason=body["reason"],
        )
        return Response(ConsentSerializer(put).data, 201)
