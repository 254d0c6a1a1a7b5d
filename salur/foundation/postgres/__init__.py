"""PostgreSQL as Salur needs it: a server of its own where none is given, and the two roles everywhere.

`wheels` finds the programs, `account` the operating-system user, `server` runs the embedded server, `roles`
creates and checks the database roles on any server.
"""
