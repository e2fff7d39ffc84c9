"""The desk in a real Chromium: tests/browser/*.mjs do the looking."""
import web as w


def test_every_page_and_task_in_chromium(tmp_path, demo):
    for name, role in (("maria", "administrator"), ("joan", "technician")):
        w.add_account(demo, name, role)
    with w.serving(demo, lang=None) as web:
        w.browse("desk.mjs", web, tmp_path, at_least=70)


def test_the_calendar_in_chromium(tmp_path, demo):
    for name, role in (("maria", "administrator"), ("joan", "technician")):
        w.add_account(demo, name, role)
    with w.serving(demo, lang=None) as web:
        w.browse("calendar.mjs", web, tmp_path, at_least=4)


def test_administration_in_chromium(tmp_path, demo):
    for name, role in (("maria", "administrator"), ("joan", "technician")):
        w.add_account(demo, name, role)
    with w.serving(demo, lang=None) as web:
        w.browse("admin.mjs", web, tmp_path, at_least=40)


def test_contacts_exclusions_and_texts_in_chromium(tmp_path, demo):
    w.add_account(demo, "maria", "administrator")
    with w.serving(demo, lang=None) as web:
        w.browse("data.mjs", web, tmp_path, at_least=30)
