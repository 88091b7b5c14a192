"""Who sends the text messages, and which: read from the environment, with every fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from config.addresses import api_url
from sms import aliyun, tencent
from sms.templates import FACTS, KINDS, LINK, Template, Templates

Vendor = Literal["file", "tencent", "aliyun"]

TEMPLATES = Path(__file__).with_name("sms-templates.yaml")
API_URLS = {"tencent": tencent.API_URL, "aliyun": aliyun.API_URL}
NEEDED = {
    "tencent": ("SMS_KEY_ID", "SMS_KEY_SECRET", "SMS_SIGN", "SMS_TEMPLATES", "SMS_APP_ID"),
    "aliyun": ("SMS_KEY_ID", "SMS_KEY_SECRET", "SMS_SIGN", "SMS_TEMPLATES"),
}
WITHOUT_LINK = "without_link"
DEMO_SIGN = "顺号政务大厅"


@dataclass(frozen=True, slots=True)
class SmsVendor:
    """Who sends the text messages of this installation."""

    name: Vendor
    templates: Templates
    key_id: str = ""
    key: str = field(default="", repr=False)
    app: str = ""
    """Tencent's SdkAppId."""
    url: str = ""


def sms_vendor(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> SmsVendor | None:
    """The vendor these variables name; None without one. Every fault is added to `faults`.

    Outside production it is the file: the people of a demo have telephone numbers that may be
    somebody's."""
    name = environ.get("SMS_VENDOR") or ("" if production else "file")
    if not name:
        return None
    found = len(faults)
    if name not in get_args(Vendor):
        faults.append(f"SMS_VENDOR is {name!r}; it must be one of {', '.join(get_args(Vendor))}.")
    elif production and name == "file":
        faults.append("SMS_VENDOR is 'file', which sends nothing; production needs a vendor.")
    elif not production and name != "file":
        faults.append(f"SMS_VENDOR is {name!r}, but a demo sends nothing to real telephones.")
    missing = [one for one in NEEDED.get(name, ()) if not environ.get(one)]
    faults += [f"{one} is missing; SMS_VENDOR={name} needs it." for one in missing]
    url = environ.get("SMS_API_URL") or API_URLS.get(name, "")
    if url:
        url = api_url("SMS_API_URL", url, ("https",), faults)
    path = Path(environ.get("SMS_TEMPLATES") or TEMPLATES)
    templates = _templates(path, environ.get("SMS_SIGN") or DEMO_SIGN, faults)
    if templates is None or len(faults) > found:
        return None
    return SmsVendor(
        name=cast(Vendor, name),
        templates=templates,
        key_id=environ.get("SMS_KEY_ID", ""),
        key=environ.get("SMS_KEY_SECRET", ""),
        app=environ.get("SMS_APP_ID", ""),
        url=url,
    )


def _templates(path: Path, sign: str, faults: list[str]) -> Templates | None:
    try:
        read = YAML(typ="safe").load(path.read_text())
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        faults.append(f"SMS_TEMPLATES: {path} cannot be read: {error}")
        return None
    if not isinstance(read, dict) or not isinstance(read.get("templates"), dict):
        faults.append(f"SMS_TEMPLATES: {path} has no `templates`.")
        return None
    base, of = str(read.get("link") or ""), read["templates"]
    wrong = [
        f"SMS_TEMPLATES: {kind}: {fault}"
        for kind in KINDS
        for fault in _faults_of_kind(of.get(kind), base)
    ]
    faults += wrong
    if wrong:
        return None
    other = {kind: of[kind][WITHOUT_LINK] for kind in KINDS if WITHOUT_LINK in of[kind]}
    return Templates(
        sign=sign,
        link_base=base,
        of={kind: _made(of[kind]) for kind in KINDS},
        without_link={kind: _made(template) for kind, template in other.items()},
    )


def _made(template: Mapping[str, Any]) -> Template:
    return Template(str(template["id"]), str(template["text"]))


def _faults_of_kind(template: Any, base: str) -> list[str]:
    """What is wrong with the template of one kind, and with the one without a link."""
    faults = _faults(template, base)
    if faults:
        return faults
    has_link = LINK in _made(template).places
    if not has_link and WITHOUT_LINK not in template:
        return []
    other = template.get(WITHOUT_LINK)
    faults = _faults(other, base)
    if not faults and LINK in _made(other).places:
        faults = [f"{{{LINK}}} is in it."]
    if not faults and not has_link:
        faults = ["the text has no link to be without."]
    return [f"{WITHOUT_LINK}: {fault}" for fault in faults]


def _faults(template: Any, base: str) -> list[str]:
    """What is wrong with one template."""
    if not isinstance(template, dict) or not template.get("id") or not template.get("text"):
        return ["`id` and `text` are needed."]
    text = str(template["text"])
    try:
        places = Template("", text).places
    except ValueError as error:
        return [f"the text's placeholders cannot be read: {error}."]
    unknown = [f"{{{name}}} is told by no notice." for name in {*places} - {*FACTS, LINK}]
    if LINK in places and (not base or f"{base}{{{LINK}}}" not in text):
        unknown.append(f"{{{LINK}}} must follow `link`, which is {base!r}.")
    return unknown
