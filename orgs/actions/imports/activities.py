"""Rows of the activity ledger: each finds its organisation by code or by name, then goes in once."""

from django.db.models.expressions import RawSQL
from django.utils import timezone

from core.ledger.columns import Ledger
from core.ledger.faults import Parser
from core.ledger.reading import Sheet
from core.scope import Area
from orgs import search
from orgs.actions import dormancy
from orgs.actions.imports import preview
from orgs.actions.imports.matching import keep_emptied, settle
from orgs.actions.imports.staging import BATCH, Staging, quoted, sql_type
from orgs.models import Activity, Organization

TABLE = "orgs_activity"
HELPERS = {"organization", "organization_code"}
WRITE_BATCH = 5_000


class ActivityImport:
    """One run over one sheet. Call `stage`, `check`, `compare`, then perhaps `write`, all in one transaction.

    by: who imports, None for the command line; clear: see `matching.keep_emptied`. An activity is known by organisation, day
    and name together, so that nothing has to be held.
    """

    by = None
    apply_held, clear = False, ()

    def __init__(self, ledger: Ledger, tier, sheet: Sheet, area: Area):
        self.ledger, self.sheet, self.area = ledger, sheet, area
        self.parser = Parser(sheet)
        self.stored = [f for f in self.parser.fields if f not in HELPERS]
        types = {f: sql_type(Activity._meta.get_field(f)) for f in self.stored}
        helpers = {
            "organization": "text",
            "organization_code": "text",
            "organization_key": "text",
            "organization_id": "bigint",
        }
        self.staging = Staging(sheet, types | helpers)
        self.read = 0

    def stage(self, progress) -> None:
        at = self.parser.at
        order = [at.get(f) for f in self.staging.columns]
        key_at = list(self.staging.columns).index("organization_key")
        names: dict[str, str] = {}
        rows, faults = [], []
        for parsed in self.parser.rows():
            values = [None if i is None else parsed.values[i] for i in order]
            name = parsed.values[at["organization"]]
            if name:
                values[key_at] = names.get(name) or names.setdefault(name, search.normalise(name)[:200])
            rows.append((parsed.row, not parsed.faults, *values))
            faults += parsed.faults
            if len(rows) >= BATCH:
                self.read += len(rows)
                self.staging.add(rows, faults)
                rows, faults, names = [], [], {}
                progress.at(self.read)
        self.read += len(rows)
        self.staging.add(rows, faults)
        self.staging.ready()
        progress.at(self.read)

    def check(self) -> None:
        self._organizations()
        blame = self.staging.blame
        blame("name", "duplicate_in_file", f"SELECT row, name, '与' || {self.staging.named('first')} || '重复（同一组织、同一天、同名活动）' FROM ("
              "SELECT *, row_number() OVER same AS nth, first_value(row) OVER same AS first FROM import_row "
              "WHERE organization_id IS NOT NULL AND held_on IS NOT NULL AND name <> '' "
              "WINDOW same AS (PARTITION BY organization_id, held_on, name ORDER BY row)) s WHERE nth > 1")  # fmt: skip
        self.staging.execute(
            "UPDATE import_row s SET target = o.id FROM orgs_activity o "
            "WHERE o.organization_id = s.organization_id AND o.held_on = s.held_on AND o.name = s.name"
        )
        self.staging.keep_absent(TABLE, self.stored)
        yes_or_no = "is_major"
        clearable = [c.field for c in self.parser.columns if c.field in self.stored and not c.required]
        keep_emptied(self.staging, TABLE, [f for f in clearable if f != yes_or_no], self.clear)
        if yes_or_no in self.stored:
            before = f"(SELECT o.{yes_or_no} FROM {TABLE} o WHERE o.id = s.target)"
            self.staging.execute(
                f"UPDATE import_row s SET {yes_or_no} = coalesce({before}, false) WHERE {yes_or_no} IS NULL"
            )

    def _organizations(self) -> None:
        """Names count only within the importer's area: what lies outside is as unknown as what does not exist."""
        sql, params = Organization.objects.in_area(self.area).values("pk").query.sql_with_params()
        self.staging.execute(
            "CREATE TEMP TABLE import_name ON COMMIT DROP AS SELECT o.name_key, min(o.id) AS id, count(*) AS many "
            "FROM orgs_organization o WHERE o.name_key IN (SELECT organization_key FROM import_row) "
            f"AND o.id IN ({sql}) GROUP BY o.name_key",
            params,
        )
        by_code = bool(self.sheet.position("organization_code"))
        if by_code:
            self._by_code(sql, params)
        without = "AND coalesce(s.organization_code, '') = ''" if by_code else ""
        self.staging.execute(
            "UPDATE import_row s SET organization_id = n.id FROM import_name n "
            f"WHERE n.name_key = s.organization_key AND n.many = 1 AND s.organization_id IS NULL {without}"
        )
        missing = f"s.organization_id IS NULL AND s.organization_key IS NOT NULL {without}"
        self.staging.blame(
            "organization",
            "organization_ambiguous",
            "SELECT s.row, s.organization, '有 ' || n.many || ' 个组织叫这个名称，请增加“信用代码或备案编号”一栏' "
            f"FROM import_row s JOIN import_name n ON n.name_key = s.organization_key WHERE n.many > 1 AND {missing}",
        )
        self.staging.blame(
            "organization",
            "organization_unknown",
            "SELECT s.row, s.organization, '名册中没有这个组织，请核对名称，或先导入该组织' FROM import_row s "
            f"LEFT JOIN import_name n ON n.name_key = s.organization_key WHERE n.name_key IS NULL AND {missing}",
            allowed="名册中已有的组织名称",
        )
        self.staging.execute("DROP TABLE import_name")

    def _by_code(self, inside: str, params) -> None:
        """A code says which organisation it is. Name and code that are two organisations are a fault, whichever was meant."""
        for code in ("credit_code", "filing_no"):
            self.staging.execute(
                f"UPDATE import_row s SET organization_id = o.id FROM orgs_organization o WHERE o.{code} = s.organization_code "
                f"AND s.organization_code <> '' AND o.id IN ({inside})",
                params,
            )
        self.staging.blame(
            "organization_code",
            "organization_unknown",
            "SELECT row, organization_code, '名册中没有这个号码，请核对；不知道号码的请留空' FROM import_row "
            "WHERE organization_code <> '' AND organization_id IS NULL",
        )
        self.staging.blame(
            "organization",
            "organization_mismatch",
            "SELECT s.row, s.organization, '这是另一个组织的名称，与“' || s.organization_code || '”不是同一个组织' FROM import_row s "
            "JOIN orgs_organization o ON o.id = s.organization_id JOIN import_name n ON n.name_key = s.organization_key "
            "WHERE s.organization_code <> '' AND o.name_key <> s.organization_key",
        )

    def compare(self) -> dict[str, int]:
        return settle(self.staging, TABLE, self.stored, self.apply_held)

    def preview(self) -> preview.Preview:
        labels = {f: self.sheet.header(f) for f in self.stored}
        return preview.Preview(self.staging, TABLE, self.stored, labels, preview.wording(self.ledger, {}, {}))

    def write(self, progress) -> None:
        start, last = self.staging.one("SELECT coalesce(min(row), 0), coalesce(max(row), 0) FROM import_row")
        cells = ", ".join(f"{quoted(f)} = s.{quoted(f)}" for f in self.stored)
        names = ", ".join(quoted(f) for f in self.stored)
        absent = {"place": "''", "attendance": "NULL::integer", "field": "''", "is_major": "false"}
        absent = {f: v for f, v in absent.items() if f not in self.stored}
        extra = "".join(f", {quoted(f)}" for f in absent), "".join(f", {v}" for v in absent.values())
        now, by = timezone.now(), self.by and self.by.pk
        for low in range(start, last + 1, WRITE_BATCH):
            portion = (low, low + WRITE_BATCH - 1)
            self.staging.execute(
                f"UPDATE orgs_activity o SET {cells} FROM import_row s "
                "WHERE o.id = s.target AND s.change = 'changed' AND s.row BETWEEN %s AND %s",
                portion,
            )
            self.staging.execute(
                f"INSERT INTO orgs_activity (organization_id, created_at, entered_by_id, {names}{extra[0]}) "
                f"SELECT organization_id, %s, %s::bigint, {names}{extra[1]} FROM import_row "
                "WHERE change = 'new' AND row BETWEEN %s AND %s ORDER BY row",
                [now, by, *portion],
            )
            progress.at(min(self.read, low - start + WRITE_BATCH))
        self.staging.execute(
            "UPDATE orgs_organization o SET last_active_on = a.latest, updated_at = %s FROM (SELECT organization_id, "
            "max(held_on) AS latest FROM import_row WHERE change IN ('new', 'changed') GROUP BY 1) a "
            "WHERE o.id = a.organization_id AND (o.last_active_on IS NULL OR o.last_active_on < a.latest)",
            [now],
        )
        touched = RawSQL("SELECT organization_id FROM import_row WHERE change IN ('new', 'changed')", ())  # noqa: S611
        dormancy.judge(Organization.objects.filter(pk__in=touched))
