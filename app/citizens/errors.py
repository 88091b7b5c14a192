"""What is wrong with what people told us about themselves."""

from app.core.errors import Invalid


class IdNumberWrong(Invalid):
    code = "id_number_wrong"
    detail = "证件号码有误，请核对后重新输入。"
