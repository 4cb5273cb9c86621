"""City and nation: synthetic places and organisations in bulk, for benchmarks. No history, no activities.

Chunks are made and copied by two processes; a chunk depends on the seed and its number only.
"""

import datetime
import multiprocessing
import os
from dataclasses import dataclass
from random import Random

from django.db import connection, connections

from orgs import search
from orgs.demo import codes, words
from orgs.demo.load import columns, copy, follow_sequence
from orgs.models import Organization
from places.models import Community, District, Street

SCALES = {"tiny": (600, 3_000), "city": (6_000, 100_000), "nation": (110_000, 1_750_000)}
PER_STREET, PER_DISTRICT = 15, 20
CHUNK = 25_000
LATE_INDEX_FROM = 500_000
PLACE_CHARS = "华长江苏新天仙虹程北潘陶徐姚建天诚西岐万南东曹福山利番人香梅左田泰陈红和张三武沈周杨锦古中春仁茅玉遵友紫联纺芙金"
STATUSES = {
    "registered": ["normal"] * 18 + ["rectifying", "cancelled"],
    "team": ["filed"] * 18 + ["stopped", "cancelled"],
    "group": ["normal"] * 18 + ["stopped"] * 2,
}
TIERS = ["registered"] * 21 + ["team"] * 58 + ["group"] * 21
DORMANCY = ["active"] * 17 + ["late"] * 2 + ["dormant"]


@dataclass(frozen=True)
class Task:
    """One chunk: rows `first` to `last` (ids), with the places they may lie in."""

    first: int
    last: int
    seed: int
    as_of: datetime.date
    communities: int


