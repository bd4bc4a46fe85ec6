"""
Rural credit: counties, villages, village partners, households and their harvests.

Who works in the village fills in forms, often without network; what the lender knows of a
household is what its accepted forms say. From that the capacity rules work out month by month
what the household can repay, and when, and hand amount, due dates and evidence to `lending`.
"""
