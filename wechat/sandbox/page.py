"""The sandbox's own page: the messages it took, as a phone would show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from markupsafe import Markup
from werkzeug import Response

from wechat.sandbox.faults import Fault
from wechat.sandbox.state import BEIJING_S, App, Push, Sent, State

SHOWN = 50
PUSHES_SHOWN = 10
LABELS = {
    "item": "办理事项",
    "hall": "办事大厅",
    "when": "时间",
    "number": "号码",
    "ahead": "前面人数",
    "counter": "窗口",
    "note": "备注",
    "name": "姓名",
    "code": "凭证码",
}
"""What a phone writes beside a field, by what stands there."""

PAGE = Markup("""<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>微信沙箱</title>
<style>
body {{ background: #ededed; color: #191919; font: 16px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 26rem; padding: 1rem }}
h1 {{ font-size: 1.25rem; margin: 0 }}
h2 {{ font-size: 1rem; margin: 1.5rem 0 .5rem }}
p, li {{ color: #4d4d4d; margin: .25rem 0 }}
ul {{ margin: 0; padding: 0 0 0 1.25rem }}
article {{ background: #fff; border-radius: .5rem; margin: .75rem 0; padding: .75rem 1rem }}
article header {{ color: #595959; display: flex; font-size: .875rem;
  justify-content: space-between }}
article h3 {{ font-size: 1.0625rem; margin: .5rem 0 }}
dl {{ display: grid; gap: .25rem 1rem; grid-template-columns: auto 1fr; margin: 0 }}
dt {{ color: #595959 }}
dd {{ margin: 0; overflow-wrap: anywhere }}
article a {{ border-top: 1px solid #e5e5e5; color: #3f5787; display: block;
  margin: .75rem -1rem 0; padding: .5rem 1rem 0 }}
code {{ overflow-wrap: anywhere }}
</style>
<h1>微信沙箱</h1>
<p>这里代替微信应答本机的小程序，不连接真正的微信。每 5 秒刷新。</p>
<h2>服务通知（{count}）</h2>
{messages}
<h2>故障</h2>
{faults}
<h2>推送</h2>
{pushes}
</html>
""")
MESSAGE = Markup("""<article>
<header><span>发给 {who}</span><time>{at}</time></header>
<h3>{title}</h3>
<dl>{fields}</dl>
{link}
</article>
""")
FIELD = Markup("<dt>{}</dt><dd>{}</dd>")
LINK = Markup('<a href="{}">进入小程序查看</a>')
ITEM = Markup("<li><code>{}</code> {}")
LIST = Markup("<ul>{}</ul>")
NOTHING = Markup("<p>{}</p>")


def page(state: State) -> Response:
    """Plain HTML, newest first, loaded anew every few seconds."""
    with state.lock:
        app, names = state.app, dict(state.names)
        sent, faults, pushes = list(state.sent), list(state.faults), list(state.pushes)
    messages = Markup("").join(_message(one, app, names) for one in sent[: -SHOWN - 1 : -1])
    shown = PAGE.format(
        count=len(sent),
        messages=messages or NOTHING.format("还没有消息。"),
        faults=_listed((ITEM.format(one.path, _fault(one)) for one in faults), "没有设置故障。"),
        pushes=_listed((_push(one) for one in pushes[: -PUSHES_SHOWN - 1 : -1]), "还没有推送。"),
    )
    return Response(shown, mimetype="text/html")


def _listed(items: Iterable[Markup], otherwise: str) -> Markup:
    found = Markup("").join(items)
    return LIST.format(found) if found else NOTHING.format(otherwise)


def _message(sent: Sent, app: App, names: Mapping[str, str]) -> Markup:
    known = app.templates.get(sent.template)
    stands = known.fields if known else {}
    target = f"{app.base_url}/m/#/{quote(sent.page, safe='/?=&%')}"
    return MESSAGE.format(
        who=names.get(sent.openid, f"{sent.openid[:6]}…"),
        at=_moment(sent.at),
        title=sent.title or sent.template,
        fields=Markup("").join(
            FIELD.format(LABELS.get(stands.get(name, name), name), value)
            for name, value in sent.data.items()
        ),
        link=LINK.format(target) if sent.page else "",
    )


def _fault(fault: Fault) -> str:
    what = [
        f"答 errcode {fault.errcode}" if fault.errcode is not None else "",
        f"答 HTTP {fault.http}" if fault.http else "",
        f"迟 {fault.delay_s:g} 秒" if fault.delay_s else "",
        {"before": "未办理就断开", "after": "办理后断开", None: ""}[fault.cut],
    ]
    often = "直到取消" if fault.times is None else f"还有 {fault.times} 次"
    return "，".join([*filter(None, what), often])


def _push(push: Push) -> Markup:
    how = "已收下" if push.taken else "未收下"
    return ITEM.format(push.event.get("Event", ""), f"{how}，发了 {len(push.attempts)} 次")


def _moment(at: float) -> str:
    """In Beijing."""
    return f"{datetime.fromtimestamp(at, UTC) + timedelta(seconds=BEIJING_S):%m-%d %H:%M:%S}"
