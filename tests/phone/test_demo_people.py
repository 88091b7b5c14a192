"""The invented people somebody may try the demo as."""

from dataclasses import replace

import pytest

from app.citizens.rules import id_number
from app.factory import create_app
from tests.house import MORNING, refused


@pytest.fixture
def demo(settings):
    app = create_app(replace(settings, mode="demo"))
    yield app.test_client()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "居住证"), ("en", "residence permit")])
def test_the_demo_offers_them_in_both_languages(demo, language, word):
    people = demo.get(f"/api/v1/demo/people?lang={language}").json
    assert len(people) >= 12
    assert all(set(each) == {"name", "id_number", "phone", "what"} for each in people)
    assert all(id_number(each["id_number"], MORNING.date()) for each in people)
    assert word in str([each["what"] for each in people])


def test_nobody_is_offered_anywhere_else(shared_house):
    refused(shared_house.get("/demo/people"), 404, "not_found")
