"""Import rules that import-linter does not bring itself; `pyproject.toml` uses them."""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Doors(Contract):
    """A feature imports of another feature nothing but its doors.

    `features` are packages of `app`, `doors` the names of modules open to the others.
    """

    type_name = "doors"

    features = fields.ListField(subfield=fields.StringField())
    doors = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = [
            (importer, imported)
            for importer, imported in _imports(graph, "app")
            if self._is_private(importer, imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _is_private(self, importer: str, imported: str) -> bool:
        ours, theirs = importer.split("."), imported.split(".")
        return (
            theirs[0] == "app"
            and len(theirs) > 2
            and theirs[1] in self.features
            and theirs[2] not in self.doors
            and len(ours) > 1
            and ours[1] in self.features
            and ours[1] != theirs[1]
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"- {importer} imports {imported}")


class Only(Contract):
    """A package imports nothing but itself, the standard library and what `may_import` names."""

    type_name = "only"

    package = fields.StringField()
    may_import = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        allowed = {self.package, *self.may_import, *sys.stdlib_module_names}
        broken = [
            (importer, imported)
            for importer, imported in _imports(graph, self.package)
            if imported.split(".")[0] not in allowed
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        Doors.render_broken_contract(self, check)


def _imports(graph: ImportGraph, package: str) -> list[tuple[str, str]]:
    """Every import by a module of this package: (importer, imported)."""
    return [
        (importer, imported)
        for importer in sorted({package} | graph.find_descendants(package))
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
    ]
