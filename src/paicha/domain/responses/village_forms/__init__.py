"""A village's own forms (附件2, 附件5): the same way as a household's answers."""
