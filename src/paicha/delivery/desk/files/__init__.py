"""Files in and out: uploads with their preview and history, downloads, and the long work behind them."""
