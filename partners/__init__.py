"""
Partner banks: agreements, routing, the bank's API, settlement, reconciliation.

A bank decides for itself, by its own credential. What it owns of a loan is a participation: a
function of the loan's running totals, so the shares always add up to the borrower's ledger.

Lock order inside one transaction: approval request, placement, then whatever `lending` locks,
then participation, settlement, and quotas last of all: only the router takes those, all that it
needs at once.
"""
