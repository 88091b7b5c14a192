"""Who may see a submission: whoever fills it, and the counter that has its ticket. Nobody else is
told that it is there; and nobody's form is filled from what they have no right to."""

import copy
import json
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.core.acts import SYSTEM, Act, Role
from app.staff.service import put_device, put_staff
from tests.house import HALL_FILE, KIOSK_TOKEN, credit_code, refused
from tests.house import _hash as password
from tests.submissions.library import (
    begin,
    bring,
    business,
    called,
    card,
    desk,
    licence,
    ok,
    opened,
    permit,
    save,
    submit,
    submitted,
    sure,
)

OTHER_KIOSK = "the token of another kiosk"
NOBODY = "0" * 32


@pytest.fixture(scope="module")
def hall(shared_hall):
    house, act = shared_hall, Act(shared_hall.clock.now(), SYSTEM)
    file = copy.deepcopy(HALL_FILE)
    file["hall"]["code"] = "e"
    elsewhere = parse_hall(json.dumps(file, ensure_ascii=False).encode())
    house.within(lambda: load_hall(elsewhere))
    house.within(lambda: put_device(OTHER_KIOSK, "kiosk", "t", "没有读卡器", act))
    house.within(lambda: put_staff("elsewhere1", password, Role.CLERK, "e", "1", act))
    return house


def filling(submission):
    """Every route of whoever fills it, as (method, path, body)."""
    path = f"/submissions/{submission['id']}"
    revision = {"revision": submission["revision"]}
    return [
        ("GET", path, None),
        ("PUT", f"{path}/values", {**revision, "values": {"job": "x"}}),
        ("POST", f"{path}/submit", {**revision, "promises": []}),
        ("POST", f"{path}/withdraw", {}),
    ]


def at_desk(submission):
    path = f"/kiosk/submissions/{submission['id']}"
    revision = {"revision": submission["revision"]}
    return [
        *filling(submission),
        ("POST", f"{path}/number", {**revision, "promises": []}),
        ("POST", f"{path}/close", {}),
    ]


def at_counter(submission, ticket):
    """Every route of the counter."""
    of_ticket, path = f"/tickets/{ticket['id']}", f"/submissions/{submission['id']}"
    here = {"ticket": ticket["id"]}
    correction = {**here, "revision": submission["revision"], "changes": {"job": "x"}}
    return [
        ("GET", f"{of_ticket}/file", None),
        ("POST", f"{of_ticket}/file/open", {}),
        ("POST", f"{path}/corrections", correction),
        ("POST", f"{path}/materials", {**here, "code": "photo", "state": "seen"}),
        ("POST", f"{of_ticket}/gaps", {"materials": [{"name": "x"}]}),
        ("POST", "/submissions/search", {**here, "code": submission["code"]}),
    ]


def unseen(house, routes, token, codes):
    for method, path, body in routes:
        answer = house.request(method, path, token, body)
        assert answer.status_code in (401, 403, 404), f"{method} {path}: {answer.status_code}"
        assert answer.json["code"] in codes, f"{method} {path}: {answer.json}"


NOT_FOUND = {"submission_not_found"}
NOT_FOR_THEM = {"forbidden"}


def test_a_submission_of_a_phone_is_that_accounts_alone(hall):
    li, zhang = sure(hall, "of-a-phone"), sure(hall, "other-phone")
    form = begin(li)
    for token in (zhang.token, KIOSK_TOKEN, hall.sign_in("guide")):
        unseen(hall, filling(form), token, NOT_FOUND)
    unseen(hall, filling(form), hall.clerk("2").token, NOT_FOR_THEM)
    unseen(hall, filling(form), None, {"unauthenticated"})
    assert li.get(f"/submissions/{form['id']}").json["revision"] == form["revision"]


def test_a_submission_of_the_desk_is_that_machines_for_ten_minutes(hall):
    li = sure(hall, "at-a-desk")
    body = {**card(li), "item": "id-card"}
    form = ok(desk(hall, "submissions", body), 201)
    for token in (OTHER_KIOSK, hall.sign_in("guide")):
        unseen(hall, at_desk(form), token, NOT_FOUND)
    unseen(hall, filling(form), li.token, NOT_FOUND)
    unseen(hall, at_desk(form), None, {"unauthenticated"})
    hall.clock.advance(minutes=9)
    values = {"revision": form["revision"], "values": {"job": "木工"}}
    path = f"/submissions/{form['id']}"
    form = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, values))
    hall.clock.advance(minutes=9)
    ok(hall.get(path, KIOSK_TOKEN))
    hall.clock.advance(minutes=1)
    unseen(hall, at_desk(form), KIOSK_TOKEN, NOT_FOUND)


