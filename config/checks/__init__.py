"""What continuous integration checks, and in which order; ``./run test`` runs it."""
