"""
The loan engine: pure arithmetic over frozen terms and an append-only list of events.

`fold(terms, events, as_of)` is the one place where a loan's schedule, balances and status are
worked out; servicing, quotes, simulations and tests all call it. Nothing in here knows Django,
the clock, a file or a network. `docs/engine.md` describes the algorithms and their sources.
"""
