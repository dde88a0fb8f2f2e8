"""A seeded world for the outbox: a clock, a disk, mail servers with moods, daemons that crash.

A world is made of its seed alone: each draw is a hash of the seed, the entity it concerns and
what is asked, so a crash in one place leaves every other draw as it was, and a world with a crash
can be laid beside the same world without one.
"""
