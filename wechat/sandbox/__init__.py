"""WeChat as it behaves, without WeChat: for development, demos and tests.

`python -m wechat.sandbox` is a server that answers over HTTP what `api.weixin.qq.com` would, so
that what speaks to WeChat runs against it unchanged. Whoever knows a name signs in as its bearer:
it never runs beside a real app id.

What it is asked besides, under `/_sandbox/`, stands in `controls.py`; who its people are, in
`people.py`.
"""

SANDBOX_APP_ID = "wx00000000sandbox0"
SANDBOX_SECRET = "thesecretofthesandboxisnosecret0"  # noqa: S105 (everybody may know it)
SANDBOX_PUSH_TOKEN = "thetokenofthesandbox"  # noqa: S105 (the same)
SANDBOX_PUSH_KEY = "TheKeyOfTheSandboxIsKnownToEverybodyWhoAsks"
