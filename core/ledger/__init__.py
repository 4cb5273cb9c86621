"""Ledgers as staff keep them: read, parsed cell by cell, faults located, marked in a copy, offered as templates.

Knows columns and cells; what they mean is declared by the app that imports them (`Ledger`, `LedgerColumn`).
"""