def test_only_the_counter_that_has_the_ticket_opens_its_file(hall):
    li = sure(hall, "called")
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    other = hall.clerk("2")
    elsewhere = hall.sign_in("elsewhere1")
    routes = at_counter(done, ticket)
    unseen(hall, routes, hall.clerk("1").token, {"ticket_not_found"})
    clerk = called(hall, ticket)
    opened(clerk, ticket["id"])
    for token in (other.token, elsewhere, hall.sign_in("supervisor")):
        unseen(hall, routes, token, {"ticket_not_found"})
    for token in (li.token, KIOSK_TOKEN, hall.sign_in("guide"), hall.sign_in("administrator")):
        unseen(hall, routes, token, NOT_FOR_THEM)
    unseen(hall, routes, None, {"unauthenticated"})
    key = "opened once"
    ok(hall.post(f"/tickets/{ticket['id']}/file/open", clerk.token, {}, key))
    ok(clerk.handle(ticket, "finish"))
    unseen(hall, routes, clerk.token, {"ticket_not_found"})
    again = hall.post(f"/tickets/{ticket['id']}/file/open", clerk.token, {}, key)
    refused(again, 404, "ticket_not_found")


def test_a_counter_opens_only_what_belongs_to_its_ticket(hall):
    li, zhang = sure(hall, "belongs"), sure(hall, "belongs-not")
    mine, other = submitted(li, address="路 1 号"), submitted(zhang, address="路 2 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    assert [each["id"] for each in opened(clerk, ticket["id"])["submissions"]] == [mine["id"]]
    body = {"ticket": ticket["id"], "revision": other["revision"], "changes": {"job": "x"}}
    answer = hall.post(f"/submissions/{other['id']}/corrections", clerk.token, body)
    refused(answer, 404, "submission_not_found")
    gaps = {"submission": other["id"], "materials": [{"code": "photo"}]}
    answer = hall.post(f"/tickets/{ticket['id']}/gaps", clerk.token, gaps)
    refused(answer, 404, "submission_not_found")


def test_after_a_transfer_the_other_counter_has_it(hall):
    li = sure(hall, "transferred")
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    hall.clerk("2")  # opens
    opened(clerk, ticket["id"])
    ok(clerk.handle(ticket, "transfer", {"counter": "2", "reason": "另一窗口办理"}))
    unseen(hall, at_counter(done, ticket), clerk.token, {"ticket_not_found"})
    other = called(hall, ticket, "2")
    assert [each["id"] for each in opened(other, ticket["id"])["submissions"]] == [done["id"]]


def test_whoever_walks_in_without_a_card_is_found_by_the_code_on_their_paper(hall):
    li = sure(hall, "with-a-paper")
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card")
    clerk = called(hall, ticket)
    assert ok(hall.get(f"/tickets/{ticket['id']}/file", clerk.token))["submissions"] == []
    code = done["code"].lower()
    body = {"ticket": ticket["id"], "code": f"{code[:5]}-{code[5:]}".replace("0", "o")}
    found = ok(hall.post("/submissions/search", clerk.token, body))
    assert [each["id"] for each in found["submissions"]] == [done["id"]]
    body["code"] = "AAAAAAAAAA"
    refused(hall.post("/submissions/search", clerk.token, body), 404, "submission_not_found")
    assert opened(clerk, ticket["id"])["submissions"][0]["values"]["id_number"] == li.id_number


def test_what_a_stranger_declares_is_not_handed_in_for_the_person(hall):
    li, stranger = sure(hall, "victim"), hall.citizen("stranger").identify("王五")
    person = stranger.add("李小明", id_number=li.id_number)["id"]
    draft = begin(stranger, person=person)
    assert draft["ground"] == "declared"
    submit(stranger, save(stranger, draft, address="假路 1 号", phone="13900000000"))
    assert li.get("/me/archive").json["submissions"] == []
    assert "13900000000" not in json.dumps(begin(li))
    ticket = hall.take("id-card", id_number=li.id_number)
    assert opened(called(hall, ticket), ticket["id"])["submissions"] == []


def test_a_draft_ends_with_the_right_it_was_filled_by(hall):
    holder, agent = sure(hall, "holder"), sure(hall, "agent")
    bring(hall, permit(holder.id_number))
    body = {"id_number": agent.id_number, "name": "李小明", "until": "2027-01-01"}
    given_id = ok(holder.post("/me/authorisations", body), 201)["id"]
    [person] = [
        each["id"] for each in agent.get("/me/holders").json if each["ground"] == "authorised"
    ]
    draft = begin(agent, person=person)
    assert draft["values"]["address"] == "南宁市青秀区云景路 8 号"
    ok(holder.post(f"/me/authorisations/{given_id}/end", {}))
    unseen(hall, filling(draft), agent.token, NOT_FOUND)
    assert agent.get("/me/submissions").json == []
    agent.add("李小明", id_number=holder.id_number)
    again = begin(agent, person=person)
    assert again["id"] != draft["id"]
    assert "address" not in again["values"]
    unseen(hall, filling(draft), agent.token, NOT_FOUND)


# A typed card


def test_where_the_card_was_typed_what_others_said_is_masked(hall):
    li = sure(hall, "typed")
    bring(
        hall,
        permit(li.id_number),
        licence("id-card", li.id_number, data={"address": "桂林市叠彩区中山北路 3 号"}),
        licence("disability", li.id_number, data={"grade": "三级"}),
    )
    body = {**card(li, read=False), "item": "id-card"}
    form = ok(desk(hall, "submissions", body), 201)
    assert form["identity_typed"] is True
    shown = json.dumps(form, ensure_ascii=False)
    assert not any(secret in shown for secret in ("云景", "叠彩", "2024-05-06", "61.5", "三级"))
    assert form["values"]["address"] == "南宁市" + "*" * 10
    assert form["values"]["since"] == "20**-**-**"
    assert form["values"]["area"] == "***"
    assert form["fields"]["address"]["masked"] is True
    assert (form["values"]["name"], form["fields"]["name"]["masked"]) == ("李小明", False)
    [other] = form["fields"]["address"]["others"]
    assert other["value"] == other["text"] == "桂林市" + "*" * 11

    path = f"/submissions/{form['id']}/values"
    sent = {**form["values"], "area": 40, "phone": "13800001234"}
    body = {"values": sent, "revision": form["revision"]}
    saved = ok(hall.request("PUT", path, KIOSK_TOKEN, body))
    assert saved["values"]["area"] == 40
    assert saved["fields"]["area"]["masked"] is False
    assert saved["values"]["address"] == form["values"]["address"]
    body = {"values": {"address": {"other": other["other"]}}, "revision": saved["revision"]}
    taken = ok(hall.request("PUT", path, KIOSK_TOKEN, body))
    assert taken["fields"]["address"]["masked"] is True

    body = {"revision": taken["revision"], "promises": []}
    number = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    [whole] = opened(called(hall, number), number["id"])["submissions"]
    assert whole["values"]["address"] == "桂林市叠彩区中山北路 3 号"
    assert (whole["values"]["since"], whole["values"]["area"]) == ("2024-05-06", 40)


def test_a_guess_at_what_is_masked_is_not_told_to_be_right(hall):
    li = sure(hall, "guessed")
    bring(hall, permit(li.id_number))
    form = ok(desk(hall, "submissions", {**card(li, read=False), "item": "id-card"}), 201)
    seen = []
    for guess in ("2024-05-06", "2023-01-01"):
        path = f"/submissions/{form['id']}/values"
        body = {"values": {"since": guess}, "revision": form["revision"]}
        form = ok(hall.request("PUT", path, KIOSK_TOKEN, body))
        seen.append({**form["fields"]["since"], "text": ""})
    assert seen[0] == seen[1]


def test_a_mask_is_no_answer(hall):
    li = sure(hall, "half-typed")
    bring(hall, permit(li.id_number))
    form = ok(desk(hall, "submissions", {**card(li, read=False), "item": "id-card"}), 201)
    path, mask = f"/submissions/{form['id']}", form["values"]["address"]
    for text in (f"{mask}新", "云景路 8 号", mask):
        values = {"address": text, "phone": "13800001234"}
        body = {"values": values, "revision": form["revision"]}
        form = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, body))
        wrong = [each["code"] for each in form["problems"] if each["field"] == "address"]
        assert wrong == (["mask_kept"] if "*" in text else [])
    body = {"revision": form["revision"], "promises": []}
    answer = hall.request("POST", f"{path}/submit", KIOSK_TOKEN, body)
    assert set(refused(answer, 422, "fields_wrong")["errors"]) == {"address"}


