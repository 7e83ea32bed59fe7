"""The Django apps. Each one writes its own tables only, through its services; facts travel down as data."""
