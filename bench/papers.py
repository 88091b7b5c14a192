"""CPU milliseconds that setting one application takes: `python -m bench.papers`.

A form of twenty fields on two pages, each with other values; the first also loads the fonts.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random
from statistics import median

from app.documents.contents import application
from app.documents.typesetting import pdf_of
from app.submissions.printing import Printable, PrintedField, PrintedGroup, PrintedMaterial

PAPERS = 100
FIRST, LAST = 0x4E00, 0x6000
"""Chinese characters, of which each paper has others."""
NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)


def submission(n: int, random: Random) -> Printable:
    def words(length: int) -> str:
        return "".join(chr(random.randrange(FIRST, LAST)) for _ in range(length))

    return Printable(
        submission=str(n),
        code=f"{n:010d}",
        revision=1,
        form="example",
        form_version=1,
        form_name="食品经营许可变更申请书",
        hall="demo",
        hall_name="政务服务中心",
        item_name="食品经营许可变更",
        person_kind="firm",
        person_name=words(8),
        submitted_at=NINE,
        groups=tuple(
            PrintedGroup(words(4), tuple(PrintedField(words(4), words(20)) for _ in range(5)))
            for _ in range(4)
        ),
        materials=tuple(PrintedMaterial(words(8), "bring") for _ in range(5)),
    )


def cpu_ms(n: int, random: Random) -> float:
    content = application(submission(n, random)).content
    begun = time.process_time()
    pdf_of("application", content, "8K3M-2P9Q", "https://hall.example/verify/8K3M2P9Q", NINE)
    return 1000 * (time.process_time() - begun)


def main() -> None:
    random = Random(1)  # noqa: S311 (values, not secrets)
    first, *others = (cpu_ms(n, random) for n in range(PAPERS))
    print(f"first {first:.0f} ms, then {median(others):.1f} ms (median of {PAPERS - 1})")


if __name__ == "__main__":
    main()