def test_the_owner_sees_whole_what_a_counter_had_of_a_typed_card(hall):
    li = sure(hall, "owner-of-a-typed-one")
    bring(hall, permit(li.id_number))
    form = ok(desk(hall, "submissions", {**card(li, read=False), "item": "id-card"}), 201)
    path = f"/submissions/{form['id']}"
    body = {"values": {"phone": "13800001234"}, "revision": form["revision"]}
    form = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, body))
    assert li.get("/me/submissions").json == []
    body = {"revision": form["revision"], "promises": []}
    number = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    assert li.get("/me/submissions").json == []
    opened(called(hall, number), number["id"])
    assert [each["id"] for each in li.get("/me/submissions").json] == [form["id"]]
    seen = ok(li.get(path))
    assert seen["values"]["address"] == "南宁市青秀区云景路 8 号"
    assert "2026-05-06" in seen["fields"]["address"]["source"]["text"]
    assert ok(hall.get(path, KIOSK_TOKEN))["fields"]["address"]["masked"] is True
    unsure = hall.citizen("unsure").identify("李小明")
    assert unsure.get("/me/submissions").json == []


def put_values(hall, form, **values):
    body = {"values": values, "revision": form["revision"]}
    return hall.request("PUT", f"/submissions/{form['id']}/values", KIOSK_TOKEN, body)


