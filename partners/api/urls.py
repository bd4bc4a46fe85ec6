"""Addresses under /bank/v1."""

from django.urls import path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularJSONAPIView,
    SpectacularSwaggerSplitView,
)

from partners.api import (
    applications,
    claims,
    decisions,
    events,
    fundings,
    links,
    loan_words,
    loans,
    operations,
    quotas,
    reconciliation,
    settlements,
    tokens,
    webhooks,
)
from partners.api.schema import BankGenerator

urlpatterns = [
    path("oauth/token", tokens.BankTokenView.as_view(), name="bank_token"),
    path("schema", SpectacularAPIView.as_view(generator_class=BankGenerator), name="bank_schema"),
    path("openapi.json", SpectacularJSONAPIView.as_view(generator_class=BankGenerator)),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="bank_schema"), name="bank_docs"),
    path("files/<str:signed>", links.FileView.as_view(), name="bank_file"),
    path("applications", applications.ApplicationList.as_view()),
    path("applications/<uuid:application_id>", applications.ApplicationDetail.as_view()),
    path(
        "applications/<uuid:application_id>/documents/<uuid:document_id>",
        applications.ApplicationDocument.as_view(),
    ),
    path("applications/<uuid:application_id>/ack", decisions.ApplicationAck.as_view()),
    path(
        "applications/<uuid:application_id>/info-requests",
        decisions.ApplicationInfoRequests.as_view(),
    ),
    path("applications/<uuid:application_id>/decisions", decisions.ApplicationDecisions.as_view()),
    path("fundings", fundings.FundingList.as_view()),
    path("fundings/<uuid:funding_id>", fundings.FundingDetail.as_view()),
    path("fundings/<uuid:funding_id>/confirmations", fundings.FundingConfirmations.as_view()),
    path("loans", loans.LoanList.as_view()),
    path("loans/<uuid:loan_id>", loans.LoanDetail.as_view()),
    path("loans/<uuid:loan_id>/schedule", loans.LoanSchedule.as_view()),
    path("loans/<uuid:loan_id>/transactions", loans.LoanTransactions.as_view()),
    path("loans/<uuid:loan_id>/classification", loan_words.ClassedLoan.as_view()),
    path("loans/<uuid:loan_id>/consents", loan_words.LoanConsents.as_view()),
    path("loans/<uuid:loan_id>/booking-confirmations", loans.LoanBookings.as_view()),
    path("events", events.EventList.as_view()),
    path("quotas", quotas.QuotaList.as_view()),
    path("quotas/<uuid:quota_id>", quotas.QuotaDetail.as_view()),
    path("compensation-claims", claims.ClaimList.as_view()),
    path("compensation-claims/<uuid:claim_id>", claims.ClaimDetail.as_view()),
    path("compensation-claims/<uuid:claim_id>/payments", claims.ClaimPayments.as_view()),
    path("compensation-claims/<uuid:claim_id>/withdrawal", claims.ClaimWithdrawal.as_view()),
    path("settlements", settlements.SettlementList.as_view()),
    path(
        "settlements/<uuid:settlement_id>/files/<str:kind>",
        settlements.SettlementFileContent.as_view(),
    ),
    path("recon-files", reconciliation.ReconFiles.as_view()),
    path("recon-runs/<uuid:run_id>/breaks", reconciliation.RunBreaks.as_view()),
    path("breaks/<uuid:break_id>/responses", reconciliation.BreakResponses.as_view()),
    path("webhooks", webhooks.WebhookList.as_view()),
    path("webhooks/<uuid:webhook_id>/secret", webhooks.WebhookSecret.as_view()),
    path("webhooks/<uuid:webhook_id>/cancellation", webhooks.WebhookCancellation.as_view()),
    path("webhooks/<uuid:webhook_id>/messages", webhooks.MessageList.as_view()),
    path("webhook-messages/<uuid:message_id>/replay", webhooks.MessageReplay.as_view()),
    path("health", operations.Health.as_view()),
    path("meta/enums", operations.Enums.as_view()),
]
