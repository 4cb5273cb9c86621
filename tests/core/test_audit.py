"""The chain of audit events and the seals over the history, against somebody who may switch triggers off."""

import threading
from importlib import import_module

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from pghistory.models import Context

from core import audit
from core.audit import seals
from core.audit.verify import Broken, nightly, verify
from core.choices import AuditKind
from core.history import event_models, told
from core.models import AuditEvent, AuditHead
from orgs.actions import register
from orgs.choices import Verb
from orgs.models import Organization

pytestmark = pytest.mark.django_db
EVENT = Organization._meta.get_field("events").related_model


def states() -> int:
    """How many states of records the history holds, those of the fixtures included."""
    return sum(model.objects.count() for model in event_models())


def tamper(statement: str, *params, table: str = "core_auditevent"):
    """As the database's superuser would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def refused(statement: str, *params):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # else pending checks forbid TRUNCATE before a trigger may
        cursor.execute(statement, params)


FORGED = (
    "INSERT INTO core_auditevent (id, kind, at, username, path, detail, previous, digest) "
    "VALUES (%s, 'sign_in', now(), '他人', '', '{}', %s, %s)"
)


@pytest.fixture
def ten(db):
    """Ten events, numbered from the first of them."""
    made = [audit.record(AuditKind.READ, username=f"u{n}", number=n) for n in range(10)]
    return [event.pk for event in made]


def digest_of(pk: int) -> str:
    return AuditEvent.objects.get(pk=pk).digest


def honest_digest(pk: int) -> str:
    """What the database would have made of a row as it stands."""
    words = import_module("core.migrations.0002_audit_chain").DIGEST.format(row="e")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {words} FROM core_auditevent e WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_each_event_holds_the_digest_of_the_one_before(ten):
    rows = list(AuditEvent.objects.order_by("id").values_list("id", "previous", "digest"))
    assert [pk for pk, _, _ in rows] == ten == list(range(ten[0], ten[0] + 10))
    assert [previous for _, previous, _ in rows[1:]] == [digest for _, _, digest in rows[:-1]]
    assert list(AuditHead.objects.values_list("last", "digest")) == [(ten[-1], rows[-1][2])]
    assert verify().faults == []


def test_the_application_cannot_choose_number_or_digest(ten):
    made = AuditEvent.objects.create(id=3_000, kind=AuditKind.READ, previous="a" * 64, digest="b" * 64)
    made.refresh_from_db()
    assert (made.pk, made.previous) == (ten[-1] + 1, digest_of(ten[-1]))
    assert made.digest == honest_digest(made.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET username = '他人'",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent",
        "UPDATE core_audithead SET last = 0",
        "DELETE FROM core_audithead",
        "INSERT INTO core_audithead (id, last, digest) VALUES (2, 0, '')",
        "TRUNCATE core_audithead",
    ],
)
def test_the_database_refuses_to_take_anything_back(statement, ten):
    refused(statement)


@pytest.mark.parametrize("where", [0, 4, 9])
def test_a_changed_row_is_named(where, ten):
    tamper("UPDATE core_auditevent SET username = '他人' WHERE id = %s", ten[where])
    assert verify().faults == [f"第 {ten[where]} 号审计记录的内容被改动。"]


@pytest.mark.parametrize("where", [0, 4, 9])
def test_a_changed_row_with_a_digest_made_to_fit_is_named(where, ten):
    tamper("UPDATE core_auditevent SET username = '他人' WHERE id = %s", ten[where])
    tamper("UPDATE core_auditevent SET digest = %s WHERE id = %s", honest_digest(ten[where]), ten[where])
    assert verify().faults == [f"第 {ten[where]} 号审计记录的内容被改动。"]


@pytest.mark.parametrize("where", [0, 4, 9])
def test_a_removed_row_is_named_also_the_last(where, ten):
    tamper("DELETE FROM core_auditevent WHERE id = %s", ten[where])
    assert verify().faults == [f"第 {ten[where]} 号审计记录被删除。"]


def test_removed_rows_are_named_after_others_were_recorded(ten):
    tamper("DELETE FROM core_auditevent WHERE id >= %s", ten[7])
    after = audit.record(AuditKind.READ).pk
    assert after == ten[9] + 1
    assert verify().faults == [f"第 {ten[7]} 至 {ten[9]} 号审计记录被删除。"]


def test_everything_removed_is_told(ten):
    tamper("DELETE FROM core_auditevent")
    assert verify().faults == [f"第 1 至 {ten[9]} 号审计记录被删除。"]


def test_a_missing_end_of_the_chain_is_told(ten):
    tamper("DELETE FROM core_audithead", table="core_audithead")
    assert verify().faults == ["审计链的末端记录被删除，无法判断最后几条是否缺失。"]


@pytest.mark.parametrize("made_to_fit", [False, True])
def test_an_inserted_row_is_named(made_to_fit, ten):
    """Ids have no gaps: whoever inserts does so at the end, or in place of a row that was removed."""
    forged = ten[-1] + 1
    tamper(FORGED, forged, digest_of(ten[-1]) if made_to_fit else "", "")
    if made_to_fit:
        tamper("UPDATE core_auditevent SET digest = %s WHERE id = %s", honest_digest(forged), forged)
    sentence = f"第 {forged} 号审计记录是后来插入的。"
    assert verify().faults == [sentence]
    audit.record(AuditKind.READ)
    assert verify().faults == [sentence]


def test_a_row_put_in_the_place_of_a_removed_one_is_named(ten):
    tamper("DELETE FROM core_auditevent WHERE id = %s", ten[5])
    tamper(FORGED, ten[5], digest_of(ten[4]), "")
    tamper("UPDATE core_auditevent SET digest = %s WHERE id = %s", honest_digest(ten[5]), ten[5])
    assert verify().faults == [f"第 {ten[5]} 号审计记录的内容被改动。"]


def test_several_kinds_at_once_are_told_apart(ten):
    tamper("UPDATE core_auditevent SET path = '/x' WHERE id = %s", ten[1])
    tamper("DELETE FROM core_auditevent WHERE id IN (%s, %s)", ten[4], ten[5])
    tamper(FORGED, ten[-1] + 1, "", "x")
    assert verify().faults == [
        f"第 {ten[1]} 号审计记录的内容被改动。",
        f"第 {ten[4]} 至 {ten[5]} 号审计记录被删除。",
        f"第 {ten[-1] + 1} 号审计记录是后来插入的。",
    ]


def test_rows_from_before_the_chain_are_chained(ten):
    """The statement of the migration, on a table as it was before."""
    tamper("UPDATE core_auditevent SET previous = '', digest = ''")
    tamper("DELETE FROM core_auditevent WHERE id = %s", ten[3])  # a gap that a rolled back insert had left
    tamper("DELETE FROM core_audithead", table="core_audithead")
    with connection.cursor() as cursor:
        for table in ("core_auditevent", "core_audithead"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(import_module("core.migrations.0002_audit_chain").CHAIN_EXISTING)
        for table in ("core_auditevent", "core_audithead"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    audit.record(AuditKind.READ)
    outcome = verify()
    assert (outcome.faults, outcome.events) == ([], 10)


def test_the_command_is_silent_about_nothing(ten, capsys):
    call_command("verify_audit")
    assert "完整：审计记录 10 条，已封存的变更历史 0 条" in capsys.readouterr().out
    tamper("UPDATE core_auditevent SET detail = '{}' WHERE id = %s", ten[2])
    with pytest.raises(CommandError, match="核验发现 1 处问题") as error:
        call_command("verify_audit")
    assert error.value.returncode == 1
    assert capsys.readouterr().out == f"第 {ten[2]} 号审计记录的内容被改动。\n"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_chain():
    start, errors = threading.Barrier(8), []

    def write(number: int):
        try:
            start.wait()
            for _ in range(25):
                audit.record(AuditKind.READ, username=f"t{number}")
        except Exception as error:  # told below, in the thread that asserts
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(AuditEvent.objects.order_by("id").values_list("id", flat=True)) == list(range(1, 201))
    assert verify().faults == []


def test_a_rehearsal_leaves_no_event_and_does_not_hold_up_others(ten):
    with audit.unrecorded():
        assert audit.record(AuditKind.READ).pk is None
    assert AuditEvent.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_rolled_back_leaves_no_gap():
    audit.record(AuditKind.READ)
    with transaction.atomic():
        audit.record(AuditKind.READ)
        transaction.set_rollback(True)
    assert audit.record(AuditKind.READ).pk == 2
    assert verify().faults == []


@pytest.mark.parametrize("model", event_models(), ids=lambda m: m._meta.db_table)
def test_every_table_of_history_is_append_only(model, db):
    """A table that fails here lacks `append_only(…)` (core.append_only) in a migration of its app."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass "
            "AND tgfoid = 'core_refuse_change'::regproc ORDER BY tgname",
            [table],
        )
        assert cursor.fetchall() == [("append_only", "O"), ("append_only_whole", "O")]
    refused(f"TRUNCATE {table}")


