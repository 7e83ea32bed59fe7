"""The rows of every form, list and picture, for screen, Excel and PDF alike.

What holds: nothing is typed here and nothing stored; every figure is a sum over rows that it can name, and
every function asks a scope before it reads. `documents` builds whole files, `figures` form 4, `village` the
household forms, `lists` what stands beside the official forms, `answers` the columns for analysis.
"""
