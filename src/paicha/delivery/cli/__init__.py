"""The `paicha` command: parse, call one service, print."""