@pytest.mark.parametrize("table", ["orgs_organizationevent", "orgs_activityevent"])
def test_history_refuses_to_take_anything_back(table, make_org, cast):
    organization = make_org()
    register.record_activity(
        organization, name="排练", held_on=organization.created_at.date(), by=cast.officer
    )
    refused(f"UPDATE {table} SET pgh_label = 'x'")
    refused(f"DELETE FROM {table}")


@pytest.mark.django_db(transaction=True)
def test_who_changed_what_cannot_be_rewritten_later(make_org):
    make_org()
    refused("UPDATE pghistory_context SET metadata = '{}'")
    refused("DELETE FROM pghistory_context")
    refused("TRUNCATE pghistory_context CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_context_may_grow_while_its_transaction_lasts(make_org, cast):
    organization = make_org()
    with transaction.atomic(), told(Verb.EDIT, cast.officer, "先"):
        Organization.objects.filter(pk=organization.pk).update(remark="一")
        with told(Verb.EDIT, cast.officer, "后", clause="第一条"):
            Organization.objects.filter(pk=organization.pk).update(remark="二")
    told_at_last = Context.objects.order_by("created_at").last().metadata
    assert (told_at_last["reason"], told_at_last["clause"]) == (
        "先",
        "第一条",
    )  # named by the outer act, and more told


@pytest.fixture
def sealed(make_org, monkeypatch):
    """Seven states of one organisation, sealed by threes."""
    monkeypatch.setattr(seals, "BLOCK", 3)
    organization = make_org()
    for number in range(6):
        Organization.objects.filter(pk=organization.pk).update(remark=str(number))
    return seals.seal(), list(EVENT.objects.order_by("pgh_id").values_list("pgh_id", flat=True))


def test_a_seal_holds_ranges_rows_and_digests(sealed):
    kept, ids = sealed
    part = AuditEvent.objects.get(pk=kept.pk).detail["tables"]["orgs_organizationevent"]
    assert (part["from"], part["to"], part["rows"]) == (1, ids[-1], 7)
    assert [(high, rows) for high, rows, _ in part["blocks"]] == [(ids[2], 3), (ids[5], 3), (ids[6], 1)]
    assert (verify().faults, verify().history) == ([], states())


def test_the_next_seal_holds_only_what_is_new(sealed, make_org):
    _, ids = sealed
    assert seals.seal() is None
    make_org()
    part = seals.seal().detail["tables"]["orgs_organizationevent"]
    assert (part["from"], part["rows"]) == (ids[-1] + 1, 1)
    assert (verify().faults, verify().history) == ([], states())


def change(ids):
    tamper(
        "UPDATE orgs_organizationevent SET remark = 'x' WHERE pgh_id = %s",
        ids[4],
        table="orgs_organizationevent",
    )


def remove(ids):
    tamper("DELETE FROM orgs_organizationevent WHERE pgh_id = %s", ids[4], table="orgs_organizationevent")


@pytest.mark.parametrize(("act", "words"), [(change, "有内容被改动"), (remove, "少了 1 条")])
def test_history_that_was_changed_after_its_seal_is_narrowed_to_a_block(act, words, sealed):
    kept, ids = sealed
    act(ids)
    assert verify().faults == [
        f"社区社会组织的变更历史（表 orgs_organizationevent）第 {ids[2] + 1} 至 {ids[5]} 号{words}，"
        f"与第 {kept.pk} 号封存不符。"
    ]


def test_history_put_into_a_sealed_range_is_found(make_org):
    make_org()
    with connection.cursor() as cursor:  # an id that a rolled back change had left free
        cursor.execute("SELECT nextval(pg_get_serial_sequence('orgs_organizationevent', 'pgh_id'))")
        free = cursor.fetchone()[0]
    make_org()
    kept = seals.seal()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE forged AS SELECT * FROM orgs_organizationevent WHERE pgh_id = %s", [free + 1]
        )
        cursor.execute("UPDATE forged SET pgh_id = %s", [free])
    tamper("INSERT INTO orgs_organizationevent SELECT * FROM forged", table="orgs_organizationevent")
    sentence = f"第 1 至 {free + 1} 号多了 1 条，与第 {kept.pk} 号封存不符。"
    assert [fault.endswith(sentence) for fault in verify().faults] == [True]


