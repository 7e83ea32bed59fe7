"""The door of phones and other programs: tokens in, JSON out. Thin: parse, authorise, call one service."""
