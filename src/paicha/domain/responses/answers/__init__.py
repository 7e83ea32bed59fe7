"""What is in force of some households, and whose head and group it carries."""
