"""`python -m bench [row …]`: the rows asked for, or all of them."""

from __future__ import annotations

import argparse
from importlib import import_module

from bench.hall import installation
from bench.table import as_markdown

ROWS = ("calls",)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("rows", nargs="*", choices=[*ROWS, []])
    results = []
    for name in given.parse_args().rows or ROWS:
        with installation() as at:
            results += import_module(f"bench.rows.{name}").measure(at)
    print(as_markdown(results))


if __name__ == "__main__":
    main()
