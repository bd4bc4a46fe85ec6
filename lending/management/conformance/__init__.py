"""
Peer systems' test vectors, put into our terms and held against the engine.

Only this package knows how other systems name things; the engine knows none of them. What is not
mapped fails with its reason: nothing is skipped, and nothing expected is ever read as an input.
"""
