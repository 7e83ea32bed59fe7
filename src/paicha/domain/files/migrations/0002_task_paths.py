"""Work that waits in the queue of an older home finds its task again: the desk's folders have moved."""

from django.db import migrations

MOVES = {
    "paicha.delivery.desk.tasks.work_on": "paicha.delivery.desk.files.tasks.work_on",
    "paicha.delivery.desk.town.tasks.work_on_job": "paicha.delivery.desk.verification.tasks.work_on_job",
    "paicha.delivery.desk.work.tasks.raise_leads": "paicha.delivery.desk.referrals.tasks.raise_leads",
    "paicha.delivery.desk.work.tasks.send_all": "paicha.delivery.desk.referrals.tasks.send_all",
}


def rename(apps, schema_editor):
    """Give every task of the queue the path at which it stands now."""
    results = apps.get_model("django_tasks_database", "DBTaskResult").objects
    for old, new in MOVES.items():
        results.filter(task_path=old).update(task_path=new)


class Migration(migrations.Migration):
    dependencies = [("files", "0001_stored"), ("django_tasks_database", "0021_conditional_partial_index_ordering")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
