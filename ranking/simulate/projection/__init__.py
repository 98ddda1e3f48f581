"""A year or more of rounds on one pool: arrivals, ages, experience, expiry, invitations, answers. A simulation."""
