"""Erasing a resident who moved out, died or asked for it: everywhere, with a receipt.

`stays.py` knows which rooms and readings were theirs, `plan.py` what is to go, `request.py` who may ask and
who must agree; `tables.py`, `documents.py` and `times.py` delete, `work.py` does it step by step and goes on
after a kill, `receipt.py` says what was deleted, `ledger.py` has who comes back with a backup erased again.
"""