def test_what_is_locked_and_masked_stays_so_and_tells_nobody_that_a_guess_is_right(hall):
    li = sure(hall, "locked")
    code = credit_code(901)
    bring(hall, business(code, li.id_number))
    typed = card(li, read=False)
    firm = next(
        each["person"] for each in ok(desk(hall, "holders", typed)) if each["kind"] == "firm"
    )
    form = ok(desk(hall, "submissions", {**typed, "item": "passport", "holder": firm}), 201)
    locked = form["fields"]["firm_name"]
    assert (locked["editable"], locked["masked"]) == (False, True)
    for guess in ("云景豆腐店", "别家店", None):
        refused(put_values(hall, form, firm_name=guess), 422, "field_fixed")
    form = ok(put_values(hall, form, firm_name=form["values"]["firm_name"]))
    assert form["fields"]["firm_name"] == locked


def test_of_two_values_with_one_mask_the_one_that_was_chosen_is_taken(hall):
    li = sure(hall, "two-licences")
    newer, older = "南宁市青秀区云景路 8 号", "南宁市兴宁区朝阳路 9 号"
    bring(
        hall,
        permit(li.id_number, address=newer, issued_on="2026-05-06"),
        licence("id-card", li.id_number, data={"address": older}),
    )
    form = ok(desk(hall, "submissions", {**card(li, read=False), "item": "id-card"}), 201)
    [other] = form["fields"]["address"]["others"]
    assert (other["masked"], other["value"]) == (True, form["values"]["address"])
    for nth in (-1, 7, True, "1"):
        refused(put_values(hall, form, address={"other": nth}), 422, "unknown_source")
    form = ok(put_values(hall, form, address={"other": other["other"]}))
    form = ok(put_values(hall, form, address=form["values"]["address"], phone="13800001234"))
    body = {"revision": form["revision"], "promises": []}
    number = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    [whole] = opened(called(hall, number), number["id"])["submissions"]
    assert whole["values"]["address"] == older


