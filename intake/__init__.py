"""The bank of declarations of interest: an append-only log, the service in front of it, the line at its door.

It knows the attributes of ``rules``, and nothing of draws: all that ``ranking`` gets from it is the pool of an instant.
"""
