"""The database refuses to change or delete an audit entry."""

from django.db import migrations

from paicha.domain.audit.protection import install, remove


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