def test_only_a_machine_with_a_reader_is_believed_to_have_read_a_card(hall):
    li = sure(hall, "not-read")
    bring(hall, permit(li.id_number), licence("disability", li.id_number, data={"grade": "三级"}))
    number = {"id_number": li.id_number, "read": True}
    nameless = {**number, "item": "id-card"}
    for token in (OTHER_KIOSK, hall.sign_in("guide"), hall.sign_in("supervisor")):
        refused(desk(hall, "submissions", nameless, token), 422, "name_wrong")
        refused(desk(hall, "holders", number, token), 422, "name_wrong")
        body = {**nameless, "name": "李小明"}
        form = ok(desk(hall, "submissions", body, token), 201)
        assert form["identity_typed"] is True
        shown = json.dumps(form, ensure_ascii=False)
        assert not any(secret in shown for secret in ("云景", "三级"))
    form = ok(desk(hall, "submissions", nameless), 201)
    assert form["values"]["address"] == "南宁市青秀区云景路 8 号"


def test_a_name_beside_a_number_that_was_read_is_declared_until_somebody_agrees(hall):
    known, unknown = sure(hall, "register-knows"), hall.citizen("register-knows-not")
    confidence = []
    for citizen in (known, unknown):
        form = ok(desk(hall, "submissions", {**card(citizen), "item": "id-card"}), 201)
        confidence.append(form["fields"]["name"]["confidence"])
    assert confidence == ["verified", "declared"]
    lying = {**card(known, name="别人"), "item": "id-card"}
    refused(desk(hall, "submissions", lying), 422, "identity_mismatch")


def test_what_somebody_typed_at_a_desk_is_not_the_persons_own_until_a_counter_had_it(hall):
    li = sure(hall, "typed-by-a-stranger")
    form = ok(desk(hall, "submissions", {**card(li, read=False), "item": "id-card"}), 201)
    form = ok(put_values(hall, form, phone="13900000000", address="假路 1 号"))
    body = {"revision": form["revision"], "promises": []}
    number = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    assert "13900000000" not in json.dumps(begin(li))
    assert li.get("/me/archive").json["submissions"] == []
    refused(li.get(f"/submissions/{form['id']}"), 404, "submission_not_found")
    opened(called(hall, number), number["id"])
    assert [each["id"] for each in li.get("/me/archive").json["submissions"]] == [form["id"]]
    assert begin(li)["fields"]["phone"]["source"]["kind"] == "last"


def test_what_was_begun_is_not_told_again_once_the_desk_is_left(hall):
    li, key = sure(hall, "left"), "begun and left"
    body = {**card(li), "item": "id-card"}
    form = ok(hall.post("/kiosk/submissions", KIOSK_TOKEN, body, key), 201)
    assert ok(hall.post("/kiosk/submissions", KIOSK_TOKEN, body, key), 201)["id"] == form["id"]
    ok(desk(hall, f"submissions/{form['id']}/close", {}), 204)
    again = hall.post("/kiosk/submissions", KIOSK_TOKEN, body, key)
    refused(again, 404, "submission_not_found")


def test_a_typed_card_needs_its_name_and_somebody_who_knows(hall):
    li = sure(hall, "well-known")
    typed = card(li, read=False)
    refused(desk(hall, "holders", {**typed, "name": "别人"}), 422, "identity_mismatch")
    unknown = hall.citizen("unregistered")
    refused(desk(hall, "holders", card(unknown, read=False)), 409, "identity_unconfirmed")
    del typed["name"]
    refused(desk(hall, "holders", typed), 422, "name_wrong")
    ok(desk(hall, "holders", card(unknown)))


# Nothing from a source one has no right to

series = count(100)
TARGETS = (
    "self",
    "parent",
    "firm_declared",
    "firm",
    "firm_lapsed",
    "authoriser",
    "ended",
    "nobody",
)


