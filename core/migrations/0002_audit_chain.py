"""The audit becomes a chain, and nothing of it or of the history can be taken back.

The triggers are plain SQL: those of pgtrigger can be asked by any session to look away.
"""

import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from core.append_only import append_only

# Must stay as it is: every digest that was ever kept was made by it. core.audit.canon reads the same words.
DIGEST = """encode(sha256(convert_to(jsonb_build_array(
    {row}.previous, {row}.id, {row}.kind, to_char({row}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    {row}.user_id, {row}.username, {row}.address::text, {row}.path, {row}.detail)::text, 'UTF8')), 'hex')"""

REFUSE = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cannot % rows of %: the table is append-only', lower(TG_OP), TG_TABLE_NAME;
END $$;
"""

# What was there before is chained in the order of its ids.
CHAIN_EXISTING = f"""
DO $$
DECLARE
    event core_auditevent;
    head text := '';
    top bigint := 0;
BEGIN
    FOR event IN SELECT * FROM core_auditevent ORDER BY id LOOP
        event.previous := head;
        head := {DIGEST.format(row="event")};
        top := event.id;
        UPDATE core_auditevent SET previous = event.previous, digest = head WHERE id = event.id;
    END LOOP;
    INSERT INTO core_audithead (id, last, digest) VALUES (1, top, head);
END $$;
"""

# The row of the head is the lock: one event after the other, each committed before the next is chained to it.
# Ids are given here as well: those of a sequence have gaps where a transaction was rolled back, and another order.
CHAIN = f"""
CREATE FUNCTION core_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head core_audithead;
BEGIN
    SELECT * INTO head FROM core_audithead WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO core_audithead (id, last, digest) VALUES (1, 0, '') ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM core_audithead WHERE id = 1 FOR UPDATE;
    END IF;
    NEW.id := greatest(head.last, (SELECT max(id) FROM core_auditevent)) + 1;
    NEW.previous := head.digest;
    NEW.digest := {DIGEST.format(row="NEW")};
    UPDATE core_audithead SET last = NEW.id, digest = NEW.digest WHERE id = 1;
    RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON core_auditevent FOR EACH ROW EXECUTE FUNCTION core_audit_chain();
CREATE TRIGGER chain_only BEFORE INSERT OR UPDATE OR DELETE ON core_audithead
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER chain_only_whole BEFORE TRUNCATE ON core_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""
UNCHAIN = """
DROP TRIGGER chain ON core_auditevent;
DROP TRIGGER chain_only ON core_audithead;
DROP TRIGGER chain_only_whole ON core_audithead;
DROP FUNCTION core_audit_chain();
"""

# pghistory writes a context when the first change is recorded under it, and again when a nested context adds words to it.
# That happens in the transaction that made it; whose change it was is never rewritten later.
CONTEXT = """
CREATE FUNCTION core_keep_context() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND OLD.created_at = now() THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Cannot % rows of %: the table is append-only', lower(TG_OP), TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION core_keep_context();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON pghistory_context
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE INDEX core_context_created ON pghistory_context (created_at, id);
"""
LOOSE_CONTEXT = """
DROP INDEX core_context_created;
DROP TRIGGER append_only_whole ON pghistory_context;
DROP TRIGGER append_only ON pghistory_context;
DROP FUNCTION core_keep_context();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last', models.BigIntegerField(verbose_name='最后一条')),
                ('digest', models.CharField(max_length=64, verbose_name='校验值')),
            ],
            options={
                'verbose_name': '审计链末端',
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='auditevent',
            name='append_only',
        ),
        migrations.AddField(
            model_name='auditevent',
            name='digest',
            field=models.CharField(default='', editable=False, max_length=64, verbose_name='校验值'),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='previous',
            field=models.CharField(default='', editable=False, max_length=64, verbose_name='上一条的校验值'),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='kind',
            field=models.CharField(choices=[('sign_in', '登录'), ('sign_in_failed', '登录失败'), ('sign_out', '退出'), ('denied', '拒绝访问'), ('export', '导出'), ('read', '查看'), ('seal', '封存'), ('verify', '核验')], max_length=20, verbose_name='种类'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(models.F('at'), models.F('id'), name='audit_at'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(models.F('kind'), models.F('at'), models.F('id'), name='audit_kind_at'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(models.F('username'), models.F('at'), models.F('id'), name='audit_username_at'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(models.F('address'), models.F('at'), models.F('id'), name='audit_address_at'),
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION core_refuse_change();"),
        migrations.RunSQL(CHAIN_EXISTING, migrations.RunSQL.noop),
        migrations.RunSQL(CHAIN, UNCHAIN),
        append_only("core_auditevent"),
        migrations.RunSQL(CONTEXT, LOOSE_CONTEXT),
    ]
