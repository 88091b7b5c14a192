"""What imports take and give over HTTP."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from app.licences.importing.rules import State

RECORDS_AT_MOST = 2000
"""Of one request; a file may have any number."""


class ImportIn(Schema):
    records = List(
        Dict(),
        validate=Length(1, RECORDS_AT_MOST),
        metadata={"description": f"证照数据，最多 {RECORDS_AT_MOST} 条；更多的用文件"},
    )
    name = String(
        validate=Length(1, 200),
        metadata={
            "description": "文件名，.csv 或 .jsonl；随后用 PUT 传文件",
            "example": "食品.csv",
        },
    )
    as_of = AwareDateTime(metadata={"description": "数据时间，用于没有写明数据时间的证照"})


class CancelIn(Schema):
    """A request whose body says nothing."""


class ImportOut(Schema):
    id = String(required=True)
    name = String(required=True)
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    state_text = String(required=True)
    failure = String(required=True, allow_none=True)
    by = String(required=True, metadata={"description": "账号或外部系统的名称；命令行为空"})
    own = Boolean(required=True, metadata={"description": "是否由查询者导入，能否下载错误明细"})
    encoding = String(required=True, allow_none=True)
    size = Integer(required=True, metadata={"description": "文件字节数"})
    position = Integer(required=True, metadata={"description": "已处理的字节数"})
    read = Integer(required=True, metadata={"description": "已处理的行数"})
    new = Integer(required=True)
    updated = Integer(required=True)
    same = Integer(required=True)
    older = Integer(required=True, metadata={"description": "证照库里的更新，未改动"})
    wrong = Integer(required=True)
    unknown_columns = List(
        String(), required=True, metadata={"description": "不认识的列，其中内容没有导入"}
    )
    created_at = AwareDateTime(required=True)
    started_at = AwareDateTime(required=True, allow_none=True)
    ended_at = AwareDateTime(required=True, allow_none=True)


class AfterQuery(Schema):
    after = Integer(
        load_default=0, validate=Range(min=0), metadata={"description": "上一页最后一条的 id"}
    )


class ImportFaultOut(Schema):
    id = Integer(required=True)
    row = Integer(required=True, metadata={"description": "行号，与表格软件一致，表头为第 1 行"})
    licence = String(required=True, metadata={"description": "证照标识或编号，部分隐藏"})
    field = String(required=True)
    reason = String(required=True)


class KindCoverageOut(Schema):
    kind = String(required=True)
    name = String(required=True)
    licences = Integer(required=True)
    holders = Integer(required=True)
    valid = Integer(required=True, metadata={"description": "现在有效的"})
    expired = Integer(required=True, metadata={"description": "有效期已过的"})
    expected = Integer(required=True, allow_none=True, metadata={"description": "应归集数"})
    last_at = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "最近一次导入"}
    )
    last_read = Integer(required=True, metadata={"description": "最近一次导入的行数"})
    incomplete = Float(
        required=True, allow_none=True, metadata={"description": "其中缺少必填字段的比例"}
    )


class CoverageOut(Schema):
    date = Date(required=True)
    kinds_to_collect = Integer(required=True)
    kinds_collected = Integer(required=True)
    licences = Integer(required=True)
    kinds = List(Nested(KindCoverageOut), required=True)
