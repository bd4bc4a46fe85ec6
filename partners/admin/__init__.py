"""What staff see of the partner banks."""
