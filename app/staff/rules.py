"""What those who work in a hall, and what stands in it, are called. Pure."""

from __future__ import annotations

from app.core.acts import Role

ROLE_WORDS = {
    Role.CLERK: "窗口人员",
    Role.GUIDE: "导办员",
    Role.SUPERVISOR: "值班主任",
    Role.ADMINISTRATOR: "管理员",
}
DEVICE_WORDS = {"kiosk": "取号机", "screen": "大厅屏幕", "system": "外部系统"}
PAIRED = ("kiosk", "screen")
"""What shows a code to be paired by; another system is given its token."""
