"""The register of households: permanent ids, events, changes of base information."""
