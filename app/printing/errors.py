"""What is refused about prints, in words."""

from __future__ import annotations

from app.core.errors import Invalid, NotFound


class PrintNotFound(NotFound):
    code = "print_not_found"
    detail = "这台机器没有打印过这张号票。"


class PrinterNotFound(NotFound):
    code = "printer_not_found"
    detail = "这台设备没有打印机，请先设置打印机的地址。"


class PrinterAddressNotAllowed(Invalid):
    code = "printer_address_not_allowed"
    detail = (
        "请填写打印机在大厅内网的 IP 地址（10、172.16 至 172.31、192.168 开头），"
        "端口 9100 至 9109。其他地址请系统运维人员设置。"
    )
