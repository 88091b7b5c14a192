"""Busy days judged by an independent checker; the command as people run it; other servers."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from config.settings import ROOT
from tests.replay.checker import broken_rules
from tests.replay.days import replayed, write_busy_days


@pytest.fixture
def busy(tmp_path) -> Path:
    file = tmp_path / "busy.csv"
    write_busy_days(file)
    return file


@pytest.fixture
def on_this_redis(redis_server) -> dict[str, str]:
    return {"REDIS_URL": redis_server.url}


@pytest.mark.parametrize("stretch", [pytest.param(1, marks=pytest.mark.long), 1.3])
def test_busy_days_break_no_rule(busy, tmp_path, on_this_redis, stretch):
    out = tmp_path / "out.csv"
    answers = replayed(busy, out, stretch, on_this_redis)
    assert broken_rules(busy, out, stretch) == []
    called = [answer for answer in answers if answer["outcome"] == "served"]
    late = [answer for answer in called if float(answer["called_s"]) > float(answer["due_s"])]
    assert {answer["outcome"] for answer in answers} == {"served", "left", "closed"}
    assert late, "days without a queue would show nothing"


# What the checker is worth


@pytest.fixture(scope="module")
def true_replay(tmp_path_factory) -> tuple[Path, Path]:
    file, out = (tmp_path_factory.mktemp("true") / name for name in ("busy.csv", "out.csv"))
    write_busy_days(file, people=200)
    replayed(file, out, 1.3)
    assert broken_rules(file, out, 1.3) == []
    return file, out


def first(rows: list[dict[str, str]], outcome: str) -> dict[str, str]:
    return next(row for row in rows if row["outcome"] == outcome)


def later(rows):
    """A call a second late, and its service with it."""
    row = first(rows, "served")
    for name in ("called_s", "finished_s"):
        row[name] = str(float(row[name]) + 1)


def longer(rows):
    row = first(rows, "served")
    row["finished_s"] = str(float(row["finished_s"]) + 0.5)


def swapped(rows):
    """Two who were served by one counter, each in the other's place."""
    its = sorted((row for row in rows if row["counter"] == "C02"), key=lambda r: r["called_s"])
    one, other = its[3], its[9]
    for name in ("called_s", "finished_s"):
        one[name], other[name] = other[name], one[name]


def elsewhere(rows):
    first(rows, "served")["counter"] = "C09"


def forgotten(rows):
    first(rows, "served").update(called_s="", finished_s="", counter="", outcome="closed")


def kept(rows):
    first(rows, "left")["outcome"] = "closed"


def promised(rows):
    rows[-1]["due_s"] = "1"


def reversed_(rows):
    rows.reverse()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (later, "was idle while"),
        (longer, "was served from"),
        (swapped, " before rows "),
        (elsewhere, "which does not serve"),
        (forgotten, "was idle while"),
        (kept, "and is closed"),
        (promised, "is due"),
        (reversed_, "not one line for each row"),
    ],
)
def test_the_checker_notices(true_replay, tmp_path, spoil, fault):
    file, out = true_replay
    with out.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    spoil(rows)
    spoilt = tmp_path / "spoilt.csv"
    with spoilt.open("w", newline="") as lines:
        table = csv.DictWriter(lines, rows[0])
        table.writeheader()
        table.writerows(rows)
    assert fault in "\n".join(broken_rules(file, spoilt, 1.3))


# The command


def flask_replay(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    dropped = ("REDIS_URL", "DATABASE_URL", "SHUNHAO_MODE")
    clean = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.run(
        [sys.executable, "-m", "flask", "replay", *map(str, arguments)],
        cwd=ROOT,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_needs_nothing_running(tmp_path):
    """On a SQLite of its own, which waits for the disk: half as many do."""
    busy = tmp_path / "busy.csv"
    write_busy_days(busy, people=200)
    out, instance = tmp_path / "out.csv", str(tmp_path / "instance")
    ran = flask_replay(busy, "--out", out, "--json", "--stretch", 1.3, INSTANCE_PATH=instance)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert broken_rules(busy, out, 1.3) == []
    said = json.loads(ran.stdout)
    with out.open(newline="") as lines:
        outcomes = [answer["outcome"] for answer in csv.DictReader(lines)]
    told = {name: outcomes.count(name) for name in ("served", "left", "closed")}
    assert {name: said[name] for name in told} == told
    assert said["rows"] == sum(day["rows"] for day in said["days"]) == 200
    assert said["calls"] == told["served"]
    assert 0 < said["mean_wait_s"] < said["max_wait_s"]
    assert said["redis"].split()[0] in ("Redis", "Valkey")
    assert said["database"].split()[0] == "SQLite"


@pytest.fixture
def calm(tmp_path) -> Path:
    """Days for what does not depend on how many came."""
    file = tmp_path / "calm.csv"
    write_busy_days(file, people=40)
    return file


def test_the_command_for_people(calm, tmp_path):
    instance = str(tmp_path / "instance")
    ran = flask_replay(calm, "--out", tmp_path / "out.csv", INSTANCE_PATH=instance)
    assert (ran.returncode, ran.stderr) == (0, "")
    told = [line.split("：")[0] for line in ran.stdout.splitlines()]
    assert told[:3] == ["1999-02-01", "1999-02-02", "共 2 天"]


# Other people's servers


def in_database(url: str) -> tuple[object, ...]:
    """Its schemas, and how much lies in the hall's tables."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace ORDER BY 1").fetchall()
        rows = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            for table in ("halls", "tickets", "calls", "events", "number_series")
        ]
        return (*schemas, *rows)


@pytest.mark.long
def test_on_given_servers_it_leaves_nothing_behind(busy, tmp_path, environ):
    before = in_database(environ["DATABASE_URL"])
    out = tmp_path / "out.csv"
    with Redis.from_url(environ["REDIS_URL"]) as redis:
        redis.set("somebody's", "key")
        replayed(busy, out, 1.3, environ)
        assert redis.keys() == [b"somebody's"]
    assert in_database(environ["DATABASE_URL"]) == before
    assert broken_rules(busy, out, 1.3) == []


def test_a_sqlite_file_that_is_named_is_left_alone(calm, tmp_path, on_this_redis):
    named = tmp_path / "hall.db"
    replayed(calm, tmp_path / "out.csv", 1, {**on_this_redis, "DATABASE_URL": f"sqlite:///{named}"})
    assert not named.exists()


# Recorded files


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("stretch", [1, 1.15, 1.3])
def test_recorded_files(tmp_path, stretch):
    """The files that REPLAY_FILES names, separated as PATH is."""
    files = [Path(name) for name in os.environ.get("REPLAY_FILES", "").split(os.pathsep) if name]
    if not files:
        pytest.skip("REPLAY_FILES names no recorded files")
    for file in files:
        out = tmp_path / file.name
        replayed(file, out, stretch)
        assert broken_rules(file, out, stretch) == []
