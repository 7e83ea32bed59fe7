"""What one writes on a first day instead: a Django view that inserts what comes, and nothing else.

No token, no rules, no findings, no summary, no audit, no receipt. `DATABASE_URL` as for paicha; served by gunicorn
as paicha is. Used by sync.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings

from paicha.config.database import settings_for

settings.configure(
    DATABASES={"default": settings_for(Path(os.environ["BARE_HOME"]), os.environ.get("DATABASE_URL"))},
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="bare", INSTALLED_APPS=[], MIDDLEWARE=[],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", DATA_UPLOAD_MAX_MEMORY_SIZE=8_000_000,
)  # fmt: skip
django.setup()

import orjson  # noqa: E402  (settings come first)
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Answer(models.Model):
    """A household's answers as they came."""

    household = models.CharField(max_length=40)
    answers = models.JSONField()

    class Meta:
        app_label = "bare"
        db_table = "bare_answer"

    def __str__(self) -> str:
        return self.household


@transaction.atomic
def insert(request: HttpRequest) -> HttpResponse:
    """Every item a row."""
    items = orjson.loads(request.body)["items"]
    Answer.objects.bulk_create([Answer(household=one["item"], answers=one) for one in items])
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path("api/v1/sync/batches", insert)]
application = get_wsgi_application()

if "bare_answer" not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Answer)
connection.close()
