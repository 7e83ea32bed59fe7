"""The town's desk: villages by what needs attention, desk audit, questions, zones, visits, cross-checks."""
