"""Bytes in, bytes out: the official Excel and PDF. Every value that is read keeps its cell address."""
