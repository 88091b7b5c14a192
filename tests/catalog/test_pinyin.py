"""Items are found by how Chinese is typed."""

from __future__ import annotations

import pytest

from app.catalog.pinyin import shortens, spells


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("sbk", "社保卡"),
        ("shebaoka", "社保卡补办"),
        ("shebk", "社保卡"),
        ("shebao", "个人社保查询"),
        ("baok", "社保卡"),  # the last syllable as far as it was typed
        ("yh", "银行开户"),
        ("yx", "银行开户"),  # 行 has both readings
        ("lvs", "律师执业"),  # ü is typed v
        ("3d", "3D 打印备案"),
    ],
)
def test_letters_spell(typed, text):
    assert spells(typed, text)


@pytest.mark.parametrize("typed", ["sk", "sbka2", "社保", "kbs", "", "x！"])
def test_other_letters_do_not(typed):
    assert not spells(typed, "社保卡")


def test_a_short_form_leaves_one_character_out_at_most():
    assert shortens("sbk", "社会保障卡申领")
    assert shortens("社保卡", "社会保障卡申领")
    assert not shortens("sbs", "社会保障卡申领")  # 申 is two on from 障, and 卡 between
    assert not shortens("sk", "社会保障卡")  # two letters say too little


def test_what_is_typed_in_full_comes_before_what_it_is_short_for(shared_house):
    def add(file):
        names = ("社会保障卡申领", "社保卡挂失")
        file["items"] += [
            {**file["items"][2], "code": f"card-{nth}", "name": name}
            for nth, name in enumerate(names)
        ]

    shared_house.reload(add)
    found = [item["name"] for item in shared_house.get("/halls/t/items?q=SBK").json]
    assert found == ["社保卡挂失", "社会保障卡申领"]
    assert [item["name"] for item in shared_house.get("/halls/t/items?q=gaj hz").json] == ["护照"]
