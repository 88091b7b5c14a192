"""What an import refuses, in words."""

from __future__ import annotations

from app.core.errors import DomainError, Invalid, NotFound


class UnknownImport(NotFound):
    code = "unknown_import"
    detail = "没有这次证照导入，或者它不是您的。"


class ImportClosed(DomainError):
    code = "import_closed"
    detail = "这次导入已经结束，或者文件已经收到，不能再这样操作。"


class FileEmpty(Invalid):
    code = "file_empty"
    detail = "文件是空的，没有证照可以导入。"


class FormatUnknown(Invalid):
    code = "format_unknown"
    detail = "只能导入 CSV（.csv）或每行一个 JSON 对象（.jsonl）的文件。"


class EncodingUnknown(Invalid):
    code = "encoding_unknown"
    detail = "文件既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8 的 CSV 后再试。"


class HeaderWrong(Invalid):
    code = "header_wrong"
    detail = "第一行不是表头，请按说明写列名。"


class NothingToImport(Invalid):
    code = "nothing_to_import"
    detail = "请给出证照数据（records），或要传的文件名（name），二者选一。"
