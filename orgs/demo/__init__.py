"""Made-up organisations for demonstrations and benchmarks. Nothing but `manage.py seed_demo` and `benchmarks/` uses this."""
