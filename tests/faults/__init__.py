"""Faults on purpose: `python -m tests.faults --rounds N --seed S` (see __main__.py).

A run of its own on a data folder of its own is used as officers use it, over HTTP, while its processes are killed, its broker is
silenced and its disk is filled. After each round everything is looked at: nothing lost, nothing doubled, nothing half written,
every state closed.
"""
