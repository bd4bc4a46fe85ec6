"""
Synthetic portfolios of any size, marked as such, whose books hold every proof.

The engine folds a few hundred shapes of loan; the database multiplies them.
"""
