"""The API says of itself what is true: who may, which keys, which answers."""

import json
import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.core.acts import Role
from app.core.auth import UNSAID, WATCHED, access_of
from app.staff.rules import SCOPE_WORDS
from app.tickets.states import MOVES, Action
from tests.guards.frozen import openapi
from tests.house import KIOSK_TOKEN, credit_code
from tests.ratings.visits import finished, rate

KINDS = {"public", "cabinet", "kiosk", "screen", "staff", "ticket", "citizen", "system"}
SESSIONS = ("/api/v1/session", "/api/v1/staff/session")
CHECKED = "/api/v1/verifications/<code>/check"


@pytest.fixture(scope="module")
def described():
    return json.loads(openapi())


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_route_says_who_may_call_it(app):
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if rule.endpoint == "static":
            continue
        assert access is not None, f"{rule.rule} says neither @access nor @public"
        assert access.kinds, rule.rule
        assert access.kinds <= KINDS, rule.rule
        assert not access.roles or "staff" in access.kinds, rule.rule
        assert ("system" in access.kinds) == (access.scope in SCOPE_WORDS), rule.rule


def test_every_get_for_staff_or_machines_says_what_of_people_it_shows(app):
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access is None or "GET" not in rule.methods or not access.kinds & WATCHED:
            continue
        assert access.shows != UNSAID, (
            f"GET {rule.rule} is for {', '.join(sorted(access.kinds & WATCHED))}. Say what data of"
            ' people it shows, so that looks at it are audited: add shows="bookings" (or another'
            " word of app/office/audit_words.py: SHOWN) to its @access, or shows=None if its answer"
            " has nobody's name, number, telephone, licence or affairs in it."
        )


def test_a_route_that_does_not_say_it_is_never_served(app, caplog):
    app.add_url_rule("/api/v1/open-door", "open_door", lambda: "come in")
    answer = app.test_client().get("/api/v1/open-door")
    assert answer.status_code == 500
    assert "come in" not in answer.get_data(as_text=True)
    assert "does not say who may call it" in caplog.text


def test_nothing_public_changes_anything_but_signing_in_and_checking_a_code(app):
    changing = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.methods - {"GET", "HEAD", "OPTIONS"}
        and "public" in access_of(app.view_functions[rule.endpoint]).kinds
        and rule.rule.startswith("/api/")
    }
    assert changing == {*SESSIONS, CHECKED}


ROUTES = {
    Action.CHECK_IN: ("/kiosk/check-ins",),
    Action.REPRINT: ("/tickets/<ticket_id>/reprint", "/kiosk/reprints"),
    Action.CALL: ("/counters/<no>/call", "/counters/<no>/call-next"),
}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.action)
def test_the_table_of_states_says_who_may(app, move):
    verb = str(move.action).replace("_", "-")
    of_a_ticket = (f"/tickets/<ticket_id>/{verb}", f"/kiosk/tickets/<ticket_id>/{verb}")
    routes = {f"/api/v1{route}" for route in ROUTES.get(move.action, of_a_ticket)}
    views = (
        app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if rule.rule in routes
    )
    allowed = set().union(*(who(access_of(view)) for view in views))
    assert set(move.who) == (allowed or {"the night"})


def who(access):
    """The people an access lets in, as the table calls them."""
    words = {
        "ticket": {"owner"},
        "citizen": {"owner"},
        "staff": {str(role) for role in access.roles or Role},
    }
    return set().union(*(words.get(kind, {kind}) for kind in access.kinds))


def test_the_description_is_openapi_3_1(described):
    assert described["openapi"].startswith("3.1")
    validate(described)


def test_every_route_of_the_api_is_described(app, described):
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert set(described["paths"]) == served


def test_no_two_schemas_are_called_alike(described):
    """The generator would number them."""
    assert [name for name in described["components"]["schemas"] if name[-1].isdigit()] == []


def test_every_post_says_that_it_needs_a_key(described):
    for method, path, operation in operations(described):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        needs = method == "POST" and path not in SESSIONS
        assert ("Idempotency-Key" in names) == needs, f"{method} {path}"


