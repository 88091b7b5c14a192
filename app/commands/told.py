"""How people are told things, tried by hand: `flask sms …` and `flask wechat …`."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask.cli import AppGroup

from app.core.parts import parts
from config.sms import SmsVendor
from sms.errors import SmsError
from sms.templates import FACTS, KINDS, registered
from wechat.app import WechatApp
from wechat.errors import WechatError

sms_group = AppGroup("sms", help="Text messages: what is registered with the vendor; one to try.")
wechat_group = AppGroup("wechat", help="The mini-program's settings, tried at WeChat.")

PLACES: dict[str, Callable[[int], str]] = {
    "tencent": "{{{}}}".format,
    "aliyun": "${{p{}}}".format,
    "file": "{{{}}}".format,
}
"""How a vendor writes the n-th placeholder."""
EXAMPLES = {
    "item": "居民身份证补领",
    "hall": "政务服务大厅",
    "when": "1月15日 09:00",
    "number": "A012",
    "ahead": "3",
    "counter": "5",
    "note": "请按时到大厅签到",
    "name": "李*明",
    "code": "6G7K2M",
}
HOME = "pages/home/index"


@sms_group.command("templates")
def templates() -> None:
    """Each text as it is registered with the vendor, and the id it has here; after one that has a
    link, what is said where none can be made."""
    vendor = _vendor()
    click.echo(f"签名：{vendor.templates.sign}")
    for kind in KINDS:
        both = vendor.templates.of[kind], vendor.templates.without_link.get(kind)
        for template in filter(None, both):
            click.echo(f"{kind}\t{template.id}\t{registered(template, PLACES[vendor.name])}")


@sms_group.command("try")
@click.argument("phone")
@click.argument("kind", type=click.Choice(KINDS), default="called")
def try_one(phone: str, kind: str) -> None:
    """Send PHONE a message of this KIND, with made-up facts."""
    vendor, gateway = _vendor(), parts().sms
    told = {name: EXAMPLES[name] for name in FACTS}
    link = f"{vendor.templates.link_base}example" if vendor.templates.wants_link(kind) else ""
    try:
        text = vendor.templates.text(kind, told, link)
        sent = gateway.send(phone, text) if gateway else ""
    except SmsError as error:
        raise click.ClickException(f"没有确认发出（{error.what_next}）：{error}") from None
    click.echo(f"已交给 {vendor.name}，编号 {sent}：{text.words}")


@wechat_group.command("check")
def check() -> None:
    """Ask WeChat what a day asks it, and say what does not work. Sends nothing to anybody."""
    app = _app()
    click.echo(f"小程序 {app.id}，{app.state}，经 {app.api_url}")
    click.echo("消息推送：" + ("已设置" if app.push_token else "没有设置"))
    for key, template in parts().settings.templates.items():
        lasting = "长期" if template.long_term else "一次性"
        click.echo(f"模板 {key}：{template.id}，{template.title}，{lasting}")
    wechat = parts().wechat
    tried = [
        _tried("链接", lambda: wechat.url_link(HOME, "", 1)),
        _tried("小程序码", lambda: f"{len(wechat.code_image('h=check', HOME))} 字节"),
    ]
    if not all(tried):
        raise click.ClickException("有的没有成功，见上。")


def _tried(name: str, ask: Callable[[], str]) -> bool:
    try:
        click.echo(f"{name}：{ask()}")
    except WechatError as error:
        click.echo(f"{name}：{type(error).__name__} {error}")
        return False
    return True


def _vendor() -> SmsVendor:
    vendor = parts().settings.sms
    if vendor is None:
        raise click.ClickException("没有设置 SMS_VENDOR，不发短信。")
    return vendor


def _app() -> WechatApp:
    app = parts().settings.wechat
    if app is None:
        raise click.ClickException("没有设置 WECHAT_APP_ID。")
    return app
