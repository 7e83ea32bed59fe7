"""A village's or town's ledger: what is missing, hand-up, returns, late rows, corrections, signed copies."""
