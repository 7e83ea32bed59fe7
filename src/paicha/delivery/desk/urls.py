"""Addresses of the desk. An area's pages all stand below its code."""

from __future__ import annotations

from django.urls import path

from paicha.delivery.desk.cases import urls as cases
from paicha.delivery.desk.city import urls as city
from paicha.delivery.desk.entry import urls as entry
from paicha.delivery.desk.ledger import urls as ledger
from paicha.delivery.desk.log import urls as log
from paicha.delivery.desk.mine import urls as mine
from paicha.delivery.desk.papers import urls as papers
from paicha.delivery.desk.phones import urls as phones
from paicha.delivery.desk.pictures import urls as pictures
from paicha.delivery.desk.town import urls as town
from paicha.delivery.desk.views import (
    areas,
    browser,
    certificate,
    decisions,
    household,
    lists,
    rules,
    second,
    settle,
    sheets,
    signin,
    transfer,
)
from paicha.delivery.desk.work import urls as work

app_name = "desk"

urlpatterns = [
    *log.urlpatterns,
    *entry.urlpatterns,
    *ledger.urlpatterns,
    *cases.urlpatterns,
    *town.urlpatterns,
    *city.urlpatterns,
    *work.urlpatterns,
    *mine.urlpatterns,
    *papers.urlpatterns,
    *phones.urlpatterns,
    *pictures.urlpatterns,
    path("certificate/", certificate.certificate_page, name="certificate"),
    path("certificate/paicha.crt", certificate.certificate_file, name="certificate_file"),
    path("", signin.home, name="home"),
    path("login/", signin.sign_in, name="sign_in"),
    path("logout/", signin.sign_out, name="sign_out"),
    path("password/", signin.password, name="password"),
    path("second/", second.second, name="second"),
    path("area/<code>/", areas.area, name="area"),
    path("area/<code>/villages/", areas.villages, name="villages"),
    path("area/<code>/households/", lists.households, name="households"),
    path("area/<code>/leads/", lists.leads, name="leads"),
    path("area/<code>/leads/village/", decisions.village_leads, name="village_leads"),
    path("area/<code>/conflicts/", settle.conflict_list, name="conflicts"),
    path("area/<code>/forms/", sheets.forms, name="forms"),
    path("area/<code>/forms/<name>/", sheets.form, name="form"),
    path("area/<code>/upload/", transfer.upload, name="upload"),
    path("area/<code>/download/", transfer.download, name="download"),
    path("area/<code>/download/all/", transfer.export_all, name="export_all"),
    path("area/<code>/trays/<uuid:tray_id>/", transfer.tray_page, name="tray"),
    path("area/<code>/trays/<uuid:tray_id>/confirm/", transfer.confirm, name="confirm"),
    path("area/<code>/trays/<uuid:tray_id>/file/", transfer.fetch, name="fetch"),
    path("household/<uuid:household>/", household.household, name="household"),
    path("household/<uuid:household>/phone/", household.phone, name="phone"),
    path("household/<uuid:household>/decide/", household.decide, name="decide"),
    path("household/<uuid:household>/head/", household.head, name="head"),
    path("household/<uuid:household>/change/", household.change, name="change"),
    path("conflict/<int:pk>/", settle.conflict, name="conflict"),
    path("rules/<slug:digest>.js", browser.rules_module, name="rules_module"),
    path("rules/<rule_id>/", rules.rule, name="rule"),
]