def two(number: int) -> str:
    size = len(PLACE_CHARS)
    return PLACE_CHARS[number % size] + PLACE_CHARS[number // size * 7 % size]


def community_name(pk: int) -> str:
    """Three characters and a number where they repeat; the same for everybody who asks."""
    return f"{two(pk * 13)}{'一二三四五六七八九十'[pk // 97 % 10]}"


def plant_places(communities: int) -> None:
    """Places with their own codes (districts 900001 and on); ids count from 1."""
    streets = -(-communities // PER_STREET)
    districts = -(-streets // PER_DISTRICT)
    copy(
        District,
        ["id", "code", "name"],
        ([n, f"9{n:05d}", f"{two(n)}{n}区"] for n in range(1, districts + 1)),
    )

    def street_code(n: int) -> str:
        return f"9{(n - 1) // PER_DISTRICT + 1:05d}{(n - 1) % PER_DISTRICT + 1:03d}"

    names = ["id", "district_id", "code", "name", "kind", "order"]
    rows = ([n, (n - 1) // PER_DISTRICT + 1, street_code(n), f"{two(n * 3)}路{n}街道", "street", (n - 1) % PER_DISTRICT + 1]
            for n in range(1, streets + 1))  # fmt: skip
    copy(Street, names, rows)
    names = ["id", "street_id", "code", "name", "opened_on", "closed_on"]
    places = (
        [
            n,
            street,
            f"{street_code(street)}{n % PER_STREET + 1:03d}",
            f"{community_name(n)}第{n % PER_STREET + 1}居委会",
            None,
            None,
        ]
        for n in range(1, communities + 1)
        for street in [(n - 1) // PER_STREET + 1]
    )
    copy(Community, names, places)
    for model in (District, Street, Community):
        follow_sequence(model)


def line(values: list) -> str:
    """One row as COPY's text. Made-up words hold no tab or backslash; search_text alone holds line breaks."""
    return "\t".join(["\\N" if v is None else v.replace("\n", "\\n") if "\n" in v else v for v in values])


def array(values: list[str]) -> str:
    return "{" + ",".join([f'"{v}"' for v in values]) + "}"


class Synthetic:
    """Writes rows with the same columns filled as a real register has, cheaply."""

    def __init__(self, task: Task):
        self.task = task
        self.rng = Random(task.seed * 1_000_003 + task.first)
        self.names = columns(Organization)
        self.at = {name: i for i, name in enumerate(self.names)}
        self.stamp = f"{task.as_of.isoformat()} 08:00:00+08"
        blank = {
            f.attname: "{}" if f.attname in ("service_fields", "search_terms") else f.get_default()
            for f in Organization._meta.concrete_fields
        }
        self.blank = [None if v is None else str(v) for v in (blank[n] for n in self.names)]
        self.days = [(task.as_of - datetime.timedelta(days=n)).isoformat() for n in range(6_000)]

    def rows(self):
        for pk in range(self.task.first, self.task.last + 1):
            yield line(self.row(pk))

    def row(self, pk: int) -> list:
        rng = self.rng.random
        community = int(rng() * self.task.communities) + 1
        tier = TIERS[int(rng() * 100)]
        topic = words.TEAM_TOPICS[int(rng() * len(words.TEAM_TOPICS))]
        status = STATUSES[tier][int(rng() * 20)]
        own = (
            words.BRANDS_FIRST[int(rng() * len(words.BRANDS_FIRST))]
            + words.BRANDS_LAST[int(rng() * len(words.BRANDS_LAST))]
        )
        ending = (
            "中心"
            if tier == "registered"
            else "小组"
            if tier == "group"
            else words.TEAM_ENDINGS[topic[0]][pk % 4]
        )
        name = f"{community_name(community)}{own}{topic[1]}{ending}"
        given = int(rng() * (len(words.GIVEN) - 1))
        founded, active = int(300 + rng() * 5_000), int(rng() ** 2 * 400)
        values = {
            "id": str(pk), "tier": tier, "status": status, "name": name, "category": topic[0], "service_fields": f"{{{topic[2]}}}",
            "street_id": str((community - 1) // PER_STREET + 1), "community_id": str(community),
            "established_on": self.days[founded], "last_active_on": self.days[active],
            "leader_name": words.SURNAMES[int(rng() * len(words.SURNAMES))] + words.GIVEN[given : given + 2],
            "contact_phone": codes.phone(pk), "dormancy": DORMANCY[int(rng() * 20)],
            "activity_content": topic[1], "activity_place": words.VENUES[pk % len(words.VENUES)], "member_count": str(5 + pk % 60),
            "created_at": self.stamp, "updated_at": self.stamp, "version": "1",
        }  # fmt: skip
        if tier == "registered":
            values |= self.certificate(pk)
        elif tier == "team":
            values |= {"filing_no": f"9{pk:08d}-2024-{pk % 10_000:04d}", "party_member_count": str(pk % 5)}
        values["name_key"], values["sort_key"] = search.normalise(name), search.sort_key(name)
        text, terms = search.keys(name, values.get("credit_code", ""), values.get("filing_no", ""))
        values["search_text"], values["search_terms"] = text, array(terms)
        found = self.blank.copy()
        for key, value in values.items():
            found[self.at[key]] = value
        return found

    def certificate(self, pk: int) -> dict:
        ahead = self.task.as_of + datetime.timedelta(days=pk * 37 % 1_700 - 60)
        return {
            "credit_code": codes.credit_code("service_agency", pk),
            "legal_form": "service_agency",
            "registration_authority": "民政局",
            "certificate_expires_on": ahead.isoformat(),
            "registered_capital": str(pk % 50),
            "address": f"{words.ROADS[pk % len(words.ROADS)]}{pk % 900 + 1}号",
            "annual_results": "合格/合格/合格",
            "grade": "3A" if pk % 4 == 0 else "",
            "party_status": "branch",
            "staff_count": str(pk % 50),
        }


def load_chunk(task: Task) -> int:
    """One chunk through its own connection."""
    made = Synthetic(task)
    statement = f"COPY {Organization._meta.db_table} ({','.join(made.names)}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        with cursor.copy(statement) as target:
            part = []
            for row in made.rows():
                part.append(row)
                if len(part) == 500:
                    target.write("\n".join(part) + "\n")
                    part = []
            if part:
                target.write("\n".join(part) + "\n")
    return task.last - task.first + 1


def forget_connections() -> None:
    """A forked process must not speak on its parent's connection."""
    for one in connections.all():
        one.connection = None


def plant_bulk(scale: str, as_of: datetime.date, seed: int, say=lambda words: None) -> int:
    """Fill an empty database with a scale of SCALES; how many organisations."""
    communities, organizations = SCALES[scale]
    plant_places(communities)
    say(f"居委 {communities:,} 个已建立，正在写入组织……")
    table = Organization._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        kept = drop_indexes(cursor, table) if organizations >= LATE_INDEX_FROM else []
    connections.close_all()
    tasks = [
        Task(first, min(first + CHUNK - 1, organizations), seed, as_of, communities)
        for first in range(1, organizations + 1, CHUNK)
    ]
    done = 0
    with multiprocessing.get_context("fork").Pool(min(2, os.cpu_count() or 1), forget_connections) as pool:
        for count in pool.imap_unordered(load_chunk, tasks):
            done += count
            if done % 250_000 == 0:
                say(f"{done:,} / {organizations:,}")
    with connection.cursor() as cursor:
        restore(cursor, kept, say)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    follow_sequence(Organization)
    return done


def drop_indexes(cursor, table: str) -> list[str]:
    """Drop what can be built faster afterwards; the statements that build it again."""
    cursor.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid)
           FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u' AND c.conrelid = i.indrelid
           WHERE i.indrelid = %s::regclass AND NOT i.indisprimary""",
        [table],
    )
    statements = []
    for index, definition, constraint, constraint_definition in cursor.fetchall():
        if constraint:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            statements.append(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {constraint_definition}")
        else:
            cursor.execute(f"DROP INDEX {index}")
            statements.append(definition)
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        statements.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    return statements


def restore(cursor, statements: list[str], say) -> None:
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for number, statement in enumerate(statements, 1):
        say(f"建立索引 {number} / {len(statements)}……")
        cursor.execute(statement)
    cursor.execute("RESET maintenance_work_mem")
