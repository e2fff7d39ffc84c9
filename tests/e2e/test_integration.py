"""The workflow of Hèstia onboarding (procedure B), from the first e-mail to production."""
from conftest import ROOT, run


def test_the_drawing_in_the_documentation_is_the_tables():
    text = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    drawn = text.split("<!-- talaia integration diagram -->\n", 1)[1]
    assert drawn == run("integration", "diagram").out
    assert "approval_pre --> approved_pre : approve" in drawn