def test_somebody_else_named_as_the_author_of_a_change_is_found(sealed):
    _, ids = sealed
    statement = (
        "UPDATE pghistory_context SET metadata = jsonb_set(metadata, '{username}', '\"他人\"') WHERE id = %s"
    )
    tamper(statement, EVENT.objects.get(pgh_id=ids[0]).pgh_context_id, table="pghistory_context")
    assert "有内容被改动" in verify().faults[0]


@pytest.mark.parametrize(
    "detail", ["{}", '{"tables": 5}', '{"tables": {"orgs_organizationevent": {"from": 1}}}']
)
def test_a_seal_that_was_written_into_is_named(detail, sealed):
    kept, _ = sealed
    tamper("UPDATE core_auditevent SET detail = %s WHERE id = %s", detail, kept.pk)
    assert verify().faults == [
        f"第 {kept.pk} 号审计记录的内容被改动。",
        f"第 {kept.pk} 号封存的内容无法读取。",
    ]


def test_a_seal_that_names_another_table_reads_none(sealed):
    kept, _ = sealed
    detail = (
        '{"tables": {"accounts_user; DROP TABLE x": {"from": 1, "blocks": [[9, 1, "x"]], "columns": ["id"]}}}'
    )
    tamper("UPDATE core_auditevent SET detail = %s WHERE id = %s", detail, kept.pk)
    assert "没有了这张表" in verify().faults[1]


