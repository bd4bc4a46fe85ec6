"""A bank's own loans as the bank API shows them: its part, in money."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lending.api.values import MoneyField, RateField
from partners.models import BankCredential
from partners.queries import own_loans
from partners.queries.own_loans import OwnLoan
from partners.rules.sealing import sealed
from partners.rules.splitting import Holder
from tenancy.fields import mask


class OwnLoanSerializer(serializers.Serializer[Any]):
    """Your part of a loan on the business date `as_of`; every amount is yours alone."""

    id = serializers.UUIDField(source="part.loan_id")
    number = serializers.CharField(source="part.loan.number")
    application_id = serializers.UUIDField(source="part.placement_id", allow_null=True)
    bank_loan_number = serializers.CharField(
        source="part.bank_loan_number",
        allow_blank=True,
        help_text="Yours, once you have booked it",
    )
    agreement = serializers.CharField(source="part.version", help_text="Code and version")
    product = serializers.CharField(source="part.loan.version.product.code")
    status = serializers.CharField(source="part.status", help_text="See /meta/enums; may grow")
    held_by = serializers.CharField(
        source="part.holder", help_text="bank; guarantor or own once you have been paid for it"
    )
    bank_ratio_bp = serializers.IntegerField(source="part.ratio_bp")
    collected_by = serializers.CharField(
        source="part.version.collected_by", help_text="bank: the borrower pays you; or own"
    )
    annual_rate = serializers.SerializerMethodField(help_text="What the borrower pays")
    funded = MoneyField(help_text="What you paid in")
    principal = MoneyField(source="owed.principal")
    interest = MoneyField(source="owed.interest", help_text="Accrued up to as_of, and not paid")
    fees = MoneyField(source="owed.fee")
    penalties = MoneyField(source="owed.penalty")
    as_of = serializers.DateField()
    disbursed_on = serializers.DateField(source="part.loan.disbursed_on", allow_null=True)
    closed_on = serializers.DateField(source="part.loan.closed_on", allow_null=True)
    next_due_on = serializers.DateField(source="state.next_due_on", allow_null=True)
    days_past_due = serializers.IntegerField(source="classified.days_past_due")
    bucket = serializers.CharField(source="classified.bucket", help_text="M0, M1, …")
    class5 = serializers.CharField(
        source="classified.class5", allow_blank=True, help_text="See asset_class in /meta/enums"
    )

    @extend_schema_field(RateField())
    def get_annual_rate(self, loan: OwnLoan) -> str:
        return RateField().to_representation(loan.part.loan.frozen_terms.annual_rate)


class BorrowerSerializer(serializers.Serializer[Any]):
    """Who owes you; numbers masked, and sealed (JWE) where you have registered a key."""

    type = serializers.CharField(help_text="PERSON, FIRM")
    reference = serializers.CharField()
    name = serializers.CharField()
    name_zh = serializers.CharField(allow_blank=True)
    id_no_masked = serializers.CharField(allow_blank=True)
    phone_masked = serializers.CharField(allow_blank=True)
    id_no_enc = serializers.CharField(allow_null=True)
    phone_enc = serializers.CharField(allow_null=True)


class FractionsSerializer(serializers.Serializer[Any]):
    """Your part of each component, fixed when the loan was signed."""

    principal = RateField()
    interest = RateField()
    fee = RateField()
    penalty = RateField()


class BuyBackSerializer(serializers.Serializer[Any]):
    """That the lender took your part over, at what price."""

    on = serializers.DateField()
    principal = MoneyField()
    interest = MoneyField()
    price_ratio = RateField()
    price = MoneyField()
    reason = serializers.CharField()


class OwnLoanDetailSerializer(OwnLoanSerializer):
    """Your part of a loan, how it is cut, and who owes you."""

    fractions = FractionsSerializer(source="part.fractions")
    borrower = serializers.SerializerMethodField(help_text="null once the part is not yours")
    buy_back = serializers.SerializerMethodField()

    @extend_schema_field(BorrowerSerializer(allow_null=True))
    def get_borrower(self, loan: OwnLoan) -> dict[str, Any] | None:
        if loan.part.holder != Holder.BANK:
            return None
        credential: BankCredential | None = self.context.get("credential")
        key = None if credential is None else credential.encryption_key
        who = loan.part.loan.borrower
        return {
            "type": who.kind.upper(),
            "reference": who.reference,
            "name": who.name,
            "name_zh": who.name_zh,
            "id_no_masked": mask(who.id_number),
            "phone_masked": mask(who.phone),
            "id_no_enc": sealed(who.id_number, key),
            "phone_enc": sealed(who.phone, key),
        }

    @extend_schema_field(BuyBackSerializer(allow_null=True))
    def get_buy_back(self, loan: OwnLoan) -> dict[str, Any] | None:
        bought = own_loans.bought_back(loan.part)
        if bought is None:
            return None
        context = {"currency": loan.currency}
        return dict(BuyBackSerializer(bought, context=context).data)


class PartsSerializer(serializers.Serializer[Any]):
    """Your part of each component."""

    principal = MoneyField()
    interest = MoneyField()
    fee = MoneyField()
    penalty = MoneyField()


class OwnInstalmentSerializer(serializers.Serializer[Any]):
    """Your part of an instalment: what falls due, and what of it was paid."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    due = PartsSerializer()
    paid = PartsSerializer()


class OwnScheduleSerializer(serializers.Serializer[Any]):
    """Your part of every instalment; the rows sum to your part of the whole."""

    as_of = serializers.DateField()
    rows = OwnInstalmentSerializer(many=True)


class OwnTransactionSerializer(serializers.Serializer[Any]):
    """One event of a loan: what moved in all, and your part of it as it is held today."""

    id = serializers.UUIDField()
    txn_id = serializers.CharField(help_text="As in the file REPAY_DETAIL")
    kind = serializers.CharField(help_text="disbursed, repaid, reversed, …; may grow")
    value_date = serializers.DateField()
    booked_on = serializers.DateField()
    at = serializers.DateTimeField()
    total = MoneyField(help_text="The borrower's amount; negative where it was taken back")
    disbursed = MoneyField()
    principal = MoneyField()
    interest = MoneyField()
    fee = MoneyField()
    penalty = MoneyField()
    reversal_of = serializers.CharField(allow_null=True)


class ClassificationSerializer(serializers.Serializer[Any]):
    """How the lender classes a loan, and by which rule; both lenders class alike."""

    as_of = serializers.DateField()
    days_past_due = serializers.IntegerField()
    bucket = serializers.CharField()
    class5 = serializers.CharField(allow_blank=True, help_text="Empty without floors in law")
    profile = serializers.CharField(allow_blank=True)
    source = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text="Where the floors are written"
    )


class BookingRequestSerializer(serializers.Serializer[Any]):
    """That the loan stands in your books; what you tell is compared with what was agreed."""

    bank_loan_number = serializers.CharField(max_length=80)
    amount = MoneyField(help_text="Your part, as booked")
    annual_rate = serializers.DecimalField(
        max_digits=12, decimal_places=8, required=False, help_text="Your coupon, or the borrower's"
    )
    first_due_on = serializers.DateField(required=False)
