#!/usr/bin/env bash
# django-tasks-db 0.13.0: a task whose worker was killed says RUNNING for good, and no worker takes it up again.
#
# Whoever shows the task's status shows work that goes on for ever. A worker that is started afterwards finds nothing to
# do and ends; the package has no heartbeat, no time limit and no command that would notice. A lease of one's own is needed.
#
# Seen: after the worker was killed: RUNNING
#       after another worker ran until nothing was left to do: RUNNING
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet django==5.2.19 django-tasks==0.12.0 django-tasks-db==0.13.0
cd "$folder"
cat >settings.py <<'PYTHON'
SECRET_KEY = "for this trial alone"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "trial.sqlite3", "OPTIONS": {"timeout": 20}}}
INSTALLED_APPS = ["django_tasks", "django_tasks_db"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
USE_TZ = True
PYTHON
cat >work.py <<'PYTHON'
import time

from django_tasks import task


@task()
def slow() -> None:
    time.sleep(600)
PYTHON
export DJANGO_SETTINGS_MODULE=settings PYTHONPATH=.
python="$folder/venv/bin/python"
status() { "$python" -c 'import django; django.setup()
from django_tasks_db.models import DBTaskResult
print(DBTaskResult.objects.get().status)'; }
"$python" -m django migrate --verbosity 0
"$python" -c 'import django; django.setup(); from work import slow; slow.enqueue()'
"$python" -m django db_worker --verbosity 0 &
worker=$!
for _ in $(seq 60); do [ "$(status)" = RUNNING ] && break; sleep 0.5; done
kill -KILL "$worker"
wait "$worker" 2>/dev/null || true
echo "django-tasks-db 0.13.0, after the worker was killed: $(status)"
timeout 120 "$python" -m django db_worker --batch --verbosity 0
echo "after another worker ran until nothing was left to do: $(status)"
[ "$(status)" = RUNNING ] || { echo "behaves otherwise now"; exit 1; }
