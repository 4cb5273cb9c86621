"""A workbook of 100,000 rows × 20 typed columns: ours, import-export (fewer rows, scaled up), the Rust writer alone."""

import os
import tempfile
from pathlib import Path

from benchmarks.rig import Rig
from benchmarks.table import Row, scaled

COLUMNS = 20
SHARE_OF_PEER = 20  # import-export writes one row in so many


def run(rig: Rig) -> list[Row]:
    count = rig.rounds(1_000, 20_000, 100_000)
    few = count // SHARE_OF_PEER
    ours = rig.job("export_ours", str(count))
    limit = rig.job("export_limit", str(count))
    peer = scaled(count, lambda few: rig.job("export_peer", str(few))["seconds"], few)
    medians = {
        "ours": ours["seconds"],
        "limit": limit["seconds"],
        "import-export": peer,
    }
    met = medians["ours"] <= 5 * count / 100_000 and ours["added_mib"] <= 200
    notes = (
        f"{count:,} rows, +{ours['added_mib']:.0f} MiB (limit +{limit['added_mib']:.0f}); "
        f"import-export from {few // 2:,} and {few:,} rows"
    )
    print("  ", medians, notes, flush=True)
    return [Row(rig.scale, "xlsx out", "s", medians, "≤ 5 s and ≤ 200 MiB at 100,000", met, notes)]


def columns():
    from orgs.tables.register import COLUMNS as all_columns  # noqa: PLC0415  needs settings

    return [c for c in all_columns if c.exported][:COLUMNS]


def sources() -> list[str]:
    """The fields behind the columns; what the product computes in SQL (a founding date as exact as it is known) as it is sorted."""
    return [c.source if isinstance(c.source, str) else c.sort for c in columns()]


def export_ours(count: str) -> None:
    from core.tables.sheets import Sheet, write_sheet  # noqa: PLC0415
    from orgs.models import Organization  # noqa: PLC0415

    rows = Organization.objects.order_by("pk").filter(pk__lte=int(count))
    with tempfile.TemporaryDirectory() as folder:
        write_sheet(Sheet("组织名册", columns(), rows, "全部"), Path(folder) / "ours.xlsx")


def export_limit(count: str) -> None:
    """The writer fed with tuples from one statement: no words for codes, no hash, no second sheet."""
    from django.db import connection  # noqa: PLC0415
    from rustpy_xlsxwriter import FastExcel, Format  # noqa: PLC0415

    fields = ["o." + name for name in sources() if "__" not in name] + [
        "s.name AS street",
        "c.name AS community",
    ]
    labels = [f.split(".")[1] if " AS " not in f else f.split(" AS ")[1] for f in fields]
    statement = (
        f"SELECT {', '.join(fields)} FROM orgs_organization o JOIN places_street s ON s.id = o.street_id "
        f"LEFT JOIN places_community c ON c.id = o.community_id WHERE o.id <= {int(count)} ORDER BY o.id"
    )
    connection.ensure_connection()

    def rows():
        with connection.connection.cursor("limit") as cursor:
            cursor.itersize = 5_000
            cursor.execute(statement)
            for row in cursor:
                found = dict(zip(labels, row, strict=True))
                found["service_fields"] = "、".join(found.get("service_fields") or [])
                found["registered_capital"] = float(found.get("registered_capital") or 0)
                yield found

    from django.db import transaction  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        FastExcel(os.path.join(folder, "limit.xlsx")).sheet(
            "数据", rows(), header_format=Format().set_bold()
        ).save()


def export_peer(count: str) -> None:
    """import-export as its documentation shows it: natural names of related rows, related rows joined."""
    from import_export import fields, resources  # noqa: PLC0415
    from import_export.formats.base_formats import XLSX  # noqa: PLC0415

    from orgs.models import Organization  # noqa: PLC0415

    chosen = sources()
    made = {c: fields.Field(column_name=c, attribute=c) for c in chosen if "__" in c}
    meta = type("Meta", (), {"model": Organization, "fields": chosen, "export_order": chosen})
    resource = type("OrganizationResource", (resources.ModelResource,), made | {"Meta": meta})()
    rows = (
        Organization.objects.order_by("pk").select_related("street", "community").filter(pk__lte=int(count))
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "peer.xlsx").write_bytes(XLSX().export_data(resource.export(rows)))


JOBS = {"export_ours": export_ours, "export_limit": export_limit, "export_peer": export_peer}
