"""The pieces of work that run in a process of their own, by name."""

from benchmarks import nightly, screens, sheets_in, sheets_out

JOBS = sheets_out.JOBS | sheets_in.JOBS | nightly.JOBS | screens.JOBS
