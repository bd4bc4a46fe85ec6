"""Commands of the partner banks."""
