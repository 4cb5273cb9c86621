"""Rows of the three register ledgers: staged, checked by sets, matched with the register, written."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from core import phones
from core.dates import Precision, known
from core.files.guard import Refused
from core.ledger.columns import Ledger
from core.ledger.faults import Parsed, Parser
from core.ledger.reading import Sheet
from core.scope import Area
from core.settings import parameters
from orgs import policy, search
from orgs.actions.imports import preview
from orgs.actions.imports.matching import BY_NAME, BY_NUMBER, doubt, keep_emptied, settle
from orgs.actions.imports.places import PlaceFinder
from orgs.actions.imports.staging import BATCH, Staging, array_text, quoted, sql_type
from orgs.choices import Door, Dormancy, Tier
from orgs.models import Organization
from orgs.queries import filed
from places.models import Community, Street

TABLE = "orgs_organization"
HELPERS = {"street", "community", "record_id", "row_tier"}
WRITE_BATCH = 5_000
ELSEWHERE = "这个号码不能用于您辖区的组织，请核对号码；确认无误的，请联系区民政局经办"


class RegisterImport:
    """One run over one sheet. Call `stage`, `check`, `compare`, then perhaps `write`, all in one transaction.

    apply_held: also update records that may be other organisations; clear: see `matching.keep_emptied`.
    """

    by, apply_held, clear = None, False, ()

    def __init__(self, ledger: Ledger, tier: Tier, sheet: Sheet, area: Area):
        self.ledger, self.tier, self.sheet, self.area = ledger, tier, sheet, area
        self.parser = Parser(sheet)
        self.stored = [f for f in self.parser.fields if f not in HELPERS]
        self.part_dates = {n: b for n, b in Organization.part_dates.items() if n in self.stored}
        self.stored += self.part_dates.values()
        types = {f: sql_type(Organization._meta.get_field(f)) for f in self.stored}
        self.written = [
            *self.stored,
            "street_id",
            *(["community_id"] if "community" in self.parser.at else []),
        ]
        if "status" not in self.stored:
            types["status"] = "text"
        self.staging = Staging(
            sheet,
            types
            | {
                "street_id": "bigint",
                "community_id": "bigint",
                "name_key": "text",
                "record_id": "bigint",
                "row_tier": "text",
            },
        )
        self.clearable = [c.field for c in self.parser.columns if c.field in self.stored and not c.required and c.merge == "replace"]  # fmt: skip
        self.clearable += [f for f in self.written if f == "community_id" and tier == Tier.REGISTERED]
        sql, params = Organization.objects.in_area(area).values("pk").query.sql_with_params()
        self.inside = ("true", ()) if area.kind == "all" else (f"o.id IN ({sql})", params)
        self.places = PlaceFinder(area, community_required=tier != Tier.REGISTERED)
        self.read = 0

    # ---- rows in ------------------------------------------------------------------------------------------------

    def stage(self, progress) -> None:
        rows, faults = [], []
        at = self.parser.at
        order = [at.get(f) for f in self.staging.columns]
        makers = {f: i for i, f in enumerate(self.staging.columns)}
        first_status = str(policy.STATUSES[self.tier][0])
        for parsed in self.parser.rows():
            values = [None if i is None else parsed.values[i] for i in order]
            found = self._place(parsed)
            values[makers["street_id"]], values[makers["community_id"]] = found.street, found.community
            for day, precision in self.part_dates.items():
                value = parsed.values[at[day]]
                values[makers[precision]] = known(value) if value else None
            name = parsed.values[at["name"]]
            values[makers["name_key"]] = search.normalise(name)[:200] if name else None
            if not values[makers["status"]] and not self.sheet.position("status", parsed.row):
                values[makers["status"]] = first_status
            if outside := [f for f in parsed.faults if f.kind == "out_of_area"]:
                # Somebody else's row: this one fault, and nothing of it is compared with anything.
                rows.append((parsed.row, False, *[None] * len(values)))
                faults += outside[:1]
            else:
                rows.append((parsed.row, not parsed.faults, *values))
                faults += parsed.faults
            if len(rows) >= BATCH:
                self.read += len(rows)
                self.staging.add(rows, faults)
                rows, faults = [], []
                progress.at(self.read)
        self.read += len(rows)
        self.staging.add(rows, faults)
        self.staging.ready()
        progress.at(self.read)

    def _place(self, parsed: Parsed):
        at = self.parser.at
        community = parsed.values[at["community"]] if "community" in at else ""
        found = self.places.find(parsed.values[at["street"]], community)
        for field, wrong in found.unfit:
            column = self.parser.columns[at.get(field, at["street"])]
            raw = self.parser.raw(parsed, column.field)
            parsed.faults.append(self.parser.fault(parsed.row, column, raw, wrong))
        return found

    # ---- checks by sets -----------------------------------------------------------------------------------------

    def check(self) -> None:
        self._duplicates()
        self._match()
        self._same_phones()
        self._less_precise()
        doubt(self.staging, TABLE, self.stored)
        self._merge()
        self._numbers()

    def _duplicates(self) -> None:
        """Of rows with one key the first stays; of filing numbers the row whose year of founding the number names."""
        if self.tier == Tier.REGISTERED:
            self._twice("credit_code", "credit_code", "row", "s.credit_code IS NOT NULL")
            return
        if "filing_no" in self.stored:
            founded = (
                "extract(year FROM established_on)::int" if "established_on" in self.stored else "NULL::int"
            )
            misfit = f"coalesce(substring(filing_no FROM '-([12][0-9]{{3}})-')::int <> {founded}, false)"
            self._twice("filing_no", "filing_no", f"{misfit}, row", "s.filing_no IS NOT NULL")
            self._twice(
                "name",
                "name_key, community_id",
                "filing_no IS NULL, row",
                "s.filing_no IS NULL AND s.community_id IS NOT NULL",
            )
            return
        self._twice(
            "name", "name_key, community_id", "row", "s.name_key IS NOT NULL AND s.community_id IS NOT NULL"
        )

    def _twice(self, field: str, key: str, order: str, where: str) -> None:
        self.staging.blame(
            field,
            "duplicate_in_file",
            f"SELECT s.row, s.value, '与' || {self.staging.named('s.first')} || '重复' FROM ("
            f" SELECT *, {quoted(field)}::text AS value, row_number() OVER same AS nth, first_value(row) OVER same AS first"
            f" FROM import_row WINDOW same AS (PARTITION BY {key} ORDER BY {order})) s WHERE s.nth > 1 AND {where}",
            allowed="每行各不相同",
        )

    def _match(self) -> None:
        """Find the record of each row within the area: by its number in our own export, by code, by name within the community."""
        tier = str(self.tier)
        if "record_id" in self.parser.at:
            self._found(BY_NUMBER, "o.id = s.record_id AND o.tier = %s", [tier])
        for code in ("credit_code", "filing_no"):
            if code in self.stored:
                self._found(BY_NUMBER, f"o.{code} = s.{code}")
        if self.tier != Tier.REGISTERED:
            other = "AND (s.filing_no IS NULL OR o.filing_no IS NULL)" if "filing_no" in self.stored else ""
            same = f"o.tier = %s AND o.name_key = s.name_key AND o.community_id = s.community_id {other}"
            self._found(BY_NAME, same, [tier])
        self._out_of_sight()
        self._conflicts(tier)

    def _found(self, matched: str, same: str, params: Sequence = ()) -> None:
        inside, ids = self.inside
        self.staging.execute(
            "UPDATE import_row s SET target = o.id, target_version = o.version, matched = %s FROM orgs_organization o "
            f"WHERE s.target IS NULL AND {same} AND {inside}",
            [matched, *params, *ids],
        )

    def _out_of_sight(self) -> None:
        """Numbers are unique everywhere: one that a record elsewhere bears is refused, with one sentence whatever bears it.

        Rows that are refused for anything else, their place above all, are not asked about at all.
        """
        inside, ids = self.inside
        for code in ("credit_code", "filing_no"):
            if code in self.stored and self.area.kind != "all":
                sql = (
                    f"SELECT s.row, s.{code}, %s FROM import_row s JOIN orgs_organization o ON o.{code} = s.{code} "
                    f"WHERE s.ok AND NOT ({inside})"
                )
                self.staging.blame(code, "out_of_area", sql, [ELSEWHERE, *ids])

    def _conflicts(self, tier: str) -> None:
        blame = self.staging.blame
        key = (
            "credit_code"
            if self.tier == Tier.REGISTERED
            else "filing_no"
            if "filing_no" in self.stored
            else "name"
        )
        if "row_tier" in self.parser.at:
            blame("row_tier", "tier_wrong", "SELECT row, row_tier, '这一行不属于本台账的层级' FROM import_row "
                  "WHERE row_tier <> '' AND row_tier <> %s", [tier], self.tier.label)  # fmt: skip
        blame(key, "tier_changed", f"SELECT s.row, s.{quoted(key)}::text, '名册中该组织现为' || "
              "CASE o.tier WHEN 'registered' THEN '注册社会组织' WHEN 'team' THEN '群众活动团队' ELSE '社区活动小组' END "
              "|| '，不能用本台账修改' FROM import_row s JOIN orgs_organization o ON o.id = s.target WHERE o.tier <> %s", [tier])  # fmt: skip
        blame(key, "duplicate_in_file", f"SELECT row, {quoted(key)}::text, '与' || {self.staging.named('first')} || '是名册中的同一个组织' FROM ("
              "SELECT *, row_number() OVER same AS nth, first_value(row) OVER same AS first FROM import_row "
              "WHERE target IS NOT NULL AND ok WINDOW same AS (PARTITION BY target ORDER BY row)) s WHERE nth > 1")  # fmt: skip
        for code in ("credit_code", "filing_no"):
            if code in self.stored:
                blame(code, "code_taken", f"SELECT s.row, s.{code}, '名册中另一个组织已有这个号码' FROM import_row s "
                      f"JOIN orgs_organization o ON o.{code} = s.{code} AND o.id <> s.target WHERE s.ok")  # fmt: skip

    def _merge(self) -> None:
        """Settle the cells whose outcome depends on the register: later dates stay, masked phones mean “as before”, and a cell
        left empty empties nothing unless that was chosen."""
        self.staging.keep_absent(TABLE, [f for f in self.stored if f not in self.part_dates.values()])
        keep_emptied(self.staging, TABLE, self.clearable, self.clear)
        for beside in self.part_dates.values():  # a date that was kept is known as it was
            kept = f"(SELECT o.{beside} FROM {TABLE} o WHERE o.id = s.target)"
            self.staging.execute(
                f"UPDATE import_row s SET {beside} = coalesce({kept}, %s) WHERE {beside} IS NULL",
                [Precision.DAY],
            )
        for column in self.parser.columns:
            if column.merge == "greatest":
                name = quoted(column.field)
                self.staging.execute(
                    f"UPDATE import_row s SET {name} = greatest(s.{name}, o.{name}) FROM orgs_organization o WHERE o.id = s.target"
                )
        if "contact_phone" in self.stored:
            self.staging.execute(
                "UPDATE import_row s SET contact_phone = o.contact_phone FROM orgs_organization o WHERE o.id = s.target "
                "AND strpos(s.contact_phone, '*') > 0 AND o.contact_phone LIKE replace(s.contact_phone, '****', '%%')",
                [],
            )
            self.staging.blame("contact_phone", "phone", "SELECT row, contact_phone, '电话已被遮蔽，无法还原' FROM import_row "
                               "WHERE strpos(contact_phone, '*') > 0")  # fmt: skip

    def _less_precise(self) -> None:
        """A month does not take from the register a day of that month."""
        for name, beside in self.part_dates.items():
            self.staging.execute(
                f"UPDATE import_row s SET {name} = o.{name}, {beside} = o.{beside} FROM {TABLE} o WHERE o.id = s.target "
                f"AND s.{beside} = %s AND date_trunc('month', o.{name}) = s.{name}",
                [Precision.MONTH],
            )

    def _same_phones(self) -> None:
        """Another spelling of the number that the register holds is no change: the register's stays."""
        if "contact_phone" not in self.stored:
            return
        differing = self.staging.all(
            "SELECT s.row, s.contact_phone, o.contact_phone FROM import_row s JOIN orgs_organization o ON o.id = s.target "
            "WHERE s.contact_phone <> o.contact_phone AND s.contact_phone <> '' AND o.contact_phone <> ''"
        )
        same = [row for row, theirs, ours in differing if phones.key(theirs) == phones.key(ours)]
        self.staging.execute(
            "UPDATE import_row s SET contact_phone = o.contact_phone FROM orgs_organization o "
            "WHERE o.id = s.target AND s.row = ANY(%s)",
            [same],
        )

    def _numbers(self) -> None:
        """Cells that must agree with each other; what the ledger does not have is taken from the record."""
        if self.tier == Tier.REGISTERED:
            return
        if "party_member_count" in self.stored:
            self._pair(
                "party_member_count",
                "party_members_over_members",
                "member_count",
                ">",
                "'党员数不能多于参加人数（' || {b} || ' 人）'",
            )
        if "member_count" in self.stored and self.tier == Tier.TEAM:
            least = int(parameters.value(policy.TEAM_MIN_MEMBERS))
            self.staging.blame("member_count", "members_below_minimum", "SELECT row, member_count::text, "
                               "'备案团队不少于 ' || %s::int || ' 人' FROM import_row WHERE member_count < %s",
                               [least, least], f"不少于 {least} 的整数")  # fmt: skip
        if "street_opinion_on" in self.stored:
            self._pair(
                "street_opinion_on",
                "date_order",
                "committee_opinion_on",
                "<",
                "'审核日期早于备案日期（' || {b} || '）'",
            )

    def _pair(self, field: str, kind: str, other: str, wrong: str, reason: str) -> None:
        b = f"s.{other}" if other in self.stored else f"o.{other}"
        self.staging.blame(field, kind, f"SELECT s.row, s.{field}::text, {reason.format(b=b)} FROM import_row s "
                           f"LEFT JOIN orgs_organization o ON o.id = s.target WHERE s.{field} {wrong} {b}")  # fmt: skip

    # ---- compare and write --------------------------------------------------------------------------------------

    def compare(self) -> dict[str, int]:
        """A person's ledger does not change what was filed; the command line does, and tells."""
        return settle(
            self.staging, TABLE, self.written, self.apply_held, self._filed() if self.by else "false"
        )

    def _filed(self) -> str:
        return " OR ".join(filed.changed_sql("o", "s", self.written).values()) or "false"

    def told(self) -> dict:
        """What the history keeps of filed facts that the updated rows change."""
        facts = filed.changed_sql("o", "s", self.written)
        counts = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in facts.values()) or "0"
        found = self.staging.one(
            f"SELECT {counts} FROM import_row s JOIN {TABLE} o ON o.id = s.target WHERE s.change = 'changed'"
        )
        changed = [name for name, n in zip(filed.names_of(facts), found, strict=False) if n]
        return filed.told(changed, Door.LEDGER)

    def preview(self) -> preview.Preview:
        labels = {f: self.sheet.header(f) for f in self.stored}
        labels |= {"street_id": "所属街镇", "community_id": self.sheet.header("community")}
        text = preview.wording(
            self.ledger,
            dict(Street.objects.values_list("pk", "name")),
            dict(Community.objects.values_list("pk", "name")),
        )
        return preview.Preview(self.staging, TABLE, self.written, labels, text)

    def write(self, progress) -> None:
        """In portions, so that progress is true; all in the caller's transaction."""
        last = self.staging.one("SELECT coalesce(max(row), 0) FROM import_row")[0]
        start = self.staging.one("SELECT coalesce(min(row), 0) FROM import_row")[0]
        for low in range(start, last + 1, WRITE_BATCH):
            portion = (low, low + WRITE_BATCH - 1)
            self._keys(portion)
            self._update(portion)
            self._insert(portion)
            progress.at(min(self.read, low - start + WRITE_BATCH))

    def _keys(self, portion: tuple[int, int]) -> None:
        codes = [f"s.{c}" if c in self.stored else f"o.{c}" for c in ("credit_code", "filing_no")]
        rows = self.staging.all(
            f"SELECT s.row, s.name, {codes[0]}, {codes[1]} FROM import_row s LEFT JOIN orgs_organization o ON o.id = s.target "
            f"WHERE s.row BETWEEN %s AND %s AND (s.change = 'new' OR s.change = 'changed' AND (s.name <> o.name "
            f"OR {codes[0]} IS DISTINCT FROM o.credit_code OR {codes[1]} IS DISTINCT FROM o.filing_no))",
            portion,
        )
        self.staging.execute("TRUNCATE import_key")
        self.staging.copy(
            "COPY import_key (row, sort_key, search_text, search_terms) FROM STDIN", map(self._key, rows)
        )

    @staticmethod
    def _key(found: tuple) -> tuple:
        row, name, credit_code, filing_no = found
        text, terms = search.keys(name, credit_code or "", filing_no or "")
        return row, search.sort_key(name), text, array_text(terms)

    def _update(self, portion: tuple[int, int]) -> None:
        cells = ", ".join(f"{quoted(f)} = s.{quoted(f)}" for f in self.written)
        expected = self.staging.one(
            "SELECT count(*) FROM import_row WHERE change = 'changed' AND row BETWEEN %s AND %s", portion
        )[0]
        if not expected:
            return
        done = self.staging.execute(
            f"UPDATE orgs_organization o SET {cells}, name_key = s.name_key, sort_key = coalesce(k.sort_key, o.sort_key), "
            "search_text = coalesce(k.search_text, o.search_text), search_terms = coalesce(k.search_terms, o.search_terms), "
            "version = o.version + 1, updated_at = %s FROM import_row s LEFT JOIN import_key k ON k.row = s.row "
            "WHERE o.id = s.target AND s.change = 'changed' AND o.version = s.target_version AND s.row BETWEEN %s AND %s",
            [timezone.now(), *portion],
        )
        if done != expected:
            raise Refused("导入期间有人修改了同一批记录，本次没有写入任何内容，请重新提交。")

    def _insert(self, portion: tuple[int, int]) -> None:
        given = dict.fromkeys([*self.written, "status", "community_id", "name_key"])
        fixed = {"tier": str(self.tier), "dormancy": str(Dormancy.ACTIVE), "version": 1}
        fixed |= dict.fromkeys(["created_at", "updated_at"], timezone.now())
        for field in Organization._meta.concrete_fields:
            known = field.primary_key or field.column in given or field.column in fixed
            if not known and field.name not in ("sort_key", "search_text", "search_terms"):
                fixed[field.column] = field.get_db_prep_save(field.get_default(), connection)
        names = ", ".join(quoted(f) for f in [*given, *fixed])
        self.staging.execute(
            f"INSERT INTO orgs_organization ({names}, sort_key, search_text, search_terms) "
            f"SELECT {', '.join(f's.{quoted(f)}' for f in given)}, {', '.join('%s' for _ in fixed)}, "
            "k.sort_key, k.search_text, k.search_terms FROM import_row s JOIN import_key k ON k.row = s.row "
            "WHERE s.change = 'new' AND s.row BETWEEN %s AND %s ORDER BY s.row",
            [*fixed.values(), *portion],
        )
