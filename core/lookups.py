"""Conditions that Django writes at length."""

from django.db.models import Lookup


class Among(Lookup):
    """`Among(F("pk"), ids)`: one array instead of a parameter for each id, which costs more than finding the rows."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, list(self.rhs)]
