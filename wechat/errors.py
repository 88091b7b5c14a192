"""What WeChat says no with. Plain exceptions: whoever asked puts them into words."""


class WechatError(Exception):
    """Something asked of WeChat did not come about."""


class LoginCodeWrong(WechatError):
    """No code of ours, or one that was used or has run out (WeChat's 40029 and 40163)."""


class WechatAway(WechatError):
    """WeChat cannot be asked now."""
