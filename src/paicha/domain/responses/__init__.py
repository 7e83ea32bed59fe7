"""Answers as immutable revisions, conflicts, findings, village summary rows, receipts."""
