"""What is said of somebody in the rows of a renewal, as it lies sealed there."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row

from app.core.parts import parts


def sealed(table: str, column: str, id: str, content: Any) -> bytes:
    """For the row with this id; `column` without its `_sealed`."""
    text = json.dumps(content, ensure_ascii=False)
    return parts().seal.seal(f"{table}.{column}:{id}", text)


def sealed_in(id: str, **contents: Any) -> dict[str, Any]:
    """Columns of a renewal, each with what it is to say: reason={…} for reason_sealed."""
    return {
        f"{name}_sealed": sealed("renewals", name, id, content)
        for name, content in contents.items()
    }


def opened(row: Row[Any], column: str, table: str = "renewals") -> Any:
    """What a column of this row says; None where it says nothing."""
    kept = getattr(row, f"{column}_sealed")
    if kept is None:
        return None
    return json.loads(parts().seal.open(f"{table}.{column}:{row.id}", kept))
