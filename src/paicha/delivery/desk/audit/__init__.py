"""The auditor's desk: who did and who read what, chain by chain, and whether the chains hold."""
