"""`make doctor`: `flask doctor` with the settings of the demo that runs from this checkout, or with
those of the environment where it names an installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from config.settings import ROOT, SettingsError, load_settings
from embedded.supervisor import Place

NO_DEMO = """演示没有在运行：先运行 make demo。
检查正式安装，请带上它的环境变量（SHUNHAO_MODE=production …）。"""


def main(environ: Mapping[str, str]) -> int:
    """The exit status: 1 where something fails."""
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        for fault in error.faults:
            print(f"不通过\t设置：{fault}\n\t→ 见 docs/operations.md 的 Settings 一节。")
        return 1
    told: dict[str, str] = {}
    if settings.mode == "demo":
        place = Place(settings.instance_path)
        if not place.announcement.exists():
            print(NO_DEMO)
            return 1
        told = of_demo(json.loads(place.announcement.read_text(encoding="utf-8")))
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]
    environ = {"LOG_LEVEL": "ERROR", **environ, **told}
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def of_demo(announcement: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process that works beside this demo."""
    return {
        "PORT": str(urlsplit(announcement["base_url"]).port or 80),
        "BASE_URL": announcement["base_url"],
        "DATABASE_URL": announcement["database_url"],
        "REDIS_URL": announcement["redis_url"],
        "WECHAT_API_URL": announcement["wechat_url"],
    }


if __name__ == "__main__":
    sys.exit(main(os.environ))
