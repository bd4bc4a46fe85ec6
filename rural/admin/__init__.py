"""What staff see of the villages."""