@settings(max_examples=8)
@given(
    by=st.sampled_from(["verified", "declared", "card", "typed"]),
    target=st.sampled_from(TARGETS),
    kinds=st.sets(st.sampled_from(["permit", "id-card", "disability"])),
    earlier=st.booleans(),
)
def test_no_answer_has_a_value_of_anybody_one_has_no_right_to(hall, by, target, kinds, earlier):
    n = next(series)
    caller = hall.citizen(f"caller-{n}")
    if by == "declared":
        caller.identify()
    else:
        caller = sure(hall, caller.name)
    people = {name: sure(hall, f"{name}-{n}") for name in ("parent", "authoriser", "ended")}
    numbers = {name: citizen.id_number for name, citizen in people.items()}
    numbers["self"] = caller.id_number
    for nth, name in enumerate(("firm", "firm_lapsed", "firm_declared")):
        numbers[name] = credit_code(10 * n + nth)
    names = {number: name for name, number in numbers.items()}
    bring(hall, *_licences(numbers, kinds))
    if earlier:
        for name in ("parent", "authoriser"):
            submitted(people[name], address="旧路 1 号", job=f"职业-{name}")
    ids = _grant(caller, people, numbers)

    may = {"self", "firm", "authoriser"} if by != "declared" else set()
    person = ids.get(target, NOBODY)
    item = "passport" if target.startswith("firm") else "id-card"
    answers = _asked(hall, caller, by, person, item)
    assert answers or target not in may
    text = json.dumps(answers, ensure_ascii=False)
    owners = {name for name in names.values() if f"号-{name}-" in text or f"职业-{name}" in text}
    assert owners <= ({target} & may)
    if by == "typed":
        assert not any(f"号-{name}-" in text for name in numbers if not name.startswith("firm"))


def _licences(numbers, kinds):
    """Each says in each value whose and which it is, behind what a mask leaves."""
    for name, number in numbers.items():
        if name.startswith("firm"):
            who = numbers["self"] if name != "firm_declared" else numbers["parent"]
            state = {"state": "revoked"} if name == "firm_lapsed" else {}
            data = {"representative": who, "address": f"清河县号-{name}-business"}
            yield licence("business", number, f"清河店号-{name}-name", data=data, **state)
        else:
            for kind in sorted(kinds):
                field = "grade" if kind == "disability" else "address"
                yield licence(kind, number, data={field: f"清河县号-{name}-{kind}"})


def _grant(caller, people, numbers):
    """Target -> its person, as far as the caller may know it."""
    for name in ("authoriser", "ended"):
        body = {"id_number": numbers["self"], "name": "李小明", "until": "2027-01-01"}
        made = ok(people[name].post("/me/authorisations", body), 201)
        if name == "ended":
            ok(people[name].post(f"/me/authorisations/{made['id']}/end", {}))
    ids = {"parent": caller.add("李大明", id_number=numbers["parent"])["id"]}
    for name in ("firm_declared", "firm_lapsed", "firm"):
        ids[name] = caller.add("某店", credit_code=numbers[name])["id"]
    ids["self"] = next(each["id"] for each in caller.people() if each["relation"] == "self")
    for name in ("authoriser", "ended"):
        own = people[name].people()
        ids[name] = next(each["id"] for each in own if each["relation"] == "self")
    return ids


def _asked(hall, caller, by, person, item):
    """Every answer about a form for this person."""
    if by in ("card", "typed"):
        body = {**card(caller, read=by == "card"), "item": item, "holder": person}
        answer = desk(hall, "submissions", body)
        token = KIOSK_TOKEN
    else:
        answer = caller.post("/submissions", {"hall": "t", "item": item, "person": person})
        token = caller.token
    if answer.status_code != 201:
        refused(answer, 404, "person_not_found")
        return []
    form = answer.json
    path = f"/submissions/{form['id']}"
    body = {"values": {"phone": "13800001234"}, "revision": form["revision"]}
    saved = ok(hall.request("PUT", f"{path}/values", token, body))
    told = [form, saved, ok(hall.get(path, token))]
    if token == caller.token:
        told += [caller.get("/me/submissions").json]
        told += [ok(caller.get(f"/me/archive?holder={person}"))]
    return told


def test_the_archive_of_whom_one_merely_acts_for_is_empty(hall):
    li, daughter = sure(hall, "with-archive"), sure(hall, "daughter")
    bring(hall, permit(li.id_number), business(credit_code(99), daughter.id_number))
    submitted(li)
    assert len(li.get("/me/archive").json["submissions"]) == 1
    person = daughter.add("李小明", id_number=li.id_number)["id"]
    empty = {"submissions": [], "materials": [], "licences": []}
    assert ok(daughter.get(f"/me/archive?holder={person}")) == empty
    refused(daughter.get(f"/me/archive?holder={NOBODY}"), 404, "person_not_found")
