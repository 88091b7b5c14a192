"""A licence renewed on the phone: from the message to the new one and the parcel's signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.deliveries.demo_courier import DemoCourier
from app.demo_people import read_people
from tests.renewals.demo import APPROVER, prepared

A_STATION = timedelta(milliseconds=200)


def test_from_the_message_to_the_new_licence_and_the_parcels_signature(house, open_phone):
    demo = prepared(house)
    shen = read_people().holders["shen"]
    phone = open_phone("#/pages/signin/index")
    phone.sign_in(shen.name)
    phone.go("messages")
    phone.shown("您的食品经营许可证", exact=False).first.click()

    phone.sees("点一下，就能延续", "9 项条件都符合", "申请书已经替您写好", "JY11305990011901")
    phone.tap("换一种")
    phone.tap("邮寄到家")
    phone.sees("清河县槐荫路 50 号", "申请人声明")
    phone.tap("同意并一键延续")

    phone.sees("办好了", "按公布的规则自动准予", "大厅开始制作")
    _made_and_brought(demo)
    phone.page.reload()
    phone.sees("本人已签收")
    phone.tap("看新证照")
    phone.sees("有效", "JY11305990011901", "出示")
    phone.go("licences")
    phone.sees("已失效")


def _made_and_brought(demo):
    """The hall prints and packs it; the courier is as quick as no other."""
    app = demo.house.app
    parts = app.extensions["parts"]
    quick = DemoCourier(parts.settings.instance_path / "courier", parts.clock.now, A_STATION)
    app.extensions["parts"] = replace(parts, courier=quick)
    staff = demo.house.sign_in(APPROVER)
    [delivery] = demo.house.get("/staff/deliveries", staff).json
    made = demo.house.post(f"/staff/deliveries/{delivery['id']}/made", staff, {})
    assert made.status_code == 200, made.get_data(as_text=True)
    while demo.house.get("/staff/deliveries", staff).json:
        demo.background()
