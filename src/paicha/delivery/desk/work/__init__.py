"""What each person has open: notices, petitions, referrals, changes of base information, rectification."""
