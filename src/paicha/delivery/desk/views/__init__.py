"""Views: parse, ask the place, call one service or query, render."""
