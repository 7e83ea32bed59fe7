"""The way in: rows of a village against what is in force → revisions, receipts."""
