"""What keeps the rows safe in the database itself: triggers, functions, constraints, and who may do what with which table.

A dump, a restore or a hand at the console can lose any of it without a sound. `migrate` keeps a copy of the definitions it has made, the
rights are declared in `rights.py`; `queries` compares both with the database, `operations` puts back what is missing.
"""
