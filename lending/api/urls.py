"""Addresses under /api/v1 of lending."""

from django.urls import path

from lending.api import (
    applications,
    borrowers,
    callbacks,
    lines,
    loans,
    papers,
    products,
    simulations,
)

urlpatterns = [
    path("products", products.ProductList.as_view()),
    path("borrowers", borrowers.BorrowerList.as_view()),
    path("borrowers/<uuid:borrower_id>", borrowers.BorrowerDetail.as_view()),
    path("applications", applications.ApplicationList.as_view()),
    path("applications/<uuid:application_id>", applications.ApplicationDetail.as_view()),
    path("applications/<uuid:application_id>/inputs", applications.ApplicationInputs.as_view()),
    path("applications/<uuid:application_id>/papers", papers.ApplicationPapers.as_view()),
    path(
        "applications/<uuid:application_id>/withdrawal",
        applications.ApplicationWithdrawal.as_view(),
    ),
    path("applications/<uuid:application_id>/review", applications.ApplicationReview.as_view()),
    path("offers/<uuid:offer_id>", lines.OfferDetail.as_view()),
    path("offers/<uuid:offer_id>/acceptance", lines.OfferAcceptance.as_view()),
    path("credit-lines", lines.LineList.as_view()),
    path("credit-lines/<uuid:line_id>", lines.LineDetail.as_view()),
    path("credit-lines/<uuid:line_id>/draws", lines.LineDraws.as_view()),
    path("loans", loans.LoanList.as_view()),
    path("loans/<uuid:loan_id>", loans.LoanDetail.as_view()),
    path("loans/<uuid:loan_id>/repayments", loans.LoanRepayments.as_view()),
    path("simulations", simulations.SimulationList.as_view()),
    path("rails/<slug:rail>/callbacks", callbacks.RailCallback.as_view()),
]
