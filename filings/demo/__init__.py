"""Made-up filings for demonstrations. Nothing but `manage.py seed_demo` uses this."""
