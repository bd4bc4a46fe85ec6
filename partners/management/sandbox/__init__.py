"""
A bank to try the bank API with: a small process of its own that knows nothing but the API.

No Django and none of the lender's code: httpx and joserfc, a JSON file for its book, and a script
that says how it behaves. Two runs with the same script do the same.
"""
