"""Tables of which nothing is taken back: the database refuses UPDATE, DELETE and TRUNCATE, also to its own application.

Used by migrations. Whoever may switch triggers off can still change rows; that is what `core.audit.verify` finds.
"""

from django.db import migrations


def append_only(table: str) -> migrations.RunSQL:
    """Refuse every change of a table's rows. Each table of history (`pghistory.track`) needs this in its app's migrations."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
        CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
        """,
        f"DROP TRIGGER append_only_whole ON {table}; DROP TRIGGER append_only ON {table};",
    )
