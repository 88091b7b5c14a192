"""What the installation needs of others: its own address, WeChat, vendors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import requests
from cryptography.x509 import load_pem_x509_certificates
from requests.exceptions import RequestException, SSLError

from app.core.parts import parts
from app.operators.doctor.finding import Finding, fail, ok, warn
from config.settings import Settings
from config.templates import KEYS
from wechat.errors import Misconfigured, WechatError
from wechat.sandbox import SANDBOX_APP_ID

ASKED_FOR_S = 5
RENEWED_BEFORE = timedelta(days=14)
"""A certificate that has not been renewed by then is not renewed by itself any more."""
HOME = "pages/home/index"


def address() -> Iterator[Finding]:
    """Whether people reach it, as far as can be seen from here."""
    url = f"{parts().settings.base_url}/healthz"
    try:
        status = requests.get(url, timeout=ASKED_FOR_S, allow_redirects=False).status_code
    except SSLError as error:
        yield fail(
            f"{url} 的证书不被信任（{type(error).__name__}）",
            "换成有效的证书，连同中间证书一起配置；微信和浏览器同样会拒绝。",
        )
    except RequestException as error:
        yield warn(
            f"从本机打不开 {url}（{type(error).__name__}）",
            "看 nginx 和 web 是否在运行、BASE_URL 是否写对；若只是内网不能回访外网地址，可不理会。",
        )
    else:
        yield judge_answer(url, status)


def certificate() -> Iterator[Finding]:
    """The one that the proxy shows, as far as its file is named."""
    file = parts().settings.tls_certificate
    if file is not None:
        yield judge_certificate(file, parts().clock.now())


def judge_certificate(file: Path, now: datetime) -> Finding:
    """The first in the file is the server's own."""
    try:
        ends = load_pem_x509_certificates(file.read_bytes())[0].not_valid_after_utc
    except (OSError, ValueError) as error:
        to_do = "核对 TLS_CERTIFICATE 的路径，让本服务的帐号能读这个文件（只读证书，不读私钥）。"
        return fail(f"读不出证书 {file}（{type(error).__name__}）", to_do)
    what = f"证书 {file} 有效到 {ends:%Y-%m-%d}"
    if ends <= now:
        return fail(f"{what}，已经过期", "换上新证书，再 systemctl reload nginx。")
    if ends - now < RENEWED_BEFORE:
        return warn(f"{what}，快到期了", "尽快续期；自动续期的，看它为什么没有成功。")
    return ok(what)


def judge_answer(url: str, status: int) -> Finding:
    if status == 200:
        return ok(f"{url} 有应答")
    return fail(f"{url} 应答 {status}", "BASE_URL 应指到本系统；看 nginx 转给了谁。")


def wechat() -> Iterator[Finding]:
    settings = parts().settings
    yield from judge_wechat(settings)
    if settings.wechat is not None:
        yield _asked()


def judge_wechat(settings: Settings) -> Iterator[Finding]:
    app = settings.wechat
    if app is None:
        yield warn("没有设置 WECHAT_APP_ID：手机上不能登录", "见 docs/wechat.md。")
        return
    missing = [key for key in KEYS if key not in settings.templates]
    if missing:
        yield warn(
            f"没有消息模板 {'、'.join(missing)}：这些消息不走微信",
            "在 WECHAT_TEMPLATES 的文件里写上公众平台给的模板 ID。",
        )
    elif app.id != SANDBOX_APP_ID:
        sandbox = [key for key, one in settings.templates.items() if one.id.startswith("Sandbox")]
        if sandbox:
            yield fail(f"模板 {'、'.join(sandbox)} 的 ID 是沙箱的", "换成公众平台给的模板 ID。")
    if app.id == SANDBOX_APP_ID:
        yield ok("用的是微信沙箱")
        return
    yield judge_domain(settings.base_url)
    if app.push_token:
        yield ok("消息推送已设置")
    else:
        yield warn(
            "没有设置 WECHAT_PUSH_TOKEN、WECHAT_PUSH_KEY：不知道谁同意或拒收了消息",
            f"在公众平台填 {settings.base_url}/wechat/callback，安全模式，两项写进设置。",
        )
    if app.state != "formal":
        yield warn(f"WECHAT_STATE 是 {app.state}", "正式使用时设成 formal。")


def judge_domain(base_url: str) -> Finding:
    """WeChat's rule for a request domain: https, a registered name, no address."""
    url = urlsplit(base_url)
    to_do = "BASE_URL 用已备案的域名和 https，并在公众平台「服务器域名」的 request 一栏填上它。"
    if url.scheme != "https":
        return fail(f"request 域名须是 https，现在是 {base_url}", to_do)
    host = url.hostname or ""
    if _is_address(host) or "." not in host:
        return fail(f"request 域名不能是 {host}", to_do)
    return ok(f"request 域名 https://{url.netloc}（须与公众平台上填的一致）")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _asked() -> Finding:
    """A link, which also needs a valid access token."""
    try:
        parts().wechat.url_link(HOME, "", 1)
    except Misconfigured as error:
        to_do = "核对 AppID、密钥和 IP 白名单：docs/wechat.md。"
        return fail(f"微信不接受本应用（{error}）", to_do)
    except WechatError as error:
        what = f"微信没有给出链接：{type(error).__name__} {error}"
        return warn(what, "稍后再试；docs/wechat.md 有各代码的意思。")
    return ok("微信接受本应用的密钥")


def services() -> Iterator[Finding]:
    yield from judge_services(parts().settings)


def judge_services(settings: Settings) -> Iterator[Finding]:
    """What production lacks. Elsewhere all of it is played."""
    if settings.mode != "production":
        yield ok("短信、实名、快递、公共记录都由演示扮演")
        return
    lacks = (
        (settings.sms, "短信", "SMS_VENDOR", "没有微信的人收不到提醒"),
        (settings.real_name, "实名核验", "REAL_NAME_URL", "没有人算已核验，看不到自己的证照"),
        (settings.public_records, "公共记录", "PUBLIC_RECORDS_URL", "要查记录的延续都转人工"),
        (settings.courier, "快递", "COURIER_URL", "结果不能邮寄"),
    )
    for there, name, setting, harm in lacks:
        if there is None:
            to_do = f"设置 {setting}，见 docs/operations.md；不需要则不用改。"
            yield warn(f"没有接入{name}：{harm}", to_do)
        else:
            yield ok(f"已接入{name}")
