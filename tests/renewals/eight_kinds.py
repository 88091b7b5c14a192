"""Eight kinds of licence with the rules of real ones, as a hall's files say them."""

from __future__ import annotations

DEFINER = "11100000MB03271699"
ISSUER = "11430000006122244L"
TYPES = {
    "business": "001",
    "food": "002",
    "safety": "003",
    "medicine": "004",
    "water": "005",
    "milk": "006",
    "hygiene": "007",
    "driving": "008",
}

KINDS_FILE = f"""
kinds:
  - code: business
    name: 营业执照
    type_code: {DEFINER}001
    holder: firm
    names_representative: representative_id_number
    validity: {{none: true}}
    fields:
      - {{name: representative_id_number, title: 法定代表人证件号码, type: id-number}}
  - code: food
    name: 食品经营许可证
    type_code: {DEFINER}002
    holder: firm
    validity: {{years: 5}}
    renewal: {{from: 90 days, until: 15 days, days: working}}
  - code: safety
    name: 安全生产许可证
    type_code: {DEFINER}003
    holder: firm
    validity: {{years: 3}}
    renewal: {{from: 6 months, until: 3 months}}
  - code: medicine
    name: 药品经营许可证
    type_code: {DEFINER}004
    holder: firm
    validity: {{years: 5}}
    renewal: {{from: 12 months, until: 6 months}}
  - code: water
    name: 取水许可证
    type_code: {DEFINER}005
    holder: firm
    validity: {{years: 5}}
    renewal: {{from: 90 days, until: 45 days}}
    fields:
      - {{name: contact_phone, title: 联系电话, type: phone}}
  - code: milk
    name: 生鲜乳收购许可证
    type_code: {DEFINER}006
    holder: firm
    validity: {{years: 2}}
    renewal: {{from: 90 days, until: 30 days}}
  - code: hygiene
    name: 公共场所卫生许可证
    type_code: {DEFINER}007
    holder: firm
    validity: {{years: 4}}
    renewal: {{from: 90 days, until: 30 days}}
  - code: driving
    name: 机动车驾驶证
    type_code: {DEFINER}008
    holder: person
    validity: {{years: 6}}
    renewal: {{from: 90 days, until: 0 days}}
"""

ONE_TAP = """
    one_tap:
      published: 2025-06-01
      decide: rule
      checks: [state_valid, in_window, no_open_case, no_site_check, published]
      term: {from: %s}
      site_check: never
      ways: [electronic]
"""
SAID = "您的{licence}{until}到期，还有{days}天，最迟{ask_by}申请延续。"

PLANS_FILE = f"""
plans:
  - kind: food
    event: renewal
    hall: t
    steps: default
{ONE_TAP % "decision"}
  - kind: safety
    event: renewal
    hall: t
    steps:
      - {{before: 5 months, note: 还有五个月, text: '{SAID}'}}
      - {{before: 100 days, note: 还有一百天, text: '{SAID}'}}
      - {{before: 1 month, note: 还有一个月, text: '{SAID}'}}
    late: {{note: 延续已晚，请来大厅, text: '{SAID}'}}
{ONE_TAP % "old_end"}
  - kind: medicine
    event: renewal
    hall: t
    steps:
      - {{before: 8 months, note: 还有八个月, text: '{SAID}'}}
      - {{before: 7 months, note: 还有七个月, text: '{SAID}'}}
      - {{before: 6 months, note: 最后一天, text: '{SAID}'}}
    channels: [sms, wechat]
  - kind: water
    event: renewal
    hall: t
    contact: contact_phone
    steps: default
{ONE_TAP % "old_end"}
  - kind: milk
    event: renewal
    hall: t
    steps: default
    channels: [sms]
  - kind: hygiene
    event: renewal
    hall: t
    steps: default
  - kind: hygiene
    event: inspection
    hall: t
    every: 24 months
    counted_from: issued_on
    steps: default
  - kind: driving
    event: renewal
    hall: t
    steps: default
    hours: {{from: "09:00", until: "20:00", days: all}}
  - kind: business
    event: annual_check
    hall: t
    yearly: 06-30
    steps: default
"""
