"""The WSGI entry that gunicorn loads, once in every worker.

What holds: this module is loaded after the fork (no preload), so that Polars never is before it; what a first
request would wait for is read here already; a web worker keeps Polars to one thread (a page's batch is small;
the import command and the worker use every core); what was made until here lives as long as the worker, and the
collector doesn't walk through it again (a quarter of a second, in the middle of somebody's request).
"""

from __future__ import annotations

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paicha.config.settings")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from paicha.delivery.desk.shell.warm_up import warm  # noqa: E402  (needs the apps to be loaded)

warm()
gc.collect()
gc.freeze()
