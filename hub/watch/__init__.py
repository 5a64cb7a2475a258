"""The watchman: a process of its own that sees when Vaka does not work, and says so by ways of its own.

It shares nothing with the hub but the database, which it only reads, and its own two small files beside it.
What it makes of what it sees: rules/watch.py.
"""
