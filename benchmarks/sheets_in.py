"""A ledger of 100,000 teams, half of them known: checked and written by ours, by the limit, and (fewer) by import-export."""

import tempfile
import time
from pathlib import Path

from benchmarks.rig import Rig
from benchmarks.table import Row

SHARE_OF_PEER = 100


def run(rig: Rig) -> list[Row]:
    count = 20_000 if rig.quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        large, small = f"{folder}/teams.xlsx", f"{folder}/few.xlsx"
        made = rig.job("make_ledger", large, str(count))
        rig.job("make_ledger", small, str(count // SHARE_OF_PEER))
        ours = rig.job("import_ours", large)
        limit = rig.job("import_limit", large)
        logged = rig.job("import_limit", large, "history")
        peer = rig.job("import_peer", small)
    medians = {
        "ours": ours["seconds"],
        "limit": limit["seconds"],
        "limit with triggers": logged["seconds"],
        "import-export": peer["seconds"] * SHARE_OF_PEER,
    }
    notes = (
        f"{made['rows']:,} rows: {ours['outcome']}, +{ours['added_mib']:.0f} MiB; "
        f"import-export scaled from {count // SHARE_OF_PEER:,}"
    )
    print("  ", medians, notes, flush=True)
    return [
        Row(rig.scale, "xlsx in", "s", medians, "≤ 3× limit", medians["ours"] <= 3 * medians["limit"], notes)
    ]


HEADERS = [
    "序号", "备案编号", "团队名称", "类别", "所属街镇", "所属社区", "成立时间", "活动内容", "活动地点", "活动时间",
    "每周活动次数", "参加人数", "其中党员数", "负责人", "性别", "年龄", "政治面貌", "联系电话",
    "政治指导员(党建联络员)", "委派情况", "所属党组织", "社区备案意见", "备案日期", "街镇审核意见", "审核日期", "状态", "备注",
]  # fmt: skip


def make_ledger(path: str, count: str) -> dict:
    """Half the teams exist and get a new phone, half are new."""
    import datetime  # noqa: PLC0415

    from rustpy_xlsxwriter import FastExcel  # noqa: PLC0415

    from orgs.models import Organization  # noqa: PLC0415
    from orgs.queries import terms  # noqa: PLC0415

    wanted, categories, day = int(count), terms.categories(), datetime.date(2024, 3, 1)
    sources = ("pk", "filing_no", "name", "category", "street__name", "community__name")
    known = Organization.objects.filter(tier="team").order_by("pk").values_list(*sources)[: wanted // 2]

    def rows():
        for number in range(wanted):
            pk, filing, name, category, street, community = known[number % len(known)]
            if number >= len(known):
                filing, name = f"8{number:08d}-2025-{number % 10_000:04d}", f"{name}{number}分队"
            cells = [
                number + 1, filing, name, categories[category], street, community, day, "舞蹈", "睦邻中心", "每周二上午",
                2, 30, 3, "张三", "女", 60, "群众", "19900001234",
                "李四", "已委派", "党总支", "同意备案", day, "审核通过", day, "已备案", None,
            ]  # fmt: skip
            yield dict(zip(HEADERS, cells, strict=True))

    known = list(known)
    FastExcel(path).sheet("团队名册", rows()).save()
    return {"rows": wanted}


class Undo(Exception):
    """Leaves the database as it was."""


def import_ours(path: str) -> dict:
    from django.db import transaction  # noqa: PLC0415

    from orgs.actions.imports.run import Choices  # noqa: PLC0415
    from orgs.actions.imports.run import run as import_ledger  # noqa: PLC0415
    from orgs.tables.ledgers import LEDGERS  # noqa: PLC0415

    found = {}
    vacuum()
    begun = time.perf_counter()
    try:
        with transaction.atomic():
            outcome = import_ledger(
                LEDGERS["teams"], Path(path), by=None, write=True, choices=Choices(good_only=True)
            )
            found = {"outcome": str(outcome.counts())}
            raise Undo
    except Undo:
        return found | {"seconds": time.perf_counter() - begun}


# A check per column, each set-based; then one upsert by filing number, with the same keys of search computed in Python.
LIMIT = """
CREATE TEMP TABLE fault AS SELECT t.row, v.col, v.val FROM ledger t
  LEFT JOIN places_street s ON s.name = t.street
  LEFT JOIN places_community c ON c.name = t.community AND c.street_id = s.id
  CROSS JOIN LATERAL (VALUES ('filing', t.filing, t.filing ~ '^\\d{9}-\\d{4}-\\d{4}$'), ('name', t.name, length(t.name) BETWEEN 2 AND 200),
    ('street', t.street, s.id IS NOT NULL), ('community', t.community, c.id IS NOT NULL), ('category', t.category, t.category <> ''),
    ('founded', t.founded, t.founded ~ '^\\d{4}-\\d\\d-\\d\\d$'), ('members', t.members, t.members ~ '^\\d+$'),
    ('party', t.party, t.party ~ '^\\d+$'), ('phone', t.phone, t.phone ~ '^1\\d{10}$'), ('status', t.status, t.status = '已备案')
  ) v(col, val, ok) WHERE v.ok IS NOT TRUE
  UNION ALL SELECT row, 'filing', filing FROM (SELECT row, filing, count(*) OVER (PARTITION BY filing) n FROM ledger) d WHERE n > 1;
INSERT INTO orgs_organization (tier, status, name, category, service_fields, street_id, community_id, established_on, leader_name,
  contact_name, contact_phone, dormancy, remark, credit_code_note, legal_form, registration_no, registration_authority,
  supervising_body, address, business_scope, annual_results, grade, party_status, filing_no, activity_content, activity_place,
  activity_time, frequency, member_count, party_member_count, leader_gender, leader_political_status, liaison_name,
  liaison_assignment, party_branch, committee_opinion, street_opinion, name_key, sort_key, search_text, search_terms, version,
  created_at, updated_at)
SELECT 'team', 'filed', t.name, 'culture', '{}', s.id, c.id, t.founded::date, t.leader, '', t.phone, 'active', '', '', '', '', '', '', '',
  '', '', '', '', t.filing, t.content, '', '', '', t.members::int, t.party::int, '', '', '', '', '', '', '', t.name, t.sort_key, t.text,
  t.terms::varchar[], 1, now(), now()
FROM ledger t JOIN places_street s ON s.name = t.street JOIN places_community c ON c.name = t.community AND c.street_id = s.id
ON CONFLICT (filing_no) DO UPDATE SET name = excluded.name, contact_phone = excluded.contact_phone,
  member_count = excluded.member_count, leader_name = excluded.leader_name, updated_at = excluded.updated_at;
"""


def vacuum() -> None:
    """What an earlier contender rolled back must not slow down the next one."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE orgs_organization")


def import_limit(path: str, history: str = "") -> dict:
    """Strict without history; with it, the triggers run as in ours."""
    from django.db import connection, transaction  # noqa: PLC0415
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    from orgs import search  # noqa: PLC0415

    def text(value):
        return (
            str(int(value))
            if isinstance(value, float)
            else value.isoformat()
            if hasattr(value, "isoformat")
            else value or None
        )

    vacuum()
    begun = time.perf_counter()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if (
                history
            ):  # without the setting the triggers catch an error for each row: minutes instead of seconds
                cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
            else:
                cursor.execute("ALTER TABLE orgs_organization DISABLE TRIGGER USER")
            names = "filing name category street community founded content members party leader phone status sort_key text terms"
            cursor.execute(
                f"CREATE TEMP TABLE ledger (row bigint GENERATED ALWAYS AS IDENTITY, {', '.join(f'{n} text' for n in names.split())})"
            )
            sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
            with cursor.copy(f"COPY ledger ({', '.join(names.split())}) FROM STDIN") as target:
                for row in list(sheet.to_python())[1:]:
                    cells = [text(row[i]) for i in (1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 17, 25)]
                    found, terms = search.keys(cells[1], cells[0])
                    target.write_row(
                        [
                            *cells,
                            search.sort_key(cells[1]),
                            found,
                            "{" + ",".join(f'"{t}"' for t in terms) + "}",
                        ]
                    )
            cursor.execute("ANALYZE ledger")
            cursor.execute(LIMIT)
            raise Undo
    except Undo:
        return {"seconds": time.perf_counter() - begun}


def import_peer(path: str) -> None:
    """import-export as its admin does it: a dry run for the preview, then the real run."""
    from django.db import transaction  # noqa: PLC0415
    from import_export import fields, resources, widgets  # noqa: PLC0415
    from import_export.formats.base_formats import XLSX  # noqa: PLC0415

    from orgs.models import Organization  # noqa: PLC0415
    from places.models import Community, Street  # noqa: PLC0415

    names = {"备案编号": "filing_no", "团队名称": "name", "成立时间": "established_on", "参加人数": "member_count",
             "其中党员数": "party_member_count", "负责人": "leader_name", "联系电话": "contact_phone"}  # fmt: skip
    made = {
        attribute: fields.Field(column_name=label, attribute=attribute) for label, attribute in names.items()
    }
    made["street"] = fields.Field("street", "所属街镇", widget=widgets.ForeignKeyWidget(Street, "name"))
    made["community"] = fields.Field("community", "所属社区", widget=InStreet(Community, "name"))
    meta = {
        "model": Organization,
        "import_id_fields": ["filing_no"],
        "fields": [*made],
        "clean_model_instances": False,
    }

    def before_save(self, instance, row, **kwargs):
        instance.tier, instance.status = "team", "filed"

    body = made | {"Meta": type("Meta", (), meta), "before_save_instance": before_save}
    resource = type("TeamResource", (resources.ModelResource,), body)()
    try:
        with transaction.atomic():
            for dry_run in (True, False):
                data = XLSX().create_dataset(Path(path).read_bytes())
                result = resource.import_data(
                    data, dry_run=dry_run, raise_errors=False, use_transactions=True
                )
                if result.has_errors():
                    raise RuntimeError(str(result.row_errors()[0][1][0].error))
            raise Undo
    except Undo:
        return


def InStreet(model, field):  # noqa: N802  stands for a class
    """A community by its name within the street of the same row."""
    from import_export import widgets  # noqa: PLC0415

    class Widget(widgets.ForeignKeyWidget):
        def get_queryset(self, value, row, *args, **kwargs):
            return self.model.objects.filter(street__name=row["所属街镇"])

    return Widget(model, field)


JOBS = {
    "make_ledger": make_ledger,
    "import_ours": import_ours,
    "import_limit": import_limit,
    "import_peer": import_peer,
}
