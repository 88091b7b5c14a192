"""The words under which the archive keeps what somebody wrote, so that another form can ask for it.

One word means the same in every form: an address kept as `home_address` fills any form's field that
asks for `archive.home_address`. A new word is a line here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    title: str
    type: str
    """As `types.TAKES` has it."""


KEPT = {
    "home_address": Word("现住址", "text"),
    "registered_address": Word("户籍地址", "text"),
    "mailing_address": Word("通讯地址", "text"),
    "postcode": Word("邮政编码", "text"),
    "contact_name": Word("联系人", "text"),
    "contact_phone": Word("联系电话", "phone"),
    "emergency_name": Word("紧急联系人", "text"),
    "emergency_phone": Word("紧急联系电话", "phone"),
    "email": Word("电子邮箱", "text"),
    "education": Word("文化程度", "text"),
    "occupation": Word("职业", "text"),
    "employer": Word("工作单位", "text"),
    "spouse_name": Word("配偶姓名", "text"),
    "spouse_id_number": Word("配偶身份证号码", "id-number"),
    "bank_name": Word("开户银行", "text"),
    "bank_account": Word("银行账号", "text"),
    "agent_name": Word("经办人", "text"),
    "agent_id_number": Word("经办人身份证号码", "id-number"),
    "agent_phone": Word("经办人电话", "phone"),
    "business_address": Word("经营场所", "text"),
    "business_area": Word("经营面积", "number"),
    "business_scope": Word("经营范围", "text"),
    "business_staff": Word("从业人数", "number"),
    "vehicle_plate": Word("车牌号码", "text"),
    "house_address": Word("房屋坐落", "text"),
    "house_area": Word("房屋面积", "number"),
}
