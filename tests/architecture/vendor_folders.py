"""A contract of our own for import-linter: a vendor is a folder that only the registry knows.

It names no vendor, so that adding one stays a folder and a line in the registry.
"""

from typing import cast

import grimp
from importlinter import Contract, ContractCheck, fields, output


class VendorFolders(Contract):
    """Whatever lies in `package` beside the modules named here is a vendor.

    `registry` alone imports vendors; a vendor imports `foundations` and itself; `apart` are the
    packages that are no vendors.
    """

    type_name = "vendor_folders"

    package = fields.StringField()
    registry = fields.StringField()
    foundations = fields.ListField(subfield=fields.StringField())
    apart = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Collect each import that crosses the line, as sentences."""
        package, registry = cast(str, self.package), cast(str, self.registry)
        foundations = cast(list[str], self.foundations)
        vendors = graph.find_children(package) - {
            registry,
            *foundations,
            *cast(list[str], self.apart),
        }
        faults = []
        for vendor in vendors:
            if not graph.find_children(vendor):
                faults.append(f"{vendor} is a module, not a folder")
            faults += _importers(graph, vendor, registry)
            faults += _imports(graph, vendor, foundations)
        return ContractCheck(kept=not faults, metadata={"faults": sorted(faults)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the faults."""
        for fault in check.metadata["faults"]:
            output.print_error(fault)


def _importers(graph: grimp.ImportGraph, vendor: str, registry: str) -> list[str]:
    """Who but the registry imports something of the vendor's folder."""
    own = {vendor} | graph.find_descendants(vendor)
    return [
        f"{importer} imports {module}"
        for module in own
        for importer in graph.find_modules_that_directly_import(module) - own - {registry}
    ]


def _imports(graph: grimp.ImportGraph, vendor: str, foundations: list[str]) -> list[str]:
    """What of ours the vendor's folder imports beside the foundations."""
    own = {vendor} | graph.find_descendants(vendor)
    allowed = {name for top in foundations for name in {top} | graph.find_descendants(top)}
    return [
        f"{module} imports {other}"
        for module in own
        for other in graph.find_modules_directly_imported_by(module) - own - allowed
        if not graph.is_module_squashed(other)  # somebody else's package
    ]
