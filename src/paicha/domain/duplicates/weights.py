"""What each likeness of two households is worth: the one table of the ranking.

Points are added up; a pair of `LISTED` points or more is shown. They were set so that no single likeness that families
share innocently lists a pair: namesakes of a village, brothers whose names differ by one character, a father and a son
on one phone. The same rare name in the same group lists it, and so does any two of name, phone and members.
`docs/decisions/0021-duplicates.md` tells what they find and what they let through.
"""

from __future__ import annotations

LISTED = 22

# The heads' names, by how they are alike; the fewer bear the name in the register, the more it says.
SAME_NAME = 24
SAME_READING = 22
ONE_CHARACTER = 14
ONE_OF_TWO = 7  # 张伟, 张强: one character apart, and half of the name
OTHER_NAME = -6
COMMON_NAME = 3  # off for each doubling of the name's bearers beyond two, down to nothing

SAME_PHONE = 16
SHARED_PHONE = 3  # off for each household beyond two that gives the same phone, down to nothing
OTHER_PHONE = -12  # both give one, and they differ

SAME_NUMBER = 60  # the household's number in the same other system
SAME_PERSON = 40  # a person's number in another system, at most two of them counted
OTHER_NUMBER = -30  # the same other system has a number for each, and they differ

SHARED_MEMBER = 12  # a name of the household besides the heads' likeness, at most three counted
OTHER_MEMBERS = -12  # both have members on record, and nobody is in both

SAME_GROUP = 4
OTHER_GROUP = -4
OTHER_VILLAGE = -8
SAME_POPULATION = 4

# A phone, a number or two people of a household that more households than this share is nobody's own.
MOST_SHARING = 8
# A name that so many heads of one village bear is no name ('户主').
MOST_NAMESAKES = 60
