"""The only writers of scoring: snapshots, decisions, cards, policies, training runs."""
