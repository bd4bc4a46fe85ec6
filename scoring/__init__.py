"""
Features in; score, decision, limit, price and reasons out.

Scoring knows *subjects and features*: a subject is a type and an identifier, a feature is a
name with a decimal string, a category or nothing. Whether the subject is a merchant, a farm
household or a person is the channel's business; what a feature means, which way it points and
how it is explained comes in as data, the feature catalogue.

Every decision stores the snapshot, the card and the policy that made it, each with its SHA-256,
and replays to the same bytes. Snapshots and decisions are append-only; cards and policies are
frozen from the moment that they are written, and only their status moves.

Lock order inside one transaction: training run, then scorecards or policies by primary key.
"""
