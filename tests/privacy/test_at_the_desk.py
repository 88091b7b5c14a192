"""Somebody without a phone comes to the desk: the security administrator looks, copies, erases."""

import io
import json
import re
import zipfile

import pytest
from sqlalchemy import update

from app.citizens.queries import PEOPLE
from app.core.db import db, transaction
from tests.audit.trail import trail
from tests.crowd import rows
from tests.house import PASSWORD, credit_code
from tests.submissions.library import bring, business, permit, stock

REASON = "本人持身份证到场"


@pytest.fixture
def desk(house):
    """A browser in which the security administrator is signed in."""
    return signed_in(stock(house), "security")


def signed_in(house, username):
    browser = house.app.test_client()
    form = {"username": username, "password": PASSWORD, "csrf_token": token(browser, "/office/")}
    assert browser.post("/office/session", data=form).status_code == 303
    return browser


def token(browser, path):
    page = browser.get(path).get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def post(browser, path, **form):
    form["csrf_token"] = token(browser, "/office/personal")
    return browser.post(f"/office/personal{path}", data=form)


def test_looked_up_copied_and_erased(house, desk):
    li = house.citizen("li").verify()
    bring(house, permit(li.id_number))
    given = {"id_number": li.id_number, "reason": REASON}
    page = post(desk, "", **given).get_data(as_text=True)
    assert "登录记录" in page
    assert "依各证照的法律、法规保存" in page
    assert post(desk, "/copy", **given).data[:2] == b"PK"
    assert post(desk, "/erase", **given).status_code == 422
    assert li.get("/me").status_code == 200
    assert "已删除" in post(desk, "/erase", **given, confirm="yes").get_data(as_text=True)
    assert li.get("/me").status_code == 401
    assert len(rows(house, PEOPLE)) == 1  # the licence says whose it is


def of_their_own(house, li):
    bring(house, permit(li.id_number))


def of_a_firm_they_act_for(house, li):
    bring(house, business(credit_code(1), li.id_number))


def among_somebody_s_family(house, li):
    house.citizen("wang").verify().add("李小明", id_number=li.id_number)


@pytest.mark.parametrize("has_phone", [True, False])
@pytest.mark.parametrize(
    "say_whose", [None, of_their_own, of_a_firm_they_act_for, among_somebody_s_family]
)
def test_the_number_is_said_to_stay_just_when_something_will_say_whose_it_is(
    house, desk, say_whose, has_phone
):
    """Whether there is a telephone beside it or not."""
    li = house.citizen("li").verify()
    [person] = rows(house, PEOPLE)
    if has_phone:
        with house.app.app_context(), transaction():
            db.session.execute(update(PEOPLE).values(phone_sealed=b"sealed"))
    if say_whose:
        say_whose(house, li)
    given = {"id_number": li.id_number, "reason": REASON}
    page = post(desk, "", **given).get_data(as_text=True)
    fate = re.search(r"<td><b>证件号码</b></td><td>([^<]+)</td>", page)[1]
    assert fate == ("依法保留" if say_whose else "删除，或不再指明是谁")
    post(desk, "/erase", **given, confirm="yes")
    assert len(rows(house, PEOPLE, id=person.id)) == bool(say_whose)


def test_who_looks_at_whom_and_why_is_written_and_no_number_of_anybody(house, desk):
    li = house.citizen("li").verify()
    before = trail(house)[-1].id
    post(desk, "", id_number=li.id_number, reason=f"{REASON}，电话 {li.phone}")
    post(desk, "", id_number="1", reason=REASON)
    looked, refused = trail(house, before)
    assert [looked.subject] == [row.id for row in rows(house, PEOPLE)]
    assert (looked.deed, looked.shows) == ("personal_data_seen", "people")
    assert (refused.status, refused.reason) == (422, REASON)
    assert looked.reason == f"{REASON}，电话 <phone>"
    assert li.phone not in str(looked)


def test_two_accounts_of_one_person_are_one_copy_and_one_look(house, desk):
    li, again = house.citizen("li").verify(), house.citizen("another").show_phone()
    house.phones[li.id_number] = again.phone
    again.put("/me/identity", {"name": "李小明", "id_number": li.id_number})
    given = {"id_number": li.id_number, "reason": REASON}
    archive = zipfile.ZipFile(io.BytesIO(post(desk, "/copy", **given).data))
    assert len(json.loads(archive.read("信息/账号.json"))) == 2
    assert "已删除" in post(desk, "/erase", **given, confirm="yes").get_data(as_text=True)
    assert li.get("/me").status_code == again.get("/me").status_code == 401


def test_a_wrong_number_an_unknown_one_and_no_reason(house, desk):
    li = house.citizen("li")
    assert "证件号码有误" in post(desk, "", id_number="1", reason=REASON).get_data(as_text=True)
    unknown = post(desk, "", id_number=li.id_number, reason=REASON)
    assert unknown.status_code == 404
    assert "没有这个证件号码" in unknown.get_data(as_text=True)
    li.verify()
    assert post(desk, "/copy", id_number=li.id_number, reason=" ").status_code == 422


def test_it_is_nobody_elses(house):
    house.citizen("li").verify()
    for username in ("administrator", "auditor", "supervisor", "clerk1"):
        browser = signed_in(house, username)
        assert "安全管理员" in browser.get("/office/personal").get_data(as_text=True)
        form = {"id_number": "1", "reason": REASON, "csrf_token": token(browser, "/office/me")}
        assert browser.post("/office/personal/copy", data=form).status_code == 403