def test_every_operation_has_a_summary_and_errors_as_problems(described):
    for method, path, operation in operations(described):
        assert operation["summary"], f"{method} {path}"
        for status, response in operation["responses"].items():
            if status >= "400":
                assert set(response["content"]) == {"application/problem+json"}, f"{method} {path}"


def test_who_must_show_a_token_is_told(described):
    for method, path, operation in operations(described):
        told = operation["security"] == []
        assert told == ("public" in operation["x-who"]), f"{method} {path}"


# What is served is what is described


def fits(described, path, method, answer):
    """An answer, by the schema that its operation gives for this status. Nothing more is served
    than described: the schemas allow no other names."""
    responses = described["paths"][f"/api/v1{path}"][method]["responses"]
    content = responses[str(answer.status_code)]["content"][answer.mimetype]
    Draft202012Validator(
        {**content["schema"], "components": described["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    ).validate(answer.json)


def test_answers_are_as_described(shared_house, described):
    house, clerk = shared_house, shared_house.clerk()
    ticket = house.take()
    called = clerk.do("call-next")
    fits(described, "/counters/{no}/call-next", "post", called)
    parked = clerk.handle(called.json["ticket"], "park")
    fits(described, "/tickets/{ticket_id}/park", "post", parked)
    house.take(priority="elderly")
    for path in ("", "/board", "/calls", "/items", "/rules"):
        fits(described, f"/halls/{{hall}}{path}", "get", house.get(f"/halls/t{path}"))
    fits(described, "/halls", "get", house.get("/halls"))
    fits(described, "/counters/{no}", "get", house.get("/counters/1", clerk.token))
    fits(
        described, "/tickets/{ticket_id}", "get", house.get(f"/tickets/{ticket['id']}", KIOSK_TOKEN)
    )
    take = house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"})
    fits(described, "/kiosk/tickets", "post", take)
    afar = house.take_from_afar()
    fits(described, "/kiosk/check-ins", "post", house.check_in(afar))
    body = {"username": "guide", "password": "a password of tests"}
    fits(described, "/staff/session", "post", house.post("/staff/session", None, body))


def test_what_is_said_of_ratings_is_as_described(house, described):
    visit = finished(house, "pension", "2")
    path = "/tickets/{ticket_id}/rating"
    for _ in range(2):
        fits(described, path, "post", rate(house, visit, "satisfied"))
    fits(described, path, "get", house.get(f"/tickets/{visit['id']}/rating", visit["token"]))
    for who in ("clerk2", "supervisor"):
        answer = house.get("/staff/ratings", house.sign_in(who))
        fits(described, "/staff/ratings", "get", answer)


def test_what_a_phone_is_told_is_as_described(shared_house, described):
    code = {"code": "sandbox:li"}
    fits(described, "/session", "post", shared_house.post("/session", None, code))
    li = shared_house.citizen("li")
    fits(described, "/me", "get", li.get("/me"))
    identity = {"name": "李小明", "id_number": li.id_number}
    fits(described, "/me/identity", "put", li.put("/me/identity", identity))
    firm = {"name": "豆腐店", "credit_code": credit_code()}
    fits(described, "/me/people", "post", li.post("/me/people", firm))
    fits(described, "/me/people", "post", li.post("/me/people", firm))
    fits(described, "/me/people", "get", li.get("/me/people"))
    item = {"item": "id-card"}
    fits(described, "/halls/{hall}/tickets", "post", li.post("/halls/t/tickets", item))
    fits(described, "/me/tickets", "get", li.get("/me/tickets"))


def test_refusals_are_as_described(shared_house, described):
    house, clerk = shared_house, shared_house.clerk()
    ticket = house.take()
    path = "/tickets/{ticket_id}/recall"
    fits(described, path, "post", clerk.handle(ticket, "recall"))
    fits(described, path, "post", clerk.handle({"id": "nobody"}, "recall"))
    fits(described, path, "post", clerk.handle(ticket, "recall", {"x": 1}))
    fits(described, path, "post", house.post(f"/tickets/{ticket['id']}/recall", KIOSK_TOKEN))
    fits(described, path, "post", house.post(f"/tickets/{ticket['id']}/recall"))
