"""The WSGI entry that gunicorn loads, once in every worker.

What holds: Polars is not imported here, so that it is never loaded before a fork, and a web worker keeps it to
one thread (a page's batch is small; the import command and the worker use every core).
"""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paicha.config.settings")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
