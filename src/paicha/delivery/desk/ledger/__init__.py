"""A village's own ledger: plan, profile (form 2), problem list (form 3), signed copies, hand-up, returns."""
