"""What every domain stands on: clock, transitions, staging, locks, secrets, problems, paging.

A new module here needs an ADR.
"""
