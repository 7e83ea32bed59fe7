"""Pages draw their pictures themselves: drawings that an older home asked for, and those that it kept, go."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import migrations

DRAWING = "paicha.delivery.desk.pictures.tasks.draw"


def forget(apps, schema_editor):
    """Take the drawings out of the queue, whose task is no more, and delete the kept files."""
    apps.get_model("django_tasks_database", "DBTaskResult").objects.filter(task_path=DRAWING).delete()
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "pictures", ignore_errors=True)


class Migration(migrations.Migration):
    dependencies = [("files", "0002_task_paths")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
