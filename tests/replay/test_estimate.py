"""What a replay says about the waits it estimated, and that it knew only the past."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.clock import SetClock
from app.replay.foresight import Experience, Guess, learnt_from
from app.replay.reading import read_rows
from app.replay.simulation import Replayed, replay_days
from app.replay.stores import own_stores
from app.replay.writing import estimate_counts, estimate_lines
from tests.replay.days import COLUMNS, write_busy_days
from tests.replay.test_replay import flask_replay


def guesses(file: Path, experience: Experience, redis_url: str) -> list[Replayed]:
    clock = SetClock(datetime(1970, 1, 1, tzinfo=UTC))
    with own_stores(clock, {"REDIS_URL": redis_url}) as stores:
        days = replay_days(read_rows(file), 1.0, stores.hall, clock, experience)
        return [each for _, told in days for each in told]


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def write(file: Path, rows: list[dict[str, str]]) -> Path:
    with file.open("w", newline="") as lines:
        table = csv.DictWriter(lines, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    return file


@pytest.fixture
def busy(tmp_path) -> Path:
    file = tmp_path / "busy.csv"
    write_busy_days(file, people=160)
    return file


def test_what_comes_later_changes_no_earlier_estimate(busy, tmp_path, redis_server):
    """From the middle of the second day on, walk-ins stay away and services take other times."""
    rows = rows_of(busy)
    noon = sorted(int(row["joined_s"]) for row in rows if row["day"] == "1999-02-02")[40]
    changed = []
    for row in rows:
        later = row["day"] == "1999-02-02" and int(row["joined_s"]) > noon
        if later and row["outcome"] == "left" and not row["slot_s"]:
            continue
        changed.append(row | {"priority": "2"} if later else row)
    other = write(tmp_path / "changed.csv", changed)
    one, two = (guesses(file, Experience(), redis_server.url) for file in (busy, other))
    assert len(two) < len(one)
    before = {(each.row.day, each.row.joined_s, each.row.lane): each.guess for each in two}
    compared = [
        (each.guess, before[each.row.day, each.row.joined_s, each.row.lane])
        for each in one
        if each.row.day.day == 1 or each.row.joined_s < noon
    ]
    assert len(compared) >= 100
    assert all(mine == theirs for mine, theirs in compared)
    assert len({mine for mine, _ in compared}) > 20, "estimates that never differ show nothing"


def test_earlier_days_are_known(busy):
    rows = read_rows(busy)
    experience = learnt_from(rows, 2.0)
    first, second = sorted(experience.days)
    assert experience.before(first).services == {}
    known = experience.before(second)
    served = [row for row in rows if row.day == first and not row.gave_up]
    services, seconds = sum(known.work.values())
    assert services == len(served)
    assert seconds == sum(2 * row.served_s for row in served)
    assert set(experience.counters) == {"C01", "C02", "C03", "NO_SERVER"}


def test_errors_are_counted_for_who_was_called(busy):
    row = read_rows(busy)[0]
    at = row.joined_s * 1000

    def told(waited_s: int | None, *guess: float) -> Replayed:
        called = None if waited_s is None else at + waited_s * 1000
        return Replayed(row, at, called, called, None, "served", Guess(*guess))

    found = estimate_counts(
        [told(0, 0, 0, 0), told(100, 50, 120, 20), told(200, 250, 190, 300), told(None, 9, 9, 9)]
    )
    assert found["not_called"] == 1
    assert found["all"]["called"] == 3
    assert found["over_60_s"] == {
        "called": 2,
        "mae_s": 50,
        "naive_mae_s": 90,
        "ratio": 0.556,
        "bias_s": 0,
        "naive_bias_s": 10,
        "before_p90": 0.5,
    }
    nobody = estimate_counts([])
    assert nobody["all"]["mae_s"] is None
    assert "0 人" in "".join(estimate_lines([]))


@pytest.mark.long
def test_the_command_learns_and_reports(busy, tmp_path):
    out, plain = tmp_path / "out.csv", tmp_path / "plain.csv"
    learnt = flask_replay(
        *(busy, "--out", out, "--json", "--learn", busy, "--learn", busy),
        INSTANCE_PATH=str(tmp_path / "instance"),
    )
    assert (learnt.returncode, learnt.stderr) == (0, "")
    said = json.loads(learnt.stdout)
    for part in (said, *said["days"]):
        assert set(part["estimate"]) == {"not_called", "all", "over_60_s"}
        assert part["estimate"]["all"]["called"] == part["calls"]
        assert part["estimate"]["not_called"] == part["rows"] - part["calls"]
    assert 0 < said["estimate"]["over_60_s"]["before_p90"] <= 1
    without = flask_replay(
        *(busy, "--out", plain, "--json", "--no-estimate"),
        INSTANCE_PATH=str(tmp_path / "instance"),
    )
    assert "estimate" not in json.loads(without.stdout)
    assert out.read_text() == plain.read_text(), "an estimate changes nothing"


def test_a_file_to_learn_from_is_judged_too(busy, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("no,such,columns\n")
    instance = str(tmp_path / "instance")
    ran = flask_replay(
        *(busy, "--out", tmp_path / "out.csv", "--learn", bad), INSTANCE_PATH=instance
    )
    assert ran.returncode == 2
    assert "bad.csv" in ran.stderr
