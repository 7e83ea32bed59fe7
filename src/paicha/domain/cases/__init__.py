"""Households in a procedure: deliberation, review, enrolment, removal; meetings, measures, weekly rounds."""
