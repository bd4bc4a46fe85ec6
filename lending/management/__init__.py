"""Commands of the lending app, and what only they need."""
