"""Uploads and outputs that are kept: content address, owner, retention."""
