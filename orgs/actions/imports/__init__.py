"""Ledgers in: rows go by COPY into a temporary table, are checked and compared by sets, and written in one transaction."""
