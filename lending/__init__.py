"""
What is common to every loan: products and rules, applications and offers, credit lines, loans.

A product is versioned configuration; an application carries its evidence along a line of
stages; an accepted offer opens a credit line; a draw from it is a loan, which is its frozen
terms and its events, folded by the one engine in `lending.rules`. Money moves by payment orders
over a rail, and a loan is active when the rail says so.

Lock order inside one transaction: product, application, offer, credit line, loan, payment
order, then the ledger's accounts; several rows of one table by primary key.
"""
