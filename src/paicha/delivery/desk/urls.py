"""Addresses of the desk. An area's pages all stand below its code; each folder names its own."""

from __future__ import annotations

from paicha.delivery.desk.account import urls as account
from paicha.delivery.desk.administration import urls as administration
from paicha.delivery.desk.audit import urls as audit
from paicha.delivery.desk.cases import urls as cases
from paicha.delivery.desk.devices import urls as devices
from paicha.delivery.desk.duplicates import urls as duplicates
from paicha.delivery.desk.entry import urls as entry
from paicha.delivery.desk.files import urls as files
from paicha.delivery.desk.help import urls as help_pages
from paicha.delivery.desk.home import urls as home
from paicha.delivery.desk.households import urls as households
from paicha.delivery.desk.ledger import urls as ledger
from paicha.delivery.desk.pictures import urls as pictures
from paicha.delivery.desk.plan import urls as plan
from paicha.delivery.desk.problems import urls as problems
from paicha.delivery.desk.referrals import urls as referrals
from paicha.delivery.desk.reports import urls as reports
from paicha.delivery.desk.samples import urls as samples
from paicha.delivery.desk.search import urls as search
from paicha.delivery.desk.verification import urls as verification

app_name = "desk"

urlpatterns = [
    *account.urlpatterns,
    *administration.urlpatterns,
    *audit.urlpatterns,
    *cases.urlpatterns,
    *devices.urlpatterns,
    *duplicates.urlpatterns,
    *entry.urlpatterns,
    *files.urlpatterns,
    *help_pages.urlpatterns,
    *home.urlpatterns,
    *households.urlpatterns,
    *ledger.urlpatterns,
    *pictures.urlpatterns,
    *plan.urlpatterns,
    *problems.urlpatterns,
    *referrals.urlpatterns,
    *reports.urlpatterns,
    *samples.urlpatterns,
    *search.urlpatterns,
    *verification.urlpatterns,
]