@pytest.mark.django_db(transaction=True)
def test_a_seal_waits_for_whoever_is_writing(make_org):
    """A change that began earlier and is committed later has an id below those of others."""
    first, second = make_org(), make_org()
    written, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            Organization.objects.filter(pk=first.pk).update(remark="慢")
            written.set()
            go_on.wait(10)
        connection.close()

    def sealing():
        seals.seal()
        done.set()
        connection.close()

    threads = [threading.Thread(target=target) for target in (slow, sealing)]
    threads[0].start()
    written.wait(10)
    Organization.objects.filter(pk=second.pk).update(remark="快")
    threads[1].start()
    assert not done.wait(0.5)
    go_on.set()
    for thread in threads:
        thread.join()
    outcome = verify()
    assert (outcome.history, outcome.faults) == (states(), [])


@pytest.mark.django_db(transaction=True)
def test_a_seal_gives_up_when_somebody_writes_for_long(make_org, monkeypatch):
    monkeypatch.setattr(seals, "PATIENCE", "200ms")
    organization = make_org()
    caught = []

    def sealing():
        try:
            seals.seal()
        except seals.Busy as error:
            caught.append(str(error))
        connection.close()

    with transaction.atomic():
        Organization.objects.filter(pk=organization.pk).update(remark="慢")
        thread = threading.Thread(target=sealing)
        thread.start()
        thread.join()
    assert caught == ["名册正在写入，变更历史这次没有封存；下一次夜间任务会一并封存。"]
    assert seals.seal().detail["tables"]["orgs_organizationevent"]["rows"] == 2


def test_a_column_that_a_table_gets_later_does_not_disturb_a_seal(sealed):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orgs_organizationevent ADD COLUMN extra text DEFAULT '无' NOT NULL")
    assert verify().faults == []


def test_the_night_verifies_seals_and_turns_red(make_org):
    make_org()
    assert nightly() == (0, states())  # nothing to verify yet
    assert nightly() == (2 + states(), 0)  # two events and the sealed states
    tamper("UPDATE core_auditevent SET username = '他人' WHERE kind = 'seal'")
    with pytest.raises(Broken, match="审计核验发现 1 处问题：第 2 号审计记录的内容被改动"):
        nightly()
    assert AuditEvent.objects.filter(kind=AuditKind.VERIFY).count() == 3
