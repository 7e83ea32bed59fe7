"""Leads to deliberation, review, enrolment, measures and removal; meetings; referrals and petitions."""
