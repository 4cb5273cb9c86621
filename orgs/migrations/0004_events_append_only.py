from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_audit_chain'),
        ('orgs', '0003_count_index_with_dormancy'),
    ]

    operations = [
        append_only("orgs_organizationevent"),
        append_only("orgs_activityevent"),
    ]
