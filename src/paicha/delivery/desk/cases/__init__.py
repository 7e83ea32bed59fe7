"""Deliberation and review: meetings, votes, notices, enrolment, measures, removal."""
