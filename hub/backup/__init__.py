"""Backups: one encrypted file that holds all of an installation, and its way back onto an empty machine.

`snapshot.py` copies the databases as they stand, `archive.py` is the file, `shelf.py` the folder of them,
`make.py` and `restore.py` the two ways; docs/backup.md tells how they are used.
"""
