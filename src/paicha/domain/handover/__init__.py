"""Opening a round; a ledger handed up, taken back, returned, supplemented and corrected, with its signed copies."""
