"""The publication pack of a round: what the public may see of it, and nothing of anyone."""
